// muster's keep rules against the real restic's. Debian's restic is 0.14, older than the rules that
// muster follows; the differences that are meant stand in the second test.
#include "engine/plan/retention.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "tests/differential/restic_repository.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using Matches = ResticRepository::Matches;

const Time now = at("2026-01-10T00:00:00Z");

const Zone berlin{"Europe/Berlin",
                  {{at("2023-10-29T01:00:00Z"), hours{1}},
                   {at("2024-03-31T01:00:00Z"), hours{2}},
                   {at("2024-10-27T01:00:00Z"), hours{1}},
                   {at("2025-03-30T01:00:00Z"), hours{2}},
                   {at("2025-10-26T01:00:00Z"), hours{1}}}};
const std::array<Zone, 4> zones{Zone{},
                                berlin,
                                {"Asia/Kathmandu", {{Time{}, minutes{345}}}},
                                {"Pacific/Honolulu", {{Time{}, -hours{10}}}}};

std::string flags_of(const KeepSpec& keep) {
    std::string out;
    const auto count = [&](std::string_view name, const std::optional<int>& value) {
        if (value) out += fmt::format(" --keep-{} {}", name, *value);
    };
    count("last", keep.last);
    count("hourly", keep.hourly);
    count("daily", keep.daily);
    count("weekly", keep.weekly);
    count("monthly", keep.monthly);
    count("yearly", keep.yearly);
    if (keep.within)
        out += fmt::format(" --keep-within {}d{}h", *keep.within / days{1},
                           *keep.within % days{1} / hours{1});
    return out;
}

/// The rules that keep it, by their first words; restic 0.14 knows no oldest that stays.
Matches rules_of(const Retained& retained) {
    Matches out;
    if (!retained.stays) return out;
    for (const auto& reason : retained.reasons) {
        const auto word = reason.text.substr(0, reason.text.find(" "));
        if (word == "pinned:")
            out.insert("has");
        else if (word != "newest" && !word.ends_with(':'))
            out.insert(word);
    }
    return out;
}

struct Group {
    Zone zone;
    std::vector<SnapshotFacts> snapshots;  ///< keys are restic's ids

    std::vector<Retained> retained(const KeepSpec& keep) const {
        std::vector<const SnapshotFacts*> group;
        for (const auto& each : snapshots) group.push_back(&each);
        return retain({keep, zone, now, true}, group);
    }
};

/// Times no two of which are the same: restic leaves open which of such two is the newer.
std::vector<Group> random_groups(ResticRepository& repository, std::mt19937& random, int count) {
    std::vector<Group> out;
    for (int i = 0; i < count; ++i) {
        Group group{zones[random() % zones.size()], {}};
        const std::array<unsigned, 5> spans{1, 14, 200, 700, 5000};
        const auto span = spans[random() % spans.size()] * 24 * 60;
        const Time end = now - minutes{random() % (30 * 24 * 60)};
        std::set<Time> times;
        for (auto left = random() % 30 + 1; left > 0; --left)
            times.insert(end - minutes{random() % span});
        for (const auto time : times) {
            // The hour that clocks repeat is a difference of its own.
            if (local_of(group.zone, time) == local_of(group.zone, time - hours{1}) ||
                offset_at(group.zone, time) != offset_at(group.zone, time - hours{1}))
                continue;
            const bool pinned = random() % 15 == 0;
            auto facts = snapshot_at(format_time(time));
            facts.key = repository.add("host-" + std::to_string(i), time,
                                       offset_at(group.zone, time), pinned);
            if (pinned) facts.pinned = "by tag";
            group.snapshots.push_back(facts);
        }
        out.push_back(std::move(group));
    }
    return out;
}

KeepSpec random_keep(std::mt19937& random) {
    KeepSpec keep;
    for (const auto count : {&KeepSpec::last, &KeepSpec::hourly, &KeepSpec::daily,
                             &KeepSpec::weekly, &KeepSpec::monthly, &KeepSpec::yearly})
        if (random() % 3 == 0) keep.*count = static_cast<int>(random() % 12 + 1);
    if (random() % 3 == 0) keep.within = hours{random() % (24 * 60) + 1};
    if (keep == KeepSpec{}) keep.daily = 7;
    return keep;
}

void compare(int group_count, int rule_sets) {
    std::mt19937 random{20261120};  // NOLINT: the same histories in every run
    ResticRepository repository;
    const auto groups = random_groups(repository, random, group_count);
    for (int i = 0; i < rule_sets; ++i) {
        const auto keep = random_keep(random);
        INFO(spell(keep));
        const auto restic = repository.forget(flags_of(keep) + " --keep-tag pinned");
        std::size_t compared = 0;
        for (const auto& group : groups)
            for (const auto& each : group.retained(keep)) {
                INFO(group.zone.name << " " << format_time(each.snapshot->created_at));
                REQUIRE(restic.contains(each.snapshot->key));
                REQUIRE(rules_of(each) == restic.at(each.snapshot->key));
                ++compared;
            }
        REQUIRE(compared + 1 == restic.size());  // the model snapshot is in a group of its own
    }
}

