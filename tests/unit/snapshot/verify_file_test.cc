#include "engine/snapshot/verify_file.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;
using namespace std::chrono_literals;

namespace {

struct Backup {
    TempFolder folder;
    TestHost test;
    fs::path artifact = folder / "shop.sqlite";
    VerifyRules rules;

    Backup() {
        make_shop(folder / "shop.db");
        REQUIRE(take_snapshot(step_for(folder / "shop.db", artifact), test.host));
        *test.time += 3h;
    }
    void make_legacy() const { fs::remove(manifest_of(artifact)); }
    VerifiedFile look(const FoundBackup& backup) const {
        auto file = verify_file(backup, rules, *test.time, test.host);
        REQUIRE(file);
        REQUIRE(*file);
        return **std::move(file);
    }
    VerifiedFile look() const { return look({artifact}); }
};

const Finding& finding(const VerifiedFile& file, const std::string& code) {
    const auto found = std::ranges::find(file.findings, code, &Finding::code);
    REQUIRE(found != file.findings.end());
    return *found;
}

}  // namespace

TEST_CASE("a good backup is valid, with its age by its manifest", "[snapshot][verify][ON-01]") {
    const Backup backup;
    const auto file = backup.look();
    CHECK(file.valid);
    CHECK(file.reason.empty());
    CHECK(file.state == BackupState::complete);
    CHECK(file.age == Duration{3h});
    CHECK(file.bytes.count == fs::file_size(backup.artifact));
    CHECK(file.checksum == *sha256_of_file(backup.artifact));
    CHECK(std::ranges::count(file.findings, "age", &Finding::code) == 0);
}

TEST_CASE("each way to be damaged makes it invalid, with the reason", "[snapshot][verify][ON-01]") {
    const Backup backup;
    SECTION("a flipped byte") {
        poke(backup.artifact, 5000, "x");
    }
    SECTION("cut off") {
        fs::resize_file(backup.artifact, 5000);
    }
    SECTION("nothing left") {
        fs::resize_file(backup.artifact, 0);
    }
    SECTION("another database's bytes") {
        make_database(backup.folder / "zoo.db", "CREATE TABLE animal(id)");
        fs::copy_file(backup.folder / "zoo.db", backup.artifact,
                      fs::copy_options::overwrite_existing);
    }
    const auto file = backup.look();
    CHECK_FALSE(file.valid);
    CHECK(finding(file, "checksum").verdict == Verdict::bad);
    CHECK(file.reason == finding(file, "checksum").reason);
}

TEST_CASE("a backup without a manifest is valid, and never unread", "[snapshot][verify][VV-04]") {
    Backup backup;
    backup.make_legacy();
    fs::last_write_time(backup.artifact, std::chrono::file_clock::from_sys(*backup.test.time - 5h));
    CHECK(backup.look().valid);
    CHECK(backup.look().age == Duration{5h});
    backup.rules.inspect.depth = Depth::checksum;
    CHECK(finding(backup.look(), "integrity").verdict == Verdict::good);
    fs::resize_file(backup.artifact, 5000);
    CHECK_FALSE(backup.look().valid);
}

TEST_CASE("age is judged by the rule", "[snapshot][verify][ON-01]") {
    Backup backup;
    backup.rules.max_age = 3h;
    CHECK(backup.look().valid);
    CHECK(finding(backup.look(), "age").verdict == Verdict::good);
    *backup.test.time += 1s;
    const auto old = backup.look();
    CHECK_FALSE(old.valid);
    CHECK(finding(old, "age").expected == "at most 3h");
    CHECK(finding(old, "age").actual == "10801s");
    *backup.test.time += 3h;
    CHECK(finding(backup.look(), "age").expected == "at most 3 h");
    CHECK(finding(backup.look(), "age").actual == "6 h");
    *backup.test.time -= 3h;
    *backup.test.time -= 4h;
    const auto future = backup.look();
    CHECK_FALSE(future.valid);
    CHECK_FALSE(future.age);
    CHECK(future.reason.find("future") != std::string::npos);
}

TEST_CASE("what was taken while the others were verified is not of the future",
          "[snapshot][verify]") {
    Backup backup;
    backup.rules.max_age = 1h;
    const auto began = *backup.test.time - 4h;
    const auto file = verify_file({backup.artifact}, backup.rules, began, backup.test.host);
    REQUIRE(file);
    CHECK((*file)->valid);
    CHECK((*file)->age == Duration{0});
}

TEST_CASE("size is judged by the rules", "[snapshot][verify][ON-01]") {
    Backup backup;
    const Bytes bytes{fs::file_size(backup.artifact)};
    backup.rules.min_size = backup.rules.max_size = bytes;
    CHECK(backup.look().valid);
    backup.rules.min_size = Bytes{bytes.count + 1};
    backup.rules.max_size.reset();
    CHECK(backup.look().reason == "it is too small");
    CHECK(finding(backup.look(), "size").actual == fmt::format("{} bytes", bytes.count));
    backup.rules.max_size = Bytes{bytes.count - 1};
    backup.rules.min_size.reset();
    CHECK(backup.look().reason == "it is too large");
    backup.rules.max_size = Bytes{1};
    CHECK(finding(backup.look(), "size").expected == "at most 1 B");
    CHECK(finding(backup.look(), "size").actual == spell_bytes(bytes));
}

TEST_CASE("what could not be checked makes it invalid", "[snapshot][verify]") {
    const Backup backup;
    backup.make_legacy();
    write_all(backup.artifact.string() + "-wal", "what it holds was not looked at");
    const auto file = backup.look();
    CHECK_FALSE(file.valid);
    CHECK(finding(file, "readable").verdict == Verdict::unchecked);
}

TEST_CASE("a file that cannot be looked at is invalid, one that was pruned is not there",
          "[snapshot][verify]") {
    const Backup backup;
    const auto denied =
        backup.look({backup.artifact, false, Error{ErrorCode::permission_denied, "no", "ask", {}}});
    CHECK_FALSE(denied.valid);
    CHECK(denied.reason == "no");
    CHECK(finding(denied, "permission_denied").verdict == Verdict::unchecked);
    CHECK(finding(denied, "permission_denied").next == "ask");
    CHECK_FALSE(denied.state);

    fs::remove(backup.artifact);
    CHECK(finding(backup.look({backup.artifact, true}), "not_found").verdict == Verdict::bad);
    const auto gone = verify_file({backup.artifact}, {}, *backup.test.time, backup.test.host);
    REQUIRE(gone);
    CHECK_FALSE(*gone);
}

TEST_CASE("an interruption is no verdict", "[snapshot][verify]") {
    const Backup backup;
    *backup.test.stopped = true;
    CHECK(verify_file({backup.artifact}, {}, *backup.test.time, backup.test.host).error().code ==
          ErrorCode::interrupted);
}

}  // namespace muster
