#include "engine/run/journal.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <atomic>

#include "engine/base/workers.h"
#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;

namespace {

RunHead head() {
    RunHead out;
    out.run = "run-1";
    out.command = {"muster", "apply", "p.yaml"};
    return out;
}

void die_in_step(const StateFolder& state, const TestHost& test) {
    Child child{[&](const Child::Ready& ready) {
        auto journal = Journal::start(state, head(), test.host, {});
        Outcome done;
        done.step = "snapshot";
        if (journal && journal->found("something") && journal->step_started("snapshot") &&
            journal->step_finished(done) && journal->step_started("verify"))
            ready();
        stay();
    }};
    CHECK(dead_journals(state)->empty());  // it lives
    child.kill();
}

}  // namespace

TEST_CASE("a journal is still true after its run was killed", "[run][journal]") {
    const TempFolder folder;
    const TestHost test;
    const StateFolder state{folder.path()};
    die_in_step(state, test);
    const auto dead = dead_journals(state);
    REQUIRE(dead);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().head == head());
    CHECK(dead->front().last_step == "verify");
    CHECK(dead->front().found == std::vector<std::string>{"something"});
    REQUIRE(dead->front().outcomes.size() == 1);
    CHECK(dead->front().outcomes[0].step == "snapshot");
    REQUIRE(close_dead_journal(dead->front(), "record.json", *test.time));
    CHECK(dead_journals(state)->empty());
}

TEST_CASE("a line that was cut off is passed over, and gone once the journal is closed",
          "[run][journal]") {
    const TempFolder folder;
    const TestHost test;
    const StateFolder state{folder.path()};
    die_in_step(state, test);
    const auto file = state.journal("run-1");
    write_all(file, read_all(file) + "{\"schema\": \"muster/jour");
    const auto dead = dead_journals(state);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().last_step == "verify");
    REQUIRE(close_dead_journal(dead->front(), "record.json", *test.time));
    CHECK(read_all(file).find("muster/jour\"") == std::string::npos);
    CHECK(read_all(file).ends_with("}\n"));
}

TEST_CASE("a line that is no event hides none behind it, and stays where it is", "[run][journal]") {
    const TempFolder folder;
    const TestHost test;
    const StateFolder state{folder.path()};
    die_in_step(state, test);
    const auto file = state.journal("run-1");
    const auto text = read_all(file);
    const auto second = text.find('\n') + 1;
    const auto odd = text.substr(0, second) + "what is this\n" + text.substr(second);
    write_all(file, odd);
    const auto dead = dead_journals(state);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().last_step == "verify");
    CHECK(dead->front().outcomes.size() == 1);
    REQUIRE(dead->front().found.size() == 2);
    CHECK(dead->front().found[1].find("line 2 of the journal") == 0);
    REQUIRE(close_dead_journal(dead->front(), "record.json", *test.time));
    CHECK(read_all(file).starts_with(odd));
    CHECK(dead_journals(state)->empty());
}

TEST_CASE("a journal whose first line was never written belongs to a run that did nothing",
          "[run][journal]") {
    const TempFolder folder;
    const StateFolder state{folder.path()};
    fs::create_directories(state.journals());
    write_all(state.journal("run-0"), "");
    const auto dead = dead_journals(state);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().head.run == "run-0");
    CHECK(dead->front().last_step.empty());
}

TEST_CASE("many threads write one journal", "[run][journal]") {
    const TempFolder folder;
    const TestHost test;
    const StateFolder state{folder.path()};
    std::vector<std::int64_t> seen;
    Child child{[&](const Child::Ready& ready) {
        auto journal = Journal::start(state, head(), test.host,
                                      [&](const Event& event) { seen.push_back(event.sequence); });
        std::atomic<bool> good = journal.has_value();
        in_parallel(200, 8, [&](std::size_t number) {
            Outcome done;
            done.step = fmt::format("step-{}", number);
            if (!journal->step_started(done.step)) good = false;
            if (number % 100 != 7 && !journal->step_finished(done)) good = false;
            return true;
        });
        for (std::size_t i = 0; i < seen.size(); ++i)
            if (seen[i] != static_cast<std::int64_t>(i) + 1) good = false;
        if (good && seen.size() == 399) ready();
        stay();
    }};
    child.kill();
    const auto dead = dead_journals(state);
    REQUIRE(dead->size() == 1);
    CHECK(dead->front().outcomes.size() == 198);
    CHECK((dead->front().last_step == "step-7, step-107" ||
           dead->front().last_step == "step-107, step-7"));
}

TEST_CASE("whoever watches sees each event after it is written", "[run][journal]") {
    const TempFolder folder;
    const TestHost test;
    const StateFolder state{folder.path()};
    std::vector<std::size_t> sizes;
    auto journal = Journal::start(state, head(), test.host, [&](const Event&) {
        sizes.push_back(read_all(state.journal("run-1")).size());
    });
    REQUIRE(journal);
    REQUIRE(journal->step_started("a"));
    REQUIRE(sizes.size() == 2);
    CHECK(sizes[0] > 0);
    CHECK(sizes[1] > sizes[0]);
}

TEST_CASE("a journal knows the service that its run left stopped", "[run][journal][ST-02]") {
    const TestHost test;
    const ServiceDown shop{"shop", {"systemctl", "start", "it's"}, "/etc/muster"};
    CHECK(how_to_start(shop) == "start it with: systemctl start 'it'\\''s' (in /etc/muster)");
    for (const bool started : {false, true}) {
        const TempFolder folder;
        const StateFolder state{folder.path()};
        Child child{[&](const Child::Ready& ready) {
            auto journal = Journal::start(state, head(), test.host, {});
            if (journal && journal->service_stopping(shop) &&
                (!started || journal->service_started(shop)))
                ready();
            stay();
        }};
        child.kill();
        const auto dead = dead_journals(state);
        REQUIRE(dead);
        REQUIRE(dead->size() == 1);
        CHECK(dead->front().service_down == (started ? std::nullopt : std::optional{shop}));
    }
}

}  // namespace muster
