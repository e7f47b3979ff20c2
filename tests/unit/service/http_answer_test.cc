#include "engine/service/http_answer.h"

#include <catch2/catch.hpp>

namespace muster {

using Catch::Matchers::Contains;

namespace {

HttpReply replied(int status, const std::string& body = "{}") {
    return {status, body};
}

std::string value_of(const std::string& body, std::string_view pointer) {
    const auto value = value_at(replied(200, body), pointer);
    if (value) return *value;
    CHECK(value.error().code == ErrorCode::service_failed);
    return value.error().text();
}

}  // namespace

TEST_CASE("which status is right where none is told depends on who asks", "[service][http]") {
    const auto wrong = [](int status, UntoldStatus untold) {
        return mismatch({}, replied(status), untold).value_or("");
    };
    CHECK(wrong(200, UntoldStatus::is_200).empty());
    CHECK(wrong(204, UntoldStatus::is_200) == "answered with status 204, not 200");
    CHECK(wrong(399, UntoldStatus::is_below_400).empty());
    CHECK(wrong(400, UntoldStatus::is_below_400) == "answered with status 400, not one below 400");
    CHECK_FALSE(mismatch({404, {}, {}}, replied(404), UntoldStatus::is_below_400));
    CHECK(mismatch({404, {}, {}}, replied(200), UntoldStatus::is_below_400) ==
          "answered with status 200, not 404");
}

TEST_CASE("a value is taken from an answer as text", "[service][http]") {
    const std::string body =
        R"({"id": 17, "name": "a \"b\"", "up": true, "x": 1.50, "list": [{"a/b": "y"}], "no": null})";
    CHECK(value_of(body, "/id") == "17");
    CHECK(value_of(body, "/name") == "a \"b\"");
    CHECK(value_of(body, "/up") == "true");
    CHECK(value_of(body, "/x") == "1.50");
    CHECK(value_of(body, "/list/0/a~1b") == "y");
    CHECK(value_of("\"all\"", "") == "all");
    CHECK_THAT(value_of(body, "/list"), Contains("the answer has a list at /list, not one value"));
    CHECK_THAT(value_of(body, "/no"), Contains("the answer has null at /no"));
    CHECK_THAT(value_of(body, "/gone"), Contains("the answer has no /gone;"));
    CHECK_THAT(value_of("fine", "/id"), Contains("the answer has no /id: it is no JSON"));
}

}  // namespace muster
