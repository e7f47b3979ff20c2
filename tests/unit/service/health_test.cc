#include "engine/service/health.h"

#include <catch2/catch.hpp>
#include <optional>

#include "tests/support/http_server.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;
using Catch::Matchers::Contains;

namespace {

/// Gives every caller the same bytes.
struct Answers {
    HttpServer server;
    Answers(const std::string& head, const std::string& body)
        : server(HttpServer::always(head, body)) {}
    std::string url() const { return server.url("/health?a=b"); }
};

ServiceUse asked(const std::string& url, const std::map<std::string, std::string>& json = {},
                 std::optional<int> status = {}) {
    ServiceUse use;
    use.name = "shop";
    use.folder = "/";
    use.service.healthy.emplace();
    auto& health = *use.service.healthy;
    health.http.emplace();
    health.http->get = url;
    health.expect.status = status;
    health.within = std::chrono::milliseconds{300};
    for (const auto& [pointer, expected] : json)
        health.expect.json[pointer] = *TextForm<Expectation>::parse(expected);
    return use;
}

/// Empty where it is healthy.
std::string trouble_of_use(const ServiceUse& use) {
    const TestHost test;
    ServiceCall call;
    const auto healthy = await_health(use, test.host, call);
    CHECK(call.act == ServiceAct::healthy);
    CHECK(call.succeeded == healthy.has_value());
    CHECK(is_healthy(use) == healthy.has_value());
    return healthy ? "" : healthy.error().text();
}

}  // namespace

TEST_CASE("a service is healthy when its answer is as expected", "[service][ST-02]") {
    const Answers up{"200 OK", R"({"items": 5, "list": [{"a/b": "yes"}], "deep": {"x": null}})"};
    CHECK(trouble_of_use(asked(up.url())).empty());
    CHECK(trouble_of_use(asked(up.url(), {{"/items", "== 5"}, {"/list/0/a~1b", "yes"}})).empty());
    CHECK_THAT(trouble_of_use(asked(up.url(), {{"/items", ">= 6"}})),
               Contains("the service of shop did not get healthy within 300ms: it says the number "
                        "5 at /items (expected >= 6)"));
    CHECK_THAT(trouble_of_use(asked(up.url(), {{"/nothing", "1"}})),
               Contains("has no /nothing in its answer (expected 1)"));
    CHECK_THAT(trouble_of_use(asked(up.url(), {{"/deep", "1"}})), Contains("at /deep"));
    CHECK_THAT(trouble_of_use(asked(up.url(), {}, 204)),
               Contains("answered with status 200, not 204"));
}

TEST_CASE("any other status than 200 is not healthy unless it is expected", "[service]") {
    const Answers moved{"302 Found", ""};
    CHECK_THAT(trouble_of_use(asked(moved.url())), Contains("answered with status 302, not 200"));
    CHECK(trouble_of_use(asked(moved.url(), {}, 302)).empty());
}

TEST_CASE("what is no answer is told", "[service]") {
    CHECK_THAT(trouble_of_use(asked("http://127.0.0.1:1/")), Contains("gives no answer ("));
    const Answers text{"200 OK", "fine"};
    CHECK_THAT(trouble_of_use(asked(text.url(), {{"/a", "1"}})), Contains("no JSON"));
    const Answers endless{"200 OK", std::string(std::size_t{2} << 20U, 'x')};
    CHECK_THAT(trouble_of_use(asked(endless.url())), Contains("longer than 1048576 bytes"));
}

TEST_CASE("a program that exits with 0 says that it is healthy", "[service][ST-02]") {
    auto use = asked("");
    use.service.healthy->http.reset();
    use.service.healthy->command = {"true"};
    CHECK(trouble_of_use(use).empty());
    use.service.healthy->command = {"sh", "-c", "echo no table item; exit 3"};
    CHECK_THAT(trouble_of_use(use), Contains("exit status 3") && Contains("no table item"));
    use.service.healthy->command = {"sleep", "60"};
    CHECK_THAT(trouble_of_use(use), Contains("did not end in time"));
}

TEST_CASE("it is asked until it is healthy", "[service][ST-02]") {
    const TempFolder folder;
    auto use = asked("");
    use.folder = folder.path().string();
    use.service.healthy->http.reset();
    use.service.healthy->within = std::chrono::seconds{20};
    use.service.healthy->command = {"sh", "-c", "echo x >> tries; test $(wc -l < tries) -ge 3"};
    CHECK(trouble_of_use(use).empty());
}

TEST_CASE("a run that ought to stop does not wait on", "[service]") {
    const TestHost test;
    *test.stopped = true;
    auto use = asked("http://127.0.0.1:1/");
    use.service.healthy->within = std::chrono::minutes{5};
    ServiceCall call;
    const auto healthy = await_health(use, test.host, call);
    REQUIRE_FALSE(healthy);
    CHECK(healthy.error().code == ErrorCode::interrupted);
    CHECK_FALSE(call.succeeded);
}

}  // namespace muster
