#include "engine/plan/questions.h"

#include <catch2/catch.hpp>

#include "tests/support/checks.h"

namespace muster {

using namespace test;

TEST_CASE("any change of a check makes it another question", "[plan][questions][VV-09]") {
    auto rows = check_of("rows", "SELECT count(*) FROM t", ">= 1");
    CheckSpec payloads;
    payloads.name = "payloads";
    payloads.blobs = BlobCheck{"files", "data", "hash"};
    payloads.depth = Depth::deep;
    const auto before = digest_of({rows, payloads});
    CHECK(digest_of({rows, payloads}) == before);
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
    SECTION("payloads no more") {
        payloads.blobs.reset();
    }
    CHECK(digest_of({rows, payloads}) != before);
}

}  // namespace muster
