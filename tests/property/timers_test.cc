// Whatever the machine's clock: a crontab made from a schedule starts at each of its runs. The
// lines are read back and followed as cron would.
#include <catch2/catch.hpp>
#include <set>

#include "engine/plan/schedule.h"
#include "reporters/cron_fields.h"
#include "reporters/schedule_words.h"
#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;

std::set<Time> runs_of(const ScheduleSpec& schedule, const Zone& zone, Time from, Time until) {
    const Calendar calendar{zone, {}};
    std::set<Time> out;
    for (auto run = next_run(schedule, calendar, from, "x"); run && *run < until;
         run = next_run(schedule, calendar, *run, "x"))
        out.insert(*run);
    return out;
}

}  // namespace

TEST_CASE("a crontab starts at each run of its schedule", "[property][cron][ST-10][AZ-06]") {
    const auto machine =
        GENERATE(Zone{}, berlin_until_2037(), steady("Asia/Kolkata", std::chrono::minutes{330}),
                 steady("Asia/Kathmandu", std::chrono::minutes{345}),
                 steady("Pacific/Honolulu", std::chrono::minutes{-600}),
                 steady("Pacific/Kiritimati", std::chrono::minutes{840}));
    for (const auto& schedule : schedules()) {
        const auto table = with_one_day_field(on_machine_clock(
            timetable_of(schedule, {}, berlin_until_2037()), berlin_until_2037(), machine));
        for (const auto* month : {"2026-10-10", "2027-03-10"}) {
            const auto from = TextForm<Time>::parse(month + std::string{"T00:00:00Z"}).value();
            const auto until = from + std::chrono::days{32};
            std::set<Time> starts;
            for (const auto& firing : table.firings)
                starts.merge(runs_of(cron(cron_fields(firing)), machine, from, until));
            for (const auto run : runs_of(schedule, berlin_until_2037(), from, until)) {
                INFO(machine.name << ": " << schedule_words(schedule) << " runs at "
                                  << format_time(run));
                CHECK(starts.contains(run));
            }
        }
    }
}

}  // namespace muster
