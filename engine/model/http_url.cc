#include "engine/model/http_url.h"

#include <algorithm>
#include <charconv>

namespace muster {
namespace {

std::optional<int> port_of(std::string_view digits) {
    constexpr int highest = 65535;
    int port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > highest)
        return std::nullopt;
    return port;
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    // A line break would begin a header of its own.
    const auto breaks = [](char each) { return static_cast<unsigned char>(each) <= ' '; };
    if (!url.starts_with(scheme) || std::ranges::any_of(url, breaks)) return std::nullopt;
    url = url.substr(scheme.size());
    url = url.substr(0, url.find('#'));
    const auto slash = std::min(url.find_first_of("/?"), url.size());
    auto place = url.substr(0, slash);
    HttpUrl out;
    out.path = url.substr(slash);
    if (!out.path.starts_with('/')) out.path.insert(0, "/");
    if (place.starts_with('[')) {
        const auto end = place.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        out.host = place.substr(1, end - 1);
        place = place.substr(end + 1);
        if (!place.empty() && !place.starts_with(':')) return std::nullopt;
    } else {
        const auto end = std::min(place.find(':'), place.size());
        out.host = place.substr(0, end);
        place = place.substr(end);
    }
    if (out.host.empty() || out.host.find('@') != std::string::npos) return std::nullopt;
    if (place.empty()) return out;
    const auto port = port_of(place.substr(1));
    if (!port) return std::nullopt;
    out.port = *port;
    return out;
}

}  // namespace muster
