#include "engine/snapshot/inspect.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/codec/documents.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/checks.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

struct InspectedBackup {
    TempFolder folder;
    TestHost test;
    fs::path artifact = folder / "out/shop.sqlite";

    InspectedBackup() {
        make_shop(folder / "shop.db");
        REQUIRE(take_snapshot(step_for(folder / "shop.db", artifact), test.host));
    }
    Inspection look(const InspectOptions& options = {}) const {
        auto seen = inspect_backup(artifact, options, test.host);
        REQUIRE(seen);
        return *std::move(seen);
    }
    void edit_manifest(const std::function<void(Manifest&)>& edit) const {
        auto manifest = **read_manifest(artifact);
        edit(manifest);
        write_all(manifest_of(artifact), *to_document(manifest));
    }
    ErrorCode refusal(const InspectOptions& options = {}) const {
        const auto may = require_restorable(look(options));
        REQUIRE_FALSE(may);
        return may.error().code;
    }
};

}  // namespace

TEST_CASE("a good backup is restorable, and every check is listed", "[snapshot][inspect][VV-03]") {
    const InspectedBackup backup;
    const auto seen = backup.look();
    CHECK(seen.restorable);
    CHECK(seen.state == BackupState::complete);
    for (const auto* code :
         {"manifest", "checksum", "tool_version", "readable", "integrity", "page_census"})
        CHECK(verdict_of(seen.findings, code) == Verdict::good);
    CHECK(require_restorable(seen));
}

TEST_CASE("each way to be wrong has a refusal of its own", "[snapshot][inspect][VV-03][VV-07]") {
    const InspectedBackup backup;
    SECTION("a byte that is not what was written") {
        poke(backup.artifact, 5000, "x");
        CHECK(backup.refusal() == ErrorCode::manifest_mismatch);
    }
    SECTION("cut off") {
        fs::resize_file(backup.artifact, fs::file_size(backup.artifact) - 1);
        CHECK(backup.refusal() == ErrorCode::manifest_mismatch);
    }
    SECTION("a newer major version wrote it") {
        backup.edit_manifest([](Manifest& manifest) { manifest.created_with_version = "1.0.0"; });
        CHECK(backup.refusal() == ErrorCode::newer_tool_major);
    }
    SECTION("a schema that is not supported yet") {
        InspectOptions options;
        options.supported_schema = 3;
        CHECK(backup.refusal(options) == ErrorCode::newer_schema);
        options.supported_schema = 4;
        CHECK(backup.look(options).restorable);
    }
    SECTION("a manifest that cannot be read") {
        write_all(manifest_of(backup.artifact), "{");
        CHECK(backup.refusal() == ErrorCode::manifest_mismatch);
    }
    SECTION("a run died before it was committed") {
        fs::rename(manifest_of(backup.artifact), hidden_beside(backup.artifact, intent_suffix));
        CHECK(backup.look().state == BackupState::unfinished);
        CHECK(backup.refusal() == ErrorCode::unfinished_snapshot);
    }
    SECTION("damaged before it was backed up: the checksum fits, the content does not") {
        std::string bytes = read_all(backup.artifact);
        std::fill(bytes.begin() + 4096, bytes.begin() + 4196, '\xff');
        write_all(backup.artifact, bytes);
        backup.edit_manifest(
            [&](Manifest& manifest) { manifest.checksum_sha256 = sha256_of(bytes); });
        CHECK(verdict_of(backup.look().findings, "checksum") == Verdict::good);
        CHECK(backup.refusal() == ErrorCode::damaged);
    }
}

TEST_CASE(
    "a legacy backup without a manifest may be restored, and that nothing vouches for it is told",
    "[snapshot][inspect][VV-04]") {
    const InspectedBackup backup;
    fs::remove(manifest_of(backup.artifact));
    const auto seen = backup.look();
    CHECK(seen.state == BackupState::legacy);
    CHECK(seen.restorable);
    CHECK(verdict_of(seen.findings, "manifest") == Verdict::unchecked);
    CHECK(verdict_of(seen.findings, "checksum") == Verdict::unchecked);
    InspectOptions options;
    options.supported_schema = 3;
    CHECK(verdict_of(backup.look(options).findings, "schema_version") == Verdict::unchecked);
}

TEST_CASE("the policy's questions are asked of the backup", "[snapshot][inspect][EE-02]") {
    const InspectedBackup backup;
    InspectOptions options;
    options.checks = {check_of("orders", "SELECT count(*) FROM orders", ">= 3")};
    CHECK(backup.look(options).restorable);
    options.checks[0].expect = *TextForm<Expectation>::parse(">= 4");
    CHECK_FALSE(backup.look(options).restorable);
    CHECK(backup.refusal(options) == ErrorCode::damaged);
}

TEST_CASE("looking leaves everything as it was", "[snapshot][inspect]") {
    const InspectedBackup backup;
    const auto before = state_of(backup.folder / "out");
    backup.look();
    CHECK(state_of(backup.folder / "out") == before);
}

TEST_CASE("what is no file is refused before any look", "[snapshot][inspect]") {
    const InspectedBackup backup;
    CHECK(inspect_backup(backup.folder / "absent", {}, backup.test.host).error().code ==
          ErrorCode::not_found);
    CHECK(inspect_backup(backup.folder.path(), {}, backup.test.host).error().code ==
          ErrorCode::not_a_file);
}

}  // namespace muster
