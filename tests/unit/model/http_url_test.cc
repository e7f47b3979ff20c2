#include "engine/model/http_url.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("an http URL is a host, a port and a path", "[model][http_url]") {
    CHECK(parse_http_url("http://app") == HttpUrl{"app", 80, "/"});
    CHECK(parse_http_url("http://app:8080/a/b?c=d#e") == HttpUrl{"app", 8080, "/a/b?c=d"});
    CHECK(parse_http_url("http://app?c") == HttpUrl{"app", 80, "/?c"});
    CHECK(parse_http_url("http://[::1]:5/x") == HttpUrl{"::1", 5, "/x"});
    CHECK(parse_http_url("http://[::1]") == HttpUrl{"::1", 80, "/"});
}

TEST_CASE("what is no http URL is none", "[model][http_url]") {
    for (const auto* url :
         {"", "app", "https://app", "http://", "http:///x", "http://app:", "http://app:0",
          "http://app:65536", "http://app:8x", "http://me@app/", "http://[::1", "http://[::1]x",
          "http://app/a b", "http://app/\r\nHost: x"})
        CHECK_FALSE(parse_http_url(url));
}

}  // namespace muster
