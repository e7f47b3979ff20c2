// muster beside SQLite itself, over files with one thing broken: what SQLite finds, muster finds.
// What muster finds beyond it is of the kinds that SQLite does not look for.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <map>

#include "engine/sqlite/integrity.h"
#include "tests/support/damaged_files.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

/// What SQLite says against this file; empty when it can read all of it and finds it sound.
std::string fault_by_sqlite(const fs::path& path) {
    try {
        App app{path};
        if (app.value("PRAGMA quick_check") != "ok") return app.value("PRAGMA quick_check");
        if (app.value("PRAGMA integrity_check") != "ok") return app.value("PRAGMA integrity_check");
        const std::string reads = app.value(
            "SELECT group_concat('SELECT count(*) FROM (SELECT * FROM \"' || name || '\" ORDER BY 1)', ';')"
            " FROM sqlite_schema WHERE type = 'table'");
        if (reads != "NULL") app.run(reads);
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

/// A name in the schema broken into that of a part which nobody has.
bool wants_a_part(const std::string& fault) {
    return fault.find("no such collation") != std::string::npos ||
           fault.find("no such function") != std::string::npos ||
           fault.find("unknown function") != std::string::npos ||
           fault.find("no such module") != std::string::npos;
}

const std::vector<Shape> shapes{
    {512, "UTF-8", "NONE", "DELETE", 0},         {512, "UTF-16be", "FULL", "WAL", 8},
    {1024, "UTF-8", "INCREMENTAL", "DELETE", 0}, {4096, "UTF-8", "NONE", "WAL", 0},
    {4096, "UTF-16le", "FULL", "DELETE", 0},     {65536, "UTF-8", "NONE", "DELETE", 0}};

std::map<std::string, int> compare(int cases, std::uint64_t seed) {
    TempFolder folder;
    std::vector<std::string> bases;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const fs::path path = folder / std::to_string(i);
        make_healthy(path, shapes[i]);
        bases.push_back(read_all(path));
    }
    std::map<std::string, int> beyond;
    for (int i = 0; i < cases; ++i) {
        std::mt19937_64 random{seed + static_cast<std::uint64_t>(i)};
        const std::string_view kind = damages()[static_cast<std::size_t>(i) % damages().size()];
        const std::size_t base = random() % bases.size();
        const fs::path path = folder / "damaged.db";
        write_all(path, damage(kind, bases[base], random));
        const auto start = std::chrono::steady_clock::now();
        const auto findings = verify_database(path, {Depth::full, folder / "scratch"}, "damaged");
        const auto took = std::chrono::steady_clock::now() - start;
        INFO("case " << seed + static_cast<std::uint64_t>(i) << ", " << kind << " of "
                     << shapes[base].text());
        CHECK(took < std::chrono::seconds{20});
        if (!findings) FAIL_CHECK(findings.error().text());
        if (!findings) continue;
        const std::string fault = fault_by_sqlite(path);
        CAPTURE(fault);
        const bool found = std::ranges::any_of(*findings, &fails);
        const bool unsure = std::ranges::any_of(*findings, [](const Finding& finding) {
            return finding.verdict == Verdict::unchecked;
        });
        if (!fault.empty()) {
            CHECK((found || (unsure && wants_a_part(fault))));
            ++beyond["(by both)"];
        } else {
            for (const auto& finding : *findings)
                if (fails(finding)) ++beyond[finding.code];
        }
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            fs::remove(path.string() + suffix);
    }
    return beyond;
}

void only_what_sqlite_does_not_look_for(const std::map<std::string, int>& beyond) {
    for (const auto& [code, count] : beyond) {
        INFO(code << ": " << count);
        CHECK((code == "(by both)" || code == "page_census" || code == "full_text" ||
               code == "rtree" || code == "readable"));
    }
}

}  // namespace

TEST_CASE("what SQLite finds in a damaged file, muster finds", "[sqlite][damage][EE-02]") {
    const auto beyond = compare(800, 1);
    CHECK(beyond.at("(by both)") > 400);
    only_what_sqlite_does_not_look_for(beyond);
}

TEST_CASE("what SQLite finds in 20000 damaged files, muster finds",
          "[soak][sqlite][damage][EE-02]") {
    const auto beyond = compare(20000, 1'000'000);
    for (const auto& [code, count] : beyond) WARN(code << ": " << count);
    only_what_sqlite_does_not_look_for(beyond);
}

TEST_CASE("no healthy database is called damaged, whatever its shape",
          "[sqlite][damage][EE-02][AZ-03]") {
    int made = 0;
    for (const int page_size : {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
        for (const char* encoding : {"UTF-8", "UTF-16le", "UTF-16be"})
            for (const char* auto_vacuum : {"NONE", "FULL", "INCREMENTAL"})
                for (const char* journal : {"DELETE", "WAL"}) {
                    const Shape shape{page_size, encoding, auto_vacuum, journal, made++ % 3 * 8};
                    TempFolder folder;
                    make_healthy(folder / "a.db", shape);
                    INFO(shape.text());
                    const std::string bytes = read_all(folder / "a.db");
                    REQUIRE((static_cast<unsigned char>(bytes[20]) == shape.reserved));
                    const auto findings =
                        verify_database(folder / "a.db", {Depth::full, folder / "scratch"}, "a");
                    REQUIRE(findings);
                    CHECK(findings->size() > 8);
                    for (const auto& finding : *findings) {
                        INFO(finding.code << ": " << finding.reason << ": " << finding.actual);
                        CHECK(finding.verdict == Verdict::good);
                    }
                }
    CHECK(made == 144);
}

}  // namespace muster
