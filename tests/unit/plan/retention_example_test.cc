// docs/retention.md is what operators go by: its example is read from there.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/unit/plan/history.h"

namespace muster {

using namespace test;

namespace {

struct Row {
    std::string time, is, verdict, because;
};

/// The rows of the table whose first column is a time.
std::vector<Row> rows_of_the_example() {
    std::ifstream file{std::string{std::getenv("MUSTER_SOURCE_DIR")} + "/docs/retention.md"};
    std::vector<Row> out;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| 2026-")) continue;
        std::istringstream cells{line.substr(2)};
        Row row;
        for (auto* cell : {&row.time, &row.is, &row.verdict, &row.because}) {
            std::getline(cells, *cell, '|');
            cell->erase(0, cell->find_first_not_of(' '));
            cell->erase(cell->find_last_not_of(' ') + 1);
        }
        out.push_back(row);
    }
    return out;
}

SnapshotFacts snapshot_of(const Row& row) {
    auto facts = snapshot_at(row.time, row.is != "not proven");
    facts.bytes = *parse_bytes("10MiB");
    facts.known_bad = row.is == "found bad";
    if (row.is.starts_with("pinned")) facts.pinned = row.is.substr(std::string{"pinned: "}.size());
    return facts;
}

}  // namespace

TEST_CASE("the example of docs/retention.md is what muster does", "[plan][retention][ON-02]") {
    const KeepSpec keep{.last = 2,
                        .daily = 3,
                        .weekly = 5,
                        .within = std::chrono::days{1},
                        .max_age = std::chrono::days{30},
                        .max_total = parse_bytes("60MiB"),
                        .min_count = 1};
    const auto rows = rows_of_the_example();
    REQUIRE(rows.size() == 13);
    std::vector<SnapshotFacts> facts;
    for (const auto& row : rows) facts.push_back(snapshot_of(row));
    const History history{facts};
    const auto all = history.retained(keep);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(rows[i].time);
        std::string because;
        for (const auto& reason : all[i].reasons)
            because += (because.empty() ? "" : "; ") + reason.text;
        CHECK(format_time(all[i].snapshot->created_at) == rows[i].time);
        CHECK((all[i].stays ? "stays" : "goes") == rows[i].verdict);
        CHECK(because == rows[i].because);
    }
}

}  // namespace muster
