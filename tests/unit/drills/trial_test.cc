#include "drills/faults/trial.h"

#include <fmt/format.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <set>

#include "drills/judge_copy.h"
#include "tests/support/checks.h"
#include "tests/support/damaged_files.h"
#include "tests/support/fault_scene.h"

namespace muster {

using namespace test;

namespace {

std::string joined(const std::vector<std::string>& codes) {
    std::string out;
    for (const auto& code : codes) out += (out.empty() ? "" : ", ") + code;
    return out;
}

/// Codes that were the only one to catch something.
std::set<std::string> try_all(const PreparedScene& prepared) {
    std::set<std::string> alone;
    const auto clone = state_of(prepared.scene.clone.parent_path());
    const auto store = state_of(prepared.scene.artifact.parent_path());
    for (const auto& row : fault_catalogue()) {
        const auto trial = prepared.run(row.fault, row.strike);
        const auto name = fmt::format("{} at {}: {}; caught by {}", name_of(row.fault),
                                      name_of(row.strike), trial.injected, joined(trial.caught_by));
        INFO(name);
        CHECK(trial.applies);
        CHECK(trial.caught);
        CHECK(trial.expected == row.expected);
        if (trial.caught_by.size() == 1) alone.insert(trial.caught_by.front());
        CHECK(fs::is_empty(prepared.scene.folder));
    }
    CHECK(state_of(prepared.scene.clone.parent_path()) == clone);
    CHECK(state_of(prepared.scene.artifact.parent_path()) == store);
    return alone;
}

/// What the catalogue relies on: each of its checks is the only one that catches something.
void check_alone(const std::set<std::string>& alone) {
    for (const auto& row : fault_catalogue()) {
        INFO(row.expected);
        CHECK(alone.contains(std::string{row.expected}));
    }
}

}  // namespace

TEST_CASE("every fault is caught, in a database of full-text and R-tree tables",
          "[drills][faults][VV-05]") {
    check_alone(try_all(PreparedScene{[](const fs::path& path) {
        make_healthy(path, {1024, "UTF-16le", "INCREMENTAL", "WAL", 8});
    }}));
}

TEST_CASE("every fault is caught, in a database of 64 KiB pages", "[drills][faults][VV-05]") {
    check_alone(try_all(PreparedScene{[](const fs::path& path) {
        make_healthy(path, {65536, "UTF-8", "FULL", "DELETE", 0});
    }}));
}

TEST_CASE("every fault is caught, in the database of PROJ", "[drills][faults][VV-05]") {
    const fs::path proj = "/usr/share/proj/proj.db";
    if (!fs::exists(proj)) {
        WARN("proj-data is not installed");
        return;
    }
    check_alone(try_all(PreparedScene{[&](const fs::path& path) {
        fs::copy_file(proj, path);
        fs::permissions(path, fs::perms::owner_write, fs::perm_options::add);
    }}));
}

TEST_CASE("what was ill before proves nothing", "[drills][faults]") {
    const PreparedScene ill{[](const fs::path& path) {
        make_database(path,
                      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p);"
                      "INSERT INTO c VALUES(1)");
    }};
    CHECK(ill.run(Fault::foreign_key, Strike::resealed).caught);
    CHECK(ill.run(Fault::index_bit, Strike::resealed).caught_by ==
          std::vector<std::string>{"integrity"});
    CHECK(ill.run(Fault::value_bit, Strike::artifact).caught_by ==
          std::vector<std::string>{"checksum"});
}

TEST_CASE("a check that nobody asked catches nothing, and a question of the policy may",
          "[drills][faults]") {
    PreparedScene asked{[](const fs::path& path) { make_shop(path, "DELETE"); }};
    asked.scene.checks = {check_of(
        "unchanged", "SELECT count(*) FROM muster_fault_rows WHERE value LIKE 'changed%'", "0")};
    CHECK(asked.run(Fault::changed_row, Strike::restored).caught_by ==
          std::vector<std::string>{"check", "equality", "same_content"});
    CHECK(asked.run(Fault::value_bit, Strike::restored).caught_by ==
          std::vector<std::string>{"equality", "same_content"});
}

TEST_CASE("without the program, or at a place without sense, no trial is held",
          "[drills][faults]") {
    PreparedScene bare{[](const fs::path& path) { make_shop(path, "DELETE"); }};
    bare.scene.muster.clear();
    for (const auto fault : {Fault::full_disk, Fault::killed_restore}) {
        const auto trial = bare.run(fault, Strike::restored);
        CHECK_FALSE(trial.applies);
        CHECK_FALSE(trial.caught);
        CHECK_FALSE(trial.injected.empty());
    }
    CHECK(try_fault(Fault::clock_skew, Strike::source, bare.scene, bare.test.host).error().code ==
          ErrorCode::usage);
    *bare.test.stopped = true;
    CHECK(try_fault(Fault::page_bit, Strike::source, bare.scene, bare.test.host).error().code ==
          ErrorCode::interrupted);
    CHECK(fs::is_empty(bare.scene.folder));
}

TEST_CASE("a program that restores nothing is not taken for one that refused", "[drills][faults]") {
    PreparedScene odd{[](const fs::path& path) { make_shop(path, "DELETE"); }};
    odd.scene.muster = "/bin/true";
    CHECK_FALSE(try_fault(Fault::full_disk, Strike::restored, odd.scene, odd.test.host));
    const auto killed = odd.run(Fault::killed_restore, Strike::restored);
    CHECK(killed.applies);
    CHECK_FALSE(killed.caught);
}

TEST_CASE("a copy is of the volume that is meant, and belongs to whom it ought to",
          "[drills][faults]") {
    const TempFolder folder;
    const auto path = folder / "a.db";
    make_shop(path);
    fs::permissions(path, fs::perms{0640});
    Manifest manifest;
    manifest.volume_id = "shop";
    CHECK(judge_volume_id(manifest, "shop", "a").verdict == Verdict::good);
    CHECK(judge_volume_id(manifest, "bank", "a").verdict == Verdict::bad);
    CHECK(judge_volume_id(std::nullopt, "shop", "a").verdict == Verdict::unchecked);
    CHECK(judge_owner(path, manifest)->verdict == Verdict::unchecked);
    const auto there = status_of(path);
    manifest.owner = FileOwner{there->owner, there->group, there->mode};
    CHECK(judge_owner(path, manifest)->verdict == Verdict::good);
    manifest.owner->mode = 0600;
    CHECK(judge_owner(path, manifest)->verdict == Verdict::bad);
    manifest.owner = FileOwner{there->owner + 1, there->group, there->mode};
    CHECK(judge_owner(path, manifest)->verdict ==
          (::geteuid() == 0 ? Verdict::bad : Verdict::good));
}

}  // namespace muster
