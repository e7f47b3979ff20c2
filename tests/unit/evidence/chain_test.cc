#include "engine/evidence/chain.h"

#include <catch2/catch.hpp>

#include "engine/evidence/handoff.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

const Time now = *TextForm<Time>::parse("2026-11-20T10:00:00Z");

Record record(const std::string& run, const std::string& policy = "shop") {
    Record out;
    out.head.run = run;
    out.head.command = {"muster", "apply"};
    out.head.policy_name = policy;
    out.head.started_at = now;
    out.finished_at = now;
    return out;
}

Population targets(const std::vector<std::string>& names) {
    Population out;
    for (const auto& name : names) {
        Standing standing;
        standing.target = name;
        standing.rpo = Objective{std::chrono::hours{24}, std::chrono::hours{1}, true};
        out.targets.push_back(standing);
    }
    return out;
}

}  // namespace

TEST_CASE("each record follows from the stored bytes of the one before",
          "[evidence][chain][VV-16]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    const auto first = append_record(state, record("r1"), std::nullopt),
               second = append_record(state, record("r2"), std::nullopt);
    REQUIRE(second);
    CHECK_FALSE(first->record.previous);
    CHECK(second->record.previous == sha256_of(read_all(first->file)));
    CHECK(second->record.sequence == 2);
    const auto chain = read_chain(state);
    REQUIRE(chain);
    CHECK(chain->sound());
    CHECK(chain->links.size() == 2);
    CHECK(chain->links[1].hash == second->hash);
}

TEST_CASE("an edited, removed or inserted record shows", "[evidence][chain][VV-16]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    std::vector<fs::path> files;
    for (const auto* run : {"r1", "r2", "r3"})
        files.push_back(append_record(state, record(run), std::nullopt)->file);
    SECTION("edited") {
        auto text = read_all(files[0]);
        text.replace(text.find("apply"), 5, "apple");
        write_all(files[0], text);
    }
    SECTION("removed") {
        fs::remove(files[1]);
    }
    SECTION("inserted") {
        write_all(state.records() / "000002-r0.json", read_all(files[1]));
    }
    SECTION("no record at all") {
        write_all(files[1], "{}");
    }
    const auto chain = read_chain(state);
    REQUIRE(chain);
    CHECK_FALSE(chain->sound());
    const auto after = append_record(state, record("r4"), std::nullopt);
    REQUIRE(after);
    REQUIRE_FALSE(after->record.findings.empty());
    CHECK(after->record.findings.back().code == "chain");
}

TEST_CASE("a policy that lost a target says so in the next record", "[evidence][chain]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    REQUIRE(append_record(state, record("r1"), targets({"a", "b"})));
    REQUIRE(append_record(state, record("other", "another-policy"), targets({"z"})));
    const auto second = append_record(state, record("r2"), targets({"b", "c"}));
    REQUIRE(second);
    CHECK(second->record.population->removed == std::vector<std::string>{"a"});
    CHECK(second->record.population->added == std::vector<std::string>{"c"});
    CHECK(read_population(state, *second->record.population)->targets.size() == 2);
}

TEST_CASE("a population that is not what its record names is refused", "[evidence][chain]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    const auto stored = append_record(state, record("r1"), targets({"a"}));
    REQUIRE(stored);
    const auto file = state.population(stored->record.population->sha256);
    auto text = read_all(file);
    text.replace(text.find("\"a\""), 3, "\"x\"");
    write_all(file, text);
    CHECK(read_population(state, *stored->record.population).error().code == ErrorCode::damaged);
}

TEST_CASE("a proof whose artifact is gone counts no more", "[evidence][handoff]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    auto population = targets({"a"});
    population.targets[0].proof =
        Proof{"near",      "a.sqlite", (folder / "a.sqlite").string(), sha256_of("x"),
              Depth::full, now,        now + std::chrono::hours{24}};
    REQUIRE(append_record(state, record("r1"), population));
    const auto handoff = make_handoff(state, "shop", now);
    REQUIRE(handoff);
    CHECK_FALSE(handoff->targets[0].proof);
    CHECK(handoff->last_run.findings.back().code == "proof");
}

TEST_CASE("a handoff is worked out for now, not for when the record was made",
          "[evidence][handoff]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    REQUIRE(append_record(state, record("r1"), targets({"a"})));
    REQUIRE(append_record(state, record("r2"), std::nullopt));
    const auto soon = make_handoff(state, "shop", now + std::chrono::hours{1}),
               late = make_handoff(state, std::nullopt, now + std::chrono::hours{30});
    REQUIRE(soon);
    REQUIRE(late);
    CHECK(soon->targets[0].rpo->met);
    CHECK(soon->targets[0].rpo->measured == std::chrono::hours{2});
    CHECK_FALSE(late->targets[0].rpo->met);
    CHECK(late->last_run.head.run == "r1");
    CHECK(late->records == 2);
    CHECK(make_handoff(state, "absent", now).error().code == ErrorCode::not_found);
}

}  // namespace muster
