#include "engine/snapshot/commit.h"

#include <catch2/catch.hpp>

#include "engine/codec/documents.h"
#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

const Time now = *TextForm<Time>::parse("2026-11-20T10:00:00Z");

/// What a run leaves that was killed with the intent written: the intent, and the artifact or not.
void leave_intent(const fs::path& artifact, const std::string& bytes) {
    Manifest manifest;
    manifest.created_with_version = "0.1.0";
    manifest.artifact = artifact.filename().string();
    manifest.bytes_written = Bytes{bytes.size()};
    manifest.checksum_sha256 = sha256_of(bytes);
    write_all(hidden_beside(artifact, intent_suffix), *to_document(manifest));
}

}  // namespace

TEST_CASE("an artifact that arrived whole is committed by the next run", "[snapshot][commit]") {
    const TempFolder folder;
    const auto artifact = folder / "a.sqlite";
    leave_intent(artifact, "content");
    write_all(artifact, "content");
    const auto notes = mend_folder(folder.path(), now);
    REQUIRE(notes);
    REQUIRE(notes->size() == 1);
    CHECK(notes->front().starts_with("kept the snapshot"));
    CHECK((*read_manifest(artifact))->checksum_sha256 == sha256_of("content"));
    CHECK_FALSE(fs::exists(hidden_beside(artifact, intent_suffix)));
    CHECK_FALSE(fs::exists(hidden_beside(artifact, claim_suffix)));
}

TEST_CASE("an artifact that did not arrive leaves the former one, or nothing",
          "[snapshot][commit]") {
    const TempFolder folder;
    const auto artifact = folder / "a.sqlite";
    leave_intent(artifact, "content");
    write_all(hidden_beside(artifact, partial_suffix), "content");
    const bool former = GENERATE(true, false);
    if (former) write_all(artifact, "former");
    const auto notes = mend_folder(folder.path(), now);
    REQUIRE(notes);
    REQUIRE(notes->size() == 1);
    CHECK(notes->front().starts_with("undid the snapshot"));
    CHECK(fs::exists(artifact) == former);
    if (former) CHECK(read_all(artifact) == "former");
    CHECK_FALSE(fs::exists(hidden_beside(artifact, partial_suffix)));
}

TEST_CASE("what a live run is making is left alone", "[snapshot][commit][ON-07]") {
    const TempFolder folder;
    auto live = Commit::begin(folder / "a.sqlite", Replace::no, now);
    REQUIRE(live);
    write_all(live->partial(), "half");
    const auto notes = mend_folder(folder.path(), now);
    REQUIRE(notes);
    CHECK(notes->empty());
    CHECK(read_all(live->partial()) == "half");
    CHECK(Commit::begin(folder / "a.sqlite", Replace::no, now).error().code ==
          ErrorCode::lease_held);
}

TEST_CASE("a removed snapshot is gone whole, another one under its name stays",
          "[snapshot][commit]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    const auto artifact = folder / "out/shop.sqlite";
    const auto taken = take_snapshot(step_for(folder / "shop.db", artifact), test.host);
    REQUIRE(taken);
    CHECK(remove_snapshot(artifact, sha256_of("another"), now).error().code ==
          ErrorCode::manifest_mismatch);
    CHECK(fs::exists(artifact));
    REQUIRE(remove_snapshot(artifact, taken->snapshot.manifest.checksum_sha256, now));
    CHECK(fs::is_empty(folder / "out"));
    CHECK(remove_snapshot(artifact, taken->snapshot.manifest.checksum_sha256, now));
    write_all(artifact, "somebody's");
    CHECK(remove_snapshot(artifact, taken->snapshot.manifest.checksum_sha256, now).error().code ==
          ErrorCode::manifest_mismatch);
}

TEST_CASE("a manifest that is none is told apart from one that is absent", "[snapshot][commit]") {
    const TempFolder folder;
    CHECK_FALSE(read_manifest(folder / "a.sqlite")->has_value());
    write_all(folder / "a.sqlite.manifest.json", "{\"formatVersion\": 1}");
    CHECK(read_manifest(folder / "a.sqlite").error().code == ErrorCode::manifest_mismatch);
}

}  // namespace muster
