#include "engine/plan/schedule.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <random>
#include <set>

#include "engine/run/zone.h"
#include "tests/differential/deliberate_differences.h"
#include "tests/differential/other_schedulers.h"
#include "tests/support/schedules.h"

namespace muster {

using namespace test;

namespace {

using std::chrono::days;

/// One schedule for muster, for croner (where it is a cron line) and for systemd (where it can say
/// the same).
struct Line {
    std::string name;
    ScheduleSpec schedule;
    std::string systemd;
};

Line cron_line(const std::string& text, const std::string& systemd = "") {
    return {text, cron_schedule(text), systemd};
}

/// A stretch of time in a zone, and what is asked there.
struct Stretch {
    std::string name;
    std::string zone;
    Time from{};
    Time until{};
    std::vector<Line> lines;
};

const std::vector<Line> lines_around_changes{
    cron_line("30 2 * * *", "*-*-* 02:30"),
    cron_line("15 2 * * *", "*-*-* 02:15"),
    cron_line("45 1 * * *", "*-*-* 01:45"),
    cron_line("0 3 * * *", "*-*-* 03:00"),
    cron_line("@daily", "daily"),
    cron_line("@hourly", "hourly"),
    cron_line("30 * * * *", "*-*-* *:30"),
    cron_line("*/15 * * * *", "*-*-* *:00/15"),
    cron_line("0 */4 * * *", "*-*-* 00/4:00"),
    cron_line("30 */2 * * *", "*-*-* 00/2:30"),
    cron_line("0,30 2 * * *", "*-*-* 02:00,30"),
    cron_line("*/20 1-3 * * *", "*-*-* 01..03:00/20"),
    cron_line("15 2 * * sat,sun", "Sat,Sun *-*-* 02:15"),
    {"every 4h", every_schedule("4h"), "*-*-* 00/4:00 UTC"},
};

const std::vector<Line> lines_over_years{
    cron_line("0 12 31 * *", "*-*-31 12:00"),
    cron_line("0 12 29 2 *", "*-02-29 12:00"),
    cron_line("0 12 */10 * *", "*-*-01/10 12:00"),
    cron_line("0 12 * jan,jul 7", "Sun *-01,07-* 12:00"),
    cron_line("0 12 * 2-10/4 mon-fri", "Mon..Fri *-02,06,10-* 12:00"),
    cron_line("0 12 13 * fri"),
    cron_line("0 12 1-7 * *", "*-*-01..07 12:00"),
    cron_line("@monthly", "monthly"),
    cron_line("@yearly", "yearly"),
    cron_line("@weekly", "Sun *-*-* 00:00"),
    {"last", monthly_schedule("last", "06:00"), "*-*~01 06:00"},
    {"last sunday", monthly_schedule("last sunday", "06:00"), "Sun *-*~07/1 06:00"},
    {"second tuesday", monthly_schedule("second tuesday", "06:00"), "Tue *-*-08..14 06:00"},
    {"fifth friday", monthly_schedule("fifth friday", "06:00"), "Fri *-*-29..31 06:00"},
    {"weekends", weekdays_schedule({Weekday::sunday, Weekday::saturday}, "22:30"),
     "Sat,Sun *-*-* 22:30"},
};

const std::vector<Line> lines_in_february{
    cron_line("0 12 */2 * mon", "Mon *-*-01/2 12:00"),
    {"31", monthly_schedule("31", "06:00"), "*-*-31 06:00"},
};

/// systemd 252 gives up where the gap is at midnight: "Infinite loop in calendar calculation".
const std::vector<Line> lines_at_midnight{
    cron_line("@daily"),       cron_line("30 0 * * *"),   cron_line("@hourly"),
    cron_line("*/15 * * * *"), cron_line("30 */2 * * *"), cron_line("0 1 * * *"),
    cron_line("59 23 * * *"),
};

Stretch around(const std::string& name, const std::string& zone, std::string_view change,
               const std::vector<Line>& lines = lines_around_changes) {
    return {name, zone, utc(change) - days{1}, utc(change) + days{2}, lines};
}

const std::vector<Stretch> stretches{
    around("Berlin forward", "Europe/Berlin", "2026-03-29T01:00:00Z"),
    around("Berlin back", "Europe/Berlin", "2026-10-25T01:00:00Z"),
    around("New York forward", "America/New_York", "2026-03-08T07:00:00Z"),
    around("New York back", "America/New_York", "2026-11-01T06:00:00Z"),
    around("Lord Howe forward", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    around("Lord Howe back", "Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    around("Cairo forward", "Africa/Cairo", "2026-04-23T22:00:00Z", lines_at_midnight),
    around("Cairo back", "Africa/Cairo", "2026-10-29T21:00:00Z", lines_at_midnight),
    {"two years", "Europe/Berlin", utc("2026-01-01T00:00:00Z"), utc("2028-03-01T00:00:00Z"),
     lines_over_years},
    {"February", "Europe/Berlin", utc("2026-02-20T00:00:00Z"), utc("2026-03-03T00:00:00Z"),
     lines_in_february},
};

std::string text_of(const Runs& runs) {
    std::string out;
    for (const auto run : runs) (out += out.empty() ? "" : " ") += format_time(run);
    return out;
}

std::string missing_in(const Runs& some, const Runs& others) {
    Runs out;
    std::ranges::set_difference(others, some, std::back_inserter(out));
    return text_of(out);
}

Runs muster_runs(const ScheduleSpec& schedule, const Stretch& stretch) {
    const Calendar calendar{read_zone(stretch.zone, stretch.from, stretch.until).value(), {}};
    Runs out;
    for (auto run = next_run(schedule, calendar, stretch.from, ""); run && *run <= stretch.until;
         run = next_run(schedule, calendar, *run, ""))
        out.push_back(*run);
    return out;
}

/// Empty where both are the same.
std::vector<Difference> difference(const std::string& other, const std::string& stretch,
                                   const std::string& line, const Runs& ours, const Runs& theirs) {
    if (ours == theirs) return {};
    return {{other, stretch, line, missing_in(theirs, ours), missing_in(ours, theirs)}};
}

std::vector<Difference> differences_from_systemd() {
    std::vector<Difference> out;
    for (const auto& stretch : stretches) {
        std::vector<const Line*> lines;
        std::vector<Asked> asked;
        std::vector<Runs> ours;
        std::size_t most = 0;
        for (const auto& line : stretch.lines) {
            if (line.systemd.empty()) continue;
            lines.push_back(&line);
            asked.push_back({line.systemd, stretch.zone, stretch.from, stretch.until});
            ours.push_back(muster_runs(line.schedule, stretch));
            most = std::max(most, ours.back().size());
        }
        if (lines.empty()) continue;
        const auto theirs = systemd_runs(asked, most + 10);
        for (std::size_t i = 0; i < lines.size(); ++i)
            std::ranges::copy(
                difference("systemd", stretch.name, lines[i]->name, ours[i], theirs[i]),
                std::back_inserter(out));
    }
    return out;
}

std::vector<Difference> differences_from_croner() {
    std::vector<Asked> asked;
    for (const auto& stretch : stretches)
        for (const auto& line : stretch.lines)
            if (line.schedule.cron)
                asked.push_back({line.name, stretch.zone, stretch.from, stretch.until});
    const auto theirs = croner_runs(asked);
    std::vector<Difference> out;
    std::size_t i = 0;
    for (const auto& stretch : stretches)
        for (const auto& line : stretch.lines)
            if (line.schedule.cron)
                std::ranges::copy(difference("croner", stretch.name, line.name,
                                             muster_runs(line.schedule, stretch), theirs[i++]),
                                  std::back_inserter(out));
    return out;
}

/// Each difference is one of the table, and each row of the table is one that there is.
void check_deliberate(const std::string& other, const std::vector<Difference>& found) {
    std::set<std::string> rows;
    for (const auto& reason : deliberate_differences)
        for (const auto& row : reason.rows)
            if (row.other == other) rows.insert(row.text());
    for (const auto& each : found) {
        INFO(each.text());
        CHECK(rows.erase(each.text()) == 1);
    }
    for (const auto& row : rows) FAIL_CHECK("no difference any more: " << row);
}

/// Runs of blanks and line breaks as one blank.
std::string one_line(std::istream& file) {
    std::string out, word;
    while (file >> word) (out += out.empty() ? "" : " ") += word;
    return out;
}

}  // namespace

TEST_CASE("docs/schedules.md tells each deliberate difference", "[differential][schedule]") {
    std::ifstream file{std::string{std::getenv("MUSTER_SOURCE_DIR")} + "/docs/schedules.md"};
    const auto page = one_line(file);
    for (const auto& reason : deliberate_differences)
        CHECK_THAT(page, Catch::Matchers::Contains(reason.why));
}

TEST_CASE("muster runs when systemd runs, but where it means not to",
          "[differential][schedule][ST-10][AZ-06]") {
    check_deliberate("systemd", differences_from_systemd());
}

TEST_CASE("muster runs when croner runs, but where it means not to",
          "[differential][schedule][ST-10]") {
    check_deliberate("croner", differences_from_croner());
}

TEST_CASE("random cron lines run when croner runs them, away from clock changes",
          "[differential][schedule]") {
    std::mt19937 random{20261120};  // NOLINT: the same lines in every run
    const auto below = [&](int count) {
        return static_cast<int>(random() % static_cast<unsigned>(count));
    };
    const auto field = [&](int low, int high) { return random_cron_field(below, low, high); };
    const Stretch summer{
        "", "Europe/Berlin", utc("2026-04-10T00:00:00Z"), utc("2026-10-10T00:00:00Z"), {}};
    const Stretch one_day{"", summer.zone, summer.from, summer.from + days{1}, {}};
    std::vector<Asked> asked;
    for (int i = 0; i < 150; ++i) {
        asked.push_back({field(0, 59) + " " + field(0, 23) + " * * *", summer.zone, one_day.from,
                         one_day.until});
        // A step after * makes croner take a day field for a restricted one: see the table.
        auto day = field(1, 31), weekday = field(0, 7);
        if (day.starts_with("*/")) weekday = "*";
        if (weekday.starts_with("*/")) day = "*";
        asked.push_back({"7 12 " + day + " " + field(1, 12) + " " + weekday, summer.zone,
                         summer.from, summer.until});
    }
    const auto theirs = croner_runs(asked);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        INFO(asked[i].line);
        const auto& stretch = asked[i].until == summer.until ? summer : one_day;
        const auto ours = muster_runs(cron_schedule(asked[i].line), stretch);
        CHECK(missing_in(ours, theirs[i]) == "");
        CHECK(missing_in(theirs[i], ours) == "");
    }
}

}  // namespace muster
