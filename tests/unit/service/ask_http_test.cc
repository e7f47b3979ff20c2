#include "engine/service/ask_http.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/support/http_server.h"

namespace muster {

using namespace test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;

namespace {

HttpQuestion question_to(const HttpCall& call) {
    auto question = http_question(call);
    REQUIRE(question);
    return *std::move(question);
}

HttpCall get_of(const std::string& url) {
    HttpCall call;
    call.get = url;
    return call;
}

std::string refused(const HttpCall& call, ErrorCode code) {
    const auto question = http_question(call);
    REQUIRE_FALSE(question);
    CHECK(question.error().code == code);
    return question.error().text();
}

/// What it says instead of an answer, and that it did so in time.
std::string trouble_asking(const std::string& url, Duration timeout) {
    const auto began = std::chrono::steady_clock::now();
    const auto reply = ask_http(question_to(get_of(url)), timeout);
    CHECK(std::chrono::steady_clock::now() - began < timeout + 1s);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == ErrorCode::io);
    return reply.error().text();
}

}  // namespace

TEST_CASE("a call is sent as it is written", "[service][http]") {
    const HttpServer echo{[](int caller, const std::string& request) {
        HttpServer::send(caller, HttpServer::whole("201 Created", request));
    }};
    const auto sent = [&](const HttpCall& call) {
        const auto reply = ask_http(question_to(call), 20s);
        REQUIRE(reply);
        CHECK(reply->status == 201);
        return reply->body;
    };
    HttpCall call;
    SECTION("get") {
        call.get = echo.url("/a%20b?c=d e#f").replace(echo.url("").size() + 10, 1, "+");
        CHECK_THAT(sent(call), StartsWith("GET /a%20b?c=d+e HTTP/1.1\r\n") &&
                                   !Contains("Content-Type") && Contains("Host: 127.0.0.1:"));
    }
    SECTION("post") {
        call.post = echo.url("/items");
        call.headers = {{"X-Key", "0123"}, {"Accept", "text/plain"}};
        call.json = JsonText{R"({"name": "x"})"};
        const auto text = sent(call);
        CHECK_THAT(text, StartsWith("POST /items HTTP/1.1\r\n") &&
                             Contains("\r\nX-Key: 0123\r\n") &&
                             Contains("\r\nAccept: text/plain\r\n") && !Contains("*/*") &&
                             Contains("\r\nContent-Type: application/json\r\n"));
        CHECK(text.ends_with("\r\n\r\n{\"name\": \"x\"}"));
    }
    SECTION("put, with a type of its own") {
        call.put = echo.url("/items/1");
        call.headers = {{"content-type", "application/merge-patch+json"}};
        call.json = JsonText{"[1]"};
        CHECK_THAT(sent(call), StartsWith("PUT /items/1 HTTP/1.1\r\n") &&
                                   Contains("content-type: application/merge-patch+json\r\n") &&
                                   !Contains("application/json\r\n"));
    }
    SECTION("delete") {
        call.erase = echo.url("/items/1");
        CHECK_THAT(sent(call), StartsWith("DELETE /items/1 HTTP/1.1\r\n"));
    }
    SECTION("post of nothing") {
        call.post = echo.url("/");
        CHECK_THAT(sent(call), StartsWith("POST / HTTP/1.1\r\n") && Contains("Content-Length: 0"));
    }
}

TEST_CASE("what cannot be asked is refused before", "[service][http]") {
    CHECK_THAT(refused(get_of("https://shop/health"), ErrorCode::not_available),
               Contains("cannot ask https://shop/health: this version asks over plain http only"));
    CHECK_THAT(refused(get_of("shop"), ErrorCode::usage), Contains("\"shop\""));
    CHECK_THAT(refused({}, ErrorCode::usage), Contains("no URL"));
    auto call = get_of("http://shop/");
    call.headers = {{"X-Key", "secret\r\nX-Other: 1"}};
    CHECK_THAT(refused(call, ErrorCode::usage), Contains("X-Key") && !Contains("secret"));
    call.headers = {{"X Key", "1"}};
    CHECK_THAT(refused(call, ErrorCode::usage), Contains("X Key"));
}

TEST_CASE("a server that drips does not hold us", "[service][http]") {
    const auto drip = [](const std::string& before) {
        return [before](int caller, const std::string&) {
            HttpServer::send(caller, before);
            for (int piece = 0; piece < 100; ++piece) {
                HttpServer::send(caller, "x");
                std::this_thread::sleep_for(50ms);
            }
        };
    };
    const auto head = GENERATE(
        "", "HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    const HttpServer server{drip(head)};
    CHECK_THAT(trouble_asking(server.url("/"), 400ms), Contains("no whole answer within 400ms"));
}

TEST_CASE("who says nothing, or nobody, does not hold us", "[service][http]") {
    const HttpServer silent{[](int, const std::string&) { stay(); }};
    CHECK_THAT(trouble_asking(silent.url("/"), 300ms), Contains("no whole answer within 300ms"));
    CHECK_THAT(trouble_asking("http://127.0.0.1:1/", 20s), Contains("no answer ("));
    CHECK_THAT(trouble_asking("http://no-such-host.invalid/", 20s),
               Contains("no-such-host.invalid"));
    const HttpServer cut{[](int caller, const std::string&) {
        HttpServer::send(caller, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}");
    }};
    CHECK_THAT(trouble_asking(cut.url("/"), 20s), Contains("no answer ("));
}

TEST_CASE("a service on one of the addresses of its host is found", "[service][http]") {
    const HttpServer server{HttpServer::always("200 OK", "here")};
    const auto by_name =
        "http://localhost" + server.url("").substr(std::string{"http://127.0.0.1"}.size());
    const auto reply = ask_http(question_to(get_of(by_name)), 20s);
    REQUIRE(reply);
    CHECK(reply->body == "here");
}

}  // namespace muster
