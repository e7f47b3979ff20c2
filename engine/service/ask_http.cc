#include "engine/service/ask_http.h"

#include <fmt/format.h>
#include <httplib.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace muster {
namespace {

using Clock = std::chrono::steady_clock;

/// The library would give each of them the whole time to connect.
Result<std::vector<std::string>> addresses_of(const HttpUrl& url) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int answer = ::getaddrinfo(url.host.c_str(), nullptr, &wanted, &found);
    if (answer != 0)
        return fail(ErrorCode::io, fmt::format("no answer (the host {} is not known: {})", url.host,
                                               ::gai_strerror(answer)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list{found, &::freeaddrinfo};
    std::vector<std::string> out;
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) == 0)
            out.emplace_back(text.data());
    }
    return out;
}

/// Cuts off a call at its deadline: the library bounds every piece of an answer, not the whole.
class TimeLimit {
public:
    TimeLimit(httplib::Client& client, Clock::time_point deadline)
        : thread_([this, &client, deadline](const std::stop_token& over) {
              std::unique_lock lock{mutex_};
              const auto never = [] { return false; };
              news_.wait_until(lock, over, deadline, never);
              // Again and again: one that just connects does not notice.
              while (!over.stop_requested()) {
                  struck_ = true;
                  client.stop();
                  news_.wait_for(lock, over, std::chrono::milliseconds{5}, never);
              }
          }) {}

    /// An answer that ends with its connection looks whole where we cut it.
    bool struck() const { return struck_; }

private:
    std::atomic<bool> struck_ = false;
    std::mutex mutex_;
    std::condition_variable_any news_;
    std::jthread thread_;
};

std::string_view spelled(HttpMethod method) {
    switch (method) {
        case HttpMethod::get: return "GET";
        case HttpMethod::post: return "POST";
        case HttpMethod::put: return "PUT";
        case HttpMethod::erase: return "DELETE";
    }
    return "GET";
}

httplib::Request request_for(const HttpQuestion& question) {
    httplib::Request out;
    out.method = spelled(question.method);
    out.path = question.url.path;
    for (const auto& [name, value] : question.headers) out.headers.emplace(name, value);
    if (!question.json) return out;
    out.body = *question.json;
    if (!out.has_header("Content-Type")) out.headers.emplace("Content-Type", "application/json");
    return out;
}

/// What came of one address; where nobody listens there, the next one may be asked.
struct Attempt {
    httplib::Error error = httplib::Error::Unknown;
    HttpReply reply;
    bool too_long = false;
    bool cut_off = false;
};

Attempt ask_at(const std::string& address, const HttpQuestion& question,
               Clock::time_point deadline) {
    constexpr std::size_t longest_body = std::size_t{1} << 20U;
    Attempt out;
    auto request = request_for(question);
    request.response_handler = [&](const httplib::Response& head) {
        out.reply.status = head.status;
        return true;
    };
    request.content_receiver = [&](const char* data, std::size_t length, std::uint64_t,
                                   std::uint64_t) {
        out.too_long = out.reply.body.size() + length > longest_body;
        if (!out.too_long) out.reply.body.append(data, length);
        return !out.too_long;
    };
    const auto left = std::max(std::chrono::ceil<Duration>(deadline - Clock::now()), Duration{1});
    httplib::Client client{question.url.host, question.url.port};
    client.set_hostname_addr_map({{question.url.host, address}});
    client.set_connection_timeout(left);
    client.set_read_timeout(left);
    client.set_write_timeout(left);
    client.set_url_encode(false);  // it is written as it is asked
    const TimeLimit limit{client, deadline};
    out.error = client.send(request).error();
    out.cut_off = limit.struck();
    return out;
}

}  // namespace

Result<HttpReply> ask_http(const HttpQuestion& question, Duration timeout) {
    const auto deadline = Clock::now() + timeout;
    Attempt last;
    try {
        MUSTER_TRY(const auto addresses, addresses_of(question.url));
        for (const auto& address : addresses) {
            last = ask_at(address, question, deadline);
            const bool nobody = last.error == httplib::Error::Connection;
            if (!nobody || Clock::now() >= deadline) break;
        }
    } catch (const std::exception& error) {
        return fail(ErrorCode::io, fmt::format("no answer ({})", error.what()));
    }
    if (last.too_long) return fail(ErrorCode::io, "the answer is longer than 1048576 bytes");
    if (last.error == httplib::Error::Success && !last.cut_off) return std::move(last.reply);
    if (last.cut_off || Clock::now() >= deadline)
        return fail(ErrorCode::io,
                    fmt::format("no whole answer within {}", format_duration(timeout)));
    return fail(ErrorCode::io, fmt::format("no answer ({})", httplib::to_string(last.error)));
}

}  // namespace muster
