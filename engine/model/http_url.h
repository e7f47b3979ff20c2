// Where an HTTP question goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

struct HttpUrl {
    std::string host;  ///< without the brackets of an IPv6 address
    int port = 80;
    std::string path;  ///< with its query, without a fragment; begins with /
    bool operator==(const HttpUrl&) const = default;
};

/// http://host[:port][/path]; nothing for anything else, so also for https and for a user in it.
std::optional<HttpUrl> parse_http_url(std::string_view url);

}  // namespace muster
