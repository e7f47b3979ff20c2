#include "engine/plan/questions.h"

#include <catch2/catch.hpp>

#include "tests/support/checks.h"

namespace muster {

using namespace test;

TEST_CASE("any change of a check makes it another question", "[plan][questions][VV-09][AZ-04]") {
    auto rows = check_of("rows", "SELECT count(*) FROM t", ">= 1");
    CheckSpec payloads;
    payloads.name = "payloads";
    payloads.blobs = BlobCheck{"files", "data", "hash"};
    payloads.depth = Depth::deep;
    CheckSpec tool;
    tool.name = "tool";
    tool.command = {"shop-check", "{database}"};
    const auto before = digest_of({rows, payloads, tool});
    CHECK(digest_of({rows, payloads, tool}) == before);
    SECTION("its name") {
        rows.name = "lines";
    }
    SECTION("its SQL") {
        rows.sql = "SELECT count(*) FROM u";
    }
    SECTION("what it expects") {
        rows.expect = TextForm<Expectation>::parse(">= 2");
    }
    SECTION("its severity") {
        rows.severity = Severity::warning;
    }
    SECTION("its depth") {
        rows.depth = Depth::deep;
    }
    SECTION("the table of payloads") {
        payloads.blobs->table = "other";
    }
    SECTION("the column of payloads") {
        payloads.blobs->payload = "other";
    }
    SECTION("the column of hashes") {
        payloads.blobs->sha256 = "other";
    }
    SECTION("the program") {
        tool.command = {"shop-proof", "{database}"};
    }
    SECTION("an argument more") {
        tool.command.emplace_back("--strict");
    }
    SECTION("where one argument ends") {
        tool.command = {"shop-check {database}"};
    }
    SECTION("the time it has") {
        tool.within = std::chrono::minutes{5};
    }
    SECTION("payloads no more") {
        payloads.blobs.reset();
    }
    CHECK(digest_of({rows, payloads, tool}) != before);
}

TEST_CASE("checks of before there were commands are the questions they were", "[plan][questions]") {
    CHECK(digest_of({check_of("rows", "SELECT count(*) FROM t", ">= 1")}).hex() ==
          "516e61f2fa75be4ef919a53f339e9f433e0796621f6292c6181cd9d07ee0a142");
}

}  // namespace muster
