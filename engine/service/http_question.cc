#include "engine/service/http_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace muster {
namespace {

std::pair<HttpMethod, std::string> method_and_url(const HttpCall& call) {
    const std::array all{
        std::pair{HttpMethod::get, &call.get}, std::pair{HttpMethod::post, &call.post},
        std::pair{HttpMethod::put, &call.put}, std::pair{HttpMethod::erase, &call.erase}};
    for (const auto& [method, url] : all)
        if (*url) return {method, **url};
    return {};
}

/// Names as RFC 9110 has them; a line break in a value would begin a header of its own.
bool can_be_sent(const std::string& name, const std::string& value) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto fits = [&](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
               (each >= '0' && each <= '9') || marks.find(each) != std::string_view::npos;
    };
    const auto controls = [](char each) {
        return (static_cast<unsigned char>(each) < ' ' && each != '\t') || each == '\x7f';
    };
    return !name.empty() && std::ranges::all_of(name, fits) &&
           std::ranges::none_of(value, controls);
}

}  // namespace

Result<HttpQuestion> http_question(const HttpCall& call) {
    const auto [method, written] = method_and_url(call);
    if (written.starts_with("https://"))
        return fail(ErrorCode::not_available,
                    fmt::format("cannot ask {}: this version asks over plain http only", written),
                    "write http://, or ask with a command such as curl");
    const auto url = parse_http_url(written);
    if (!url)
        return fail(ErrorCode::usage,
                    fmt::format("cannot ask \"{}\": it is no URL that can be asked", written),
                    "write it like http://127.0.0.1:8080/health");
    for (const auto& [name, value] : call.headers)
        if (!can_be_sent(name, value))
            return fail(
                ErrorCode::usage,
                fmt::format("cannot ask {}: the header \"{}\" cannot be sent", written, name),
                "a name has no blanks, and a value has no line breaks");
    HttpQuestion out{method, *url, call.headers, {}};
    if (call.json) out.json = call.json->text;
    return out;
}

}  // namespace muster
