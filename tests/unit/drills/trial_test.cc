#include "drills/faults/trial.h"

#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <iostream>
#include <map>
#include <set>

#include "engine/base/stopwatch.h"
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
        Stopwatch watch;
        const auto trial = prepared.run(row.fault, row.strike);
        const auto name = fmt::format("{} at {}: {}; caught by {}", name_of(row.fault),
                                      name_of(row.strike), trial.injected, joined(trial.caught_by));
        if (std::getenv("MUSTER_SHOW") != nullptr)
            std::cout << fmt::format("{:16} {:8} {} {:19} {{{}}} {}  [{}]\n", name_of(row.fault), name_of(row.strike), trial.caught ? "+" : trial.applies ? "MISSED" : "n/a", row.expected, joined(trial.caught_by), trial.injected, spell_duration(watch.lap()));
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

TEST_CASE("every fault is caught, in a database of full-text and R-tree tables", "[drills][faults][VV-05]") {
    check_alone(try_all(PreparedScene{[](const fs::path& path) {
        make_healthy(path, {1024, "UTF-16le", "INCREMENTAL", "WAL", 8});
    }}));
}

TEST_CASE("every fault is caught, in a database of 64 KiB pages", "[drills][faults][VV-05]") {
    check_alone(try_all(PreparedScene{
        [](const fs::path& path) { make_healthy(path, {65536, "UTF-8", "FULL", "DELETE", 0}); }}));
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

}  // namespace muster
