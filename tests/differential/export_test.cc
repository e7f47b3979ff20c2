// Exported timers, judged by the programs that will read them.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/plan/schedule.h"
#include "reporters/cron_table.h"
#include "reporters/kubernetes.h"
#include "reporters/launchd.h"
#include "reporters/schedule_words.h"
#include "reporters/systemd.h"
#include "reporters/systemd_calendar.h"
#include "tests/support/temp_folder.h"
#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;

/// At most so many starts in a month are there for the clock changes alone.
constexpr std::size_t clock_change_starts = 5;

struct Ran {
    int status = 0;
    std::string out;  ///< both streams
};

Ran run(const std::string& command) {
    Ran ran;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> piece{};
    for (std::size_t count = 0; (count = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
        ran.out.append(piece.data(), count);
    ran.status = ::pclose(pipe);
    return ran;
}

std::string write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream{path} << text;
    return shell_word(path.string());
}

std::string tool(const std::string& name) {
    const char* root = std::getenv("MUSTER_SOURCE_DIR");
    REQUIRE(root != nullptr);
    return "node " + shell_word(std::string{root} + "/tests/schema/" + name);
}

/// All that a policy can put into the files, with names that need quoting.
ScheduleExport everything() {
    auto out = export_with(every("4h"));
    out.jobs.clear();
    int number = 0;
    for (const auto& schedule : schedules()) {
        out.jobs.push_back({fmt::format("protect.job {}", number), schedule, {}, number % 2 == 0});
        ++number;
    }
    out.jobs[0].schedule.jitter = std::chrono::minutes{5};
    out.jobs[1].schedule.catch_up = CatchUp::skip;
    out.jobs[2].writes = {"/srv/my data"};
    out.policy_name = "Finance & \"DR\" 100%";
    out.policy_path = "/etc/muster/it's 100% <fine>.yaml";
    out.binary = "/bin/true";
    out.credentials = {"backup-key"};
    out.environment = {"AWS_SECRET_ACCESS_KEY"};
    out.network = true;
    return out;
}

CalendarSpec holidays() {
    CalendarSpec out;
    for (const auto* text : {"01-01", "2026-11-02", "2027-04-01..2027-04-02"})
        out.holidays.push_back(TextForm<DateSpan>::parse(text).value());
    return out;
}

/// Every elapse that systemd finds in [from, until).
std::set<Time> elapses(const Firing& firing, const std::string& calendar, Time from, Time until) {
    const auto in_a_day = (firing.minutes.empty() ? 60 : firing.minutes.size()) *
                          (firing.hours.empty() ? 24 : firing.hours.size());
    std::set<Time> out;
    const auto ran = run(fmt::format(
        "TZ=UTC systemd-analyze calendar --iterations={} --base-time={} {}", in_a_day * 33,
        shell_word(format_time(from - std::chrono::seconds{1}).replace(10, 1, " ").substr(0, 19)),
        shell_word(calendar)));
    INFO(calendar << "\n" << ran.out.substr(0, 500));
    REQUIRE(ran.status == 0);
    std::istringstream lines{ran.out};
    for (std::string line; std::getline(lines, line);) {
        const auto utc = line.rfind(" UTC");
        if (utc == line.npos || utc < 19) continue;
        auto text = line.substr(utc - 19, 19) + "Z";
        text[10] = 'T';
        if (const auto time = TextForm<Time>::parse(text); time && *time < until) out.insert(*time);
    }
    return out;
}

}  // namespace

TEST_CASE("systemd accepts the units", "[differential][systemd][ST-10]") {
    TempFolder folder;
    const auto from = everything();
    const auto units = systemd_units(from);
    std::string all, closed;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto path = write(folder / units[i].name, units[i].text);
        all += " " + path;
        const bool service = units[i].name.ends_with(".service");
        if (service && !from.jobs[i / 2].runs_programs) closed += " " + path;
    }
    const auto verified = run("systemd-analyze verify --man=no" + all);
    INFO(verified.out);
    CHECK(verified.status == 0);
    CHECK(verified.out.find("muster") == std::string::npos);
    // systemd rates exposure from 0 to 10, and calls 3 and less OK; the threshold is in tenths.
    const auto exposure = run("systemd-analyze security --offline=true --threshold=30" + closed);
    INFO(exposure.out);
    CHECK(exposure.status == 0);
}

TEST_CASE("systemd starts a job at each of its runs", "[differential][systemd][ST-10][AZ-06]") {
    const auto dates = holidays();
    const Calendar calendar{berlin_until_2037(), dates};
    for (const auto& schedule : schedules()) {
        const auto table = timetable_of(schedule, dates, calendar.zone);
        std::size_t all_runs = 0;
        // With a clock change each.
        for (const auto* month : {"2026-10-10", "2027-03-10"}) {
            const auto from = TextForm<Time>::parse(month + std::string{"T00:00:00Z"}).value();
            const auto until = from + std::chrono::days{32};
            std::set<Time> starts;
            for (const auto& firing : table.firings)
                for (const auto& line : calendar_lines(firing, calendar.zone.name))
                    starts.merge(elapses(firing, line, from, until));
            INFO(schedule_words(schedule)
                 << " from " << month << ", " << starts.size() << " starts");
            std::set<Time> runs;
            for (auto run = next_run(schedule, calendar, from, "x"); run && *run < until;
                 run = next_run(schedule, calendar, *run, "x"))
                runs.insert(*run);
            all_runs += runs.size();
            for (const auto run : runs) {
                INFO("a run at " << format_time(run));
                CHECK(starts.contains(run));
            }
            // Windows and blackout dates are muster's to see to.
            if (table.exact && !schedule.window && schedule.blackout.empty())
                CHECK(starts.size() <= runs.size() + clock_change_starts);
        }
        CHECK(all_runs > 0);
    }
}

TEST_CASE("crontab accepts the table", "[differential][cron][ST-10]") {
    TempFolder folder;
    auto from = everything();
    for (const auto& machine : {Zone{}, berlin_until_2037()}) {
        from.machine = machine;
        const auto ran = run("crontab -n " + write(folder / "table", cron_table(from)[0].text));
        INFO(ran.out);
        CHECK(ran.status == 0);
        CHECK(ran.out.find("error") == std::string::npos);
    }
    CHECK(run("crontab -n " + write(folder / "bad", "61 * * * * true\n")).status != 0);
}

TEST_CASE("plistutil accepts the property lists", "[differential][launchd][AZ-06]") {
    TempFolder folder;
    for (const auto& file : launchd_agents(everything())) {
        const auto out = folder / "out";
        std::filesystem::remove(out);
        const auto ran =
            run(fmt::format("plistutil -f bin -i {} -o {}", write(folder / "list", file.text),
                            shell_word(out.string())));
        INFO(file.name << "\n" << ran.out);
        CHECK(ran.status == 0);
        CHECK(std::filesystem::exists(out));
    }
}

TEST_CASE("the types of Kubernetes accept the CronJobs", "[differential][kubernetes][ST-10]") {
    TempFolder folder;
    const auto text = kubernetes_cron_jobs(everything())[0].text;
    const auto ran = run(tool("kubernetes.mjs") + " " + write(folder / "jobs.yaml", text));
    INFO(ran.out);
    CHECK(ran.status == 0);
    auto bad = text;
    bad.replace(bad.find("concurrencyPolicy: Forbid"), 25, "concurrencyPolicy: Never!");
    CHECK(run(tool("kubernetes.mjs") + " " + write(folder / "bad.yaml", bad)).status != 0);
}

}  // namespace muster
