#include "engine/service/ask_http.h"

#include <fmt/format.h>
#include <httplib.h>

namespace muster {

Result<HttpReply> ask_http(const HttpUrl& url, Duration timeout) {
    constexpr std::size_t longest_body = std::size_t{1} << 20U;
    HttpReply reply;
    bool too_long = false;
    const auto take = [&](const char* data, std::size_t length) {
        too_long = reply.body.size() + length > longest_body;
        if (!too_long) reply.body.append(data, length);
        return !too_long;
    };
    try {
        httplib::Client client{url.host, url.port};
        client.set_connection_timeout(timeout);
        client.set_read_timeout(timeout);
        client.set_write_timeout(timeout);
        client.set_url_encode(false);  // it is written as it is asked
        const auto answer = client.Get(
            url.path,
            [&](const httplib::Response& head) {
                reply.status = head.status;
                return true;
            },
            take);
        if (too_long)
            return fail(ErrorCode::io,
                        fmt::format("the answer is longer than {} bytes", longest_body));
        if (!answer)
            return fail(ErrorCode::io,
                        fmt::format("no answer ({})", httplib::to_string(answer.error())));
        return reply;
    } catch (const std::exception& error) {
        return fail(ErrorCode::io, fmt::format("no answer ({})", error.what()));
    }
}

}  // namespace muster
