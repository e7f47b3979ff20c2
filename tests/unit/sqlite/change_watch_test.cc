#include "engine/sqlite/change_watch.h"

#include <catch2/catch.hpp>

#include "engine/sqlite/overwrite.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

struct Pair {
    TempFolder folder;
    fs::path target = folder / "a.db";
    fs::path other = folder / "b.db";

    explicit Pair(const std::string& mode) {
        make_database(target, "PRAGMA journal_mode = " + mode + "; CREATE TABLE t(a)");
        make_database(other, "CREATE TABLE t(a); INSERT INTO t VALUES (7)");
    }
};

}  // namespace

TEST_CASE("a commit of somebody else shows, also while the write lock is ours",
          "[sqlite][change_watch]") {
    const Pair pair{GENERATE("WAL", "DELETE")};
    const bool commit = GENERATE(false, true);
    App user{pair.target};
    user.run("INSERT INTO t VALUES (1)");
    auto watch = ChangeWatch::open(pair.target);
    REQUIRE(watch);
    if (commit) user.run("INSERT INTO t VALUES (2)");
    std::optional<bool> changed;
    OverwriteOptions options;
    options.locked = [&]() -> Result<> {
        MUSTER_TRY(changed, watch->changed());
        return {};
    };
    REQUIRE(overwrite_database(pair.other, pair.target, options));
    CHECK(changed == commit);
    CHECK(user.value("SELECT a FROM t") == "7");
}

TEST_CASE("who is refused under the lock has changed nothing", "[sqlite][overwrite]") {
    const Pair pair{GENERATE("WAL", "DELETE")};
    App user{pair.target};
    user.run("INSERT INTO t VALUES (1)");
    OverwriteOptions options;
    options.locked = []() -> Result<> { return fail(ErrorCode::exclusive_holder, "too late"); };
    const auto refused = overwrite_database(pair.other, pair.target, options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "too late");
    CHECK(user.value("SELECT a FROM t") == "1");
    user.run("INSERT INTO t VALUES (2)");
}

TEST_CASE("a holder who does not let go is named after the wait", "[sqlite][overwrite]") {
    const Pair pair{"DELETE"};
    App user{pair.target};
    user.run("BEGIN; SELECT * FROM t");
    user.value("SELECT count(*) FROM t");
    OverwriteOptions options;
    options.wait = std::chrono::milliseconds{100};
    const auto refused = overwrite_database(pair.other, pair.target, options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::exclusive_holder);
}

}  // namespace muster
