#include "engine/run/starter_targets.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

StarterTargets targets_of(const std::vector<std::string>& paths, bool uniform = true,
                          const fs::path& from = "/srv/app") {
    std::vector<FoundDatabase> databases;
    for (const auto& path : paths) databases.push_back({path, {100}, uniform});
    return starter_targets(databases, "/srv/app", from);
}

/// "name=path", in order.
std::vector<std::string> told(const StarterTargets& starters) {
    std::vector<std::string> out;
    for (const auto& each : starters.targets) out.push_back(each.name + "=" + each.sqlite);
    return out;
}

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("targets have good names, each of its own", "[run][init]") {
    CHECK(told(targets_of({"shop.db", "a/shop.db", "b/shop.db", "b/shop.sqlite"})) ==
          Told{"shop=shop.db", "a-shop=a/shop.db", "b-shop=b/shop.db", "shop-2=b/shop.sqlite"});
    CHECK(told(targets_of({"-my \"shop\".db", "bücher.db", "日本.db", "_.db", "a..db", "x"})) ==
          Told{"my-shop=-my \"shop\".db", "b-cher=bücher.db", "database=日本.db", "database-2=_.db",
               "a=a..db", "x=x"});
    const auto name = targets_of({std::string(200, 'n') + ".db"}).targets[0].name;
    CHECK(name.size() <= 100);
}

TEST_CASE("four databases with one extension in one folder are one target", "[run][init]") {
    const auto starters = targets_of({"t/a.db", "t/b.db", "t/c.db", "t/d.db", "t/e.sqlite"});
    CHECK(told(starters) == Told{"t=t/*.db", "e=t/e.sqlite"});
    CHECK(starters.targets[0].databases.size() == 4);
    CHECK(told(targets_of({"a.db", "b.db", "c.db", "d.db"})) == Told{"databases=*.db"});
    CHECK(targets_of({"a.db", "b.db", "c.db"}).targets.size() == 3);
    CHECK(targets_of({"a", "b", "c", "d"}).targets.size() == 4);
    CHECK(targets_of({"a.db", "b.db", "c.db", "d.db"}, false).targets.size() == 4);
}

TEST_CASE("a name that would make an odd folder stands outside of a pattern", "[run][init]") {
    CHECK(told(targets_of({"a.db", "b.db", "c.db", "my shop.db"})) ==
          Told{"a=a.db", "b=b.db", "c=c.db", "my-shop=my shop.db"});
}

TEST_CASE("what a policy would take for a pattern is left out, and named", "[run][init]") {
    const auto starters = targets_of({"a*.db", "b?.db", "[c].db", "d\\.db", "\xff.db", "e.db"});
    CHECK(told(starters) == Told{"e=e.db"});
    REQUIRE(starters.notes.size() == 5);
    CHECK(starters.notes[0].find("/srv/app/a*.db was left out") != std::string::npos);
    CHECK(targets_of({"w*/a.db", "w*/b.db", "w*/c.db", "w*/d.db"}).targets.empty());
}

TEST_CASE("paths are relative to the policy", "[run][init]") {
    CHECK(told(targets_of({"shop.db"}, true, "/etc/muster")) == Told{"shop=../../srv/app/shop.db"});
    CHECK(told(targets_of({"a.db", "b.db", "c.db", "d.db"}, true, "/srv")) ==
          Told{"databases=app/*.db"});
}

}  // namespace muster
