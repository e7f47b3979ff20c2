#include "engine/snapshot/swap.h"

#include <catch2/catch.hpp>

#include "engine/codec/documents.h"
#include "engine/model/swap_intent.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/copy.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

const Time swap_time = *TextForm<Time>::parse("2026-11-20T10:00:00Z");

struct Stage {
    TempFolder folder;
    fs::path target = folder / "shop.db";
    fs::path staged = hidden_beside(target, staged_suffix);

    Stage() { make_database(staged, "CREATE TABLE restored(x); INSERT INTO restored VALUES (1)"); }
    /// A copy of what lies at the target swap_time.
    fs::path safety_copy() const {
        const auto copy = folder / "safety.sqlite";
        REQUIRE(copy_database(target, copy));
        return copy;
    }
    std::string tables() const {
        return App{target}.value("SELECT group_concat(name) FROM sqlite_schema");
    }
};

}  // namespace

TEST_CASE("the log that a crash left is not applied to what is restored over it",
          "[snapshot][swap][VV-06]") {
    const Stage stage;
    make_shop(stage.target);
    crash_after(stage.target, "UPDATE orders SET item = 'from the log'; CREATE TABLE late(x)");
    REQUIRE(fs::exists(stage.target.string() + "-wal"));
    const auto aside = swap_in(stage.staged, stage.target, stage.safety_copy(), swap_time);
    REQUIRE(aside);
    CHECK(aside->empty());
    CHECK(stage.tables() == "restored");
    CHECK_FALSE(fs::exists(stage.target.string() + "-wal"));
}

TEST_CASE("a damaged database is set aside with all its files", "[snapshot][swap]") {
    const Stage stage;
    write_all(stage.target, std::string(8192, 'x'));
    write_all(stage.target.string() + "-wal", "old log");
    const auto aside = swap_in(stage.staged, stage.target, {}, swap_time);
    REQUIRE(aside);
    CHECK(stage.tables() == "restored");
    CHECK(read_all(*aside) == std::string(8192, 'x'));
    CHECK(read_all(*aside + "-wal") == "old log");
    CHECK_FALSE(fs::exists(hidden_beside(stage.target, swap_suffix)));
    REQUIRE(swap_back(*aside, stage.target, stage.folder / "rejected"));
    CHECK(read_all(stage.target) == std::string(8192, 'x'));
    CHECK(read_all(stage.target.string() + "-wal") == "old log");
    CHECK(fs::exists(stage.folder / "rejected"));
}

TEST_CASE("a log without its database is set aside too", "[snapshot][swap]") {
    const Stage stage;
    write_all(stage.target.string() + "-wal", "orphan");
    REQUIRE(swap_in(stage.staged, stage.target, {}, swap_time));
    CHECK(stage.tables() == "restored");
}

TEST_CASE("what was committed after the safety copy is set aside, not lost",
          "[snapshot][swap][VV-06]") {
    const Stage stage;
    const auto* mode = GENERATE("WAL", "DELETE");
    make_shop(stage.target, mode);
    const auto copy = stage.safety_copy();
    App{stage.target}.run("UPDATE orders SET item = 'late' WHERE id = 1");
    const auto aside = swap_in(stage.staged, stage.target, copy, swap_time);
    REQUIRE(aside);
    REQUIRE_FALSE(aside->empty());
    CHECK(App{*aside}.value("SELECT item FROM orders WHERE id = 1") == "late");
    CHECK(stage.tables() == "restored");
}

TEST_CASE("a held database is set aside", "[snapshot][swap]") {
    const Stage stage;
    make_shop(stage.target);
    Child holder{[&](const Child::Ready& ready) {
        App app{stage.target};
        app.run("BEGIN; SELECT * FROM orders");
        ready();
        stay();
    }};
    const auto aside = swap_in(stage.staged, stage.target, stage.safety_copy(), swap_time);
    REQUIRE(aside);
    CHECK_FALSE(aside->empty());
    CHECK(stage.tables() == "restored");
}

TEST_CASE("a swap that was killed in the middle is finished, from wherever it had got to",
          "[snapshot][swap]") {
    const Stage stage;
    const SwapIntent intent{stage.target.string(), stage.staged.string(),
                            (stage.folder / "aside").string()};
    write_all(hidden_beside(stage.target, swap_suffix), *to_document(intent));
    const int moved = GENERATE(0, 1, 2, 3);
    if (moved < 1) write_all(stage.target.string() + "-wal", "log");
    if (moved >= 1) write_all(stage.folder / "aside-wal", "log");
    if (moved < 2) write_all(stage.target, "former");
    if (moved >= 2) write_all(stage.folder / "aside", "former");
    if (moved == 3) fs::rename(stage.staged, stage.target);
    const auto note = finish_swap(stage.target);
    REQUIRE(note);
    REQUIRE(*note);
    CHECK(stage.tables() == "restored");
    CHECK(read_all(stage.folder / "aside") == "former");
    CHECK(read_all(stage.folder / "aside-wal") == "log");
    CHECK_FALSE(fs::exists(hidden_beside(stage.target, swap_suffix)));
}

TEST_CASE("what was only staged is removed", "[snapshot][swap]") {
    const Stage stage;
    make_shop(stage.target, "DELETE");
    CHECK((*finish_swap(stage.target))->starts_with("removed what a killed restore"));
    CHECK_FALSE(fs::exists(stage.staged));
    CHECK(stage.tables() == "orders");
    CHECK_FALSE(finish_swap(stage.target)->has_value());
}

}  // namespace muster