struct Taken {
    std::string time;
    hours offset{0};  ///< of the clock of the machine that took it
    bool proven = true;
};

struct Difference {
    std::string why;
    KeepSpec keep;
    Zone zone;
    std::string asking_zone;
    std::vector<Taken> snapshots;  ///< newest first
    std::vector<int> restic_keeps;
    std::vector<int> muster_keeps;
};

}  // namespace

TEST_CASE("the keep rules keep what restic's keep, for the same reasons",
          "[differential][retention][ON-03]") {
    compare(60, 10);
}

TEST_CASE("the keep rules keep what restic's keep, over many more histories",
          "[differential][retention][soak]") {
    compare(400, 150);
}

TEST_CASE("differences from restic 0.14 that are meant", "[differential][retention]") {
    const std::vector<Difference> differences{
        {"the oldest stays while a rule has counts left, as in restic 0.16 and later, so that a "
         "young history reaches back as far as it can",
         {.daily = 2},
         {},
         "UTC",
         {{"2025-06-02T10:00:00Z"}, {"2025-06-02T09:00:00Z"}},
         {0},
         {0, 1}},
        {"a bucket is a day of the policy's zone, wherever the machine stood that took the "
         "snapshot: one policy means the same everywhere",
         {.daily = 2},
         {},
         "UTC",
         {{"2025-06-01T12:00:00Z"},
          {"2025-06-01T11:00:00Z", hours{14}},
          {"2025-05-20T00:00:00Z"},
          {"2025-05-19T00:00:00Z"}},
         {0, 1},
         {0, 2}},
        {"what is not proven fills no bucket, else a backup nobody can restore would push out one "
         "that can be",
         {.daily = 2},
         {},
         "UTC",
         {{"2025-06-03T10:00:00Z", hours{0}, false},
          {"2025-06-02T10:00:00Z"},
          {"2025-06-01T10:00:00Z"},
          {"2025-05-31T10:00:00Z"}},
         {0, 1},
         {0, 1, 2}},
        {"a snapshot of the future stays and fills no bucket: its time is wrong, so nothing may go "
         "because of it",
         {.daily = 2},
         {},
         "UTC",
         {{"2999-01-01T00:00:00Z"},
          {"2025-06-02T10:00:00Z"},
          {"2025-06-01T10:00:00Z"},
          {"2025-05-31T10:00:00Z"}},
         {0, 1},
         {0, 1, 2}},
        {"the hour that a clock change repeats is two hours: each of them had its own backup",
         {.hourly = 2},
         berlin,
         "UTC",
         {{"2025-10-26T01:30:00Z", hours{1}},
          {"2025-10-26T00:30:00Z", hours{2}},
          {"2025-10-25T23:30:00Z", hours{2}},
          {"2025-10-25T22:30:00Z", hours{2}}},
         {0, 2},
         {0, 1}},
        {"a day of `within` is 24 hours; restic takes a day off the calendar where the asking "
         "machine's zone is the snapshot's, so that its answer depends on where it is asked",
         {.within = days{1}},
         berlin,
         "Europe/Berlin",
         {{"2025-03-30T10:00:00Z", hours{2}}, {"2025-03-29T10:30:00Z", hours{1}}},
         {0},
         {0, 1}},
    };
    ResticRepository repository;
    std::vector<Group> groups;
    for (const auto& difference : differences) {
        Group group{difference.zone, {}};
        for (const auto& [time, offset, proven] : difference.snapshots) {
            group.snapshots.push_back(snapshot_at(time, proven));
            group.snapshots.back().key = repository.add(
                "difference-" + std::to_string(groups.size()), at(time), offset, false);
        }
        groups.push_back(std::move(group));
    }
    std::map<std::pair<std::string, std::string>, std::map<std::string, Matches>> answers;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        const auto& difference = differences[i];
        INFO(difference.why);
        const std::pair question{flags_of(difference.keep), difference.asking_zone};
        if (!answers.contains(question))
            answers[question] = repository.forget(question.first, question.second);
        std::vector<int> restic_keeps, muster_keeps;
        int index = 0;
        for (const auto& each : groups[i].retained(difference.keep)) {
            if (!answers[question].at(each.snapshot->key).empty()) restic_keeps.push_back(index);
            if (each.stays) muster_keeps.push_back(index);
            ++index;
        }
        CHECK(restic_keeps == difference.restic_keeps);
        CHECK(muster_keeps == difference.muster_keeps);
    }
}

}  // namespace muster
