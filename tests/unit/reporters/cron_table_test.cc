#include "reporters/cron_table.h"

#include <catch2/catch.hpp>

#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;
using Catch::Matchers::Contains;

std::string in_utc(const ScheduleSpec& schedule) {
    return cron_table(export_with(schedule))[0].text;
}
std::string in_berlin(const ScheduleSpec& schedule) {
    auto from = export_with(schedule);
    from.machine = berlin_until_2037();
    return cron_table(from)[0].text;
}

}  // namespace

TEST_CASE("a crontab has five fields, the command, and no user", "[reporters][cron][ST-10]") {
    const auto files = cron_table(export_with(every("4h")));
    REQUIRE(files.size() == 1);
    CHECK(files[0].name == "muster-finance-dr.crontab");
    CHECK(files[0].text.substr(0, files[0].text.find('\n')).find(export_mark) != std::string::npos);
    CHECK_THAT(files[0].text,
               Contains("\n0 */4 * * * /usr/bin/muster apply /etc/muster/finance.yaml --job "
                        "protect.finance --state /var/lib/muster --quiet\n"));
    CHECK_THAT(files[0].text, Contains("as often as the schedule says"));
}

TEST_CASE("the schedule's clock is the machine's, or each hour is one",
          "[reporters][cron][ST-10]") {
    CHECK_THAT(in_berlin(cron("15 2 * * *")), Contains("\n15 2 * * * /") && !Contains("\n0 "));
    CHECK_THAT(in_utc(cron("15 2 * * *")),
               Contains("\n15 * * * * /") && Contains("more often than the schedule says"));
    CHECK_THAT(in_berlin(every("4h")), Contains("\n0 * * * * /"));
    auto from = export_with(cron("15 2 * * *"));
    from.machine = steady("Asia/Kolkata", std::chrono::minutes{330});
    CHECK_THAT(cron_table(from)[0].text, Contains("\n45 * * * * /"));
}

TEST_CASE("a star stands only where cron may follow the real clock", "[reporters][cron]") {
    CHECK_THAT(in_berlin(cron("*/20 * * * *")), Contains("\n*/20 * * * * /"));
    CHECK_THAT(in_berlin(cron("* 2 * * *")), Contains("\n0-59 2 * * * /"));
    CHECK_THAT(in_berlin(cron("5 0-23/2 * * *")), Contains("\n5 0-23/2 * * * /"));
    CHECK_THAT(in_berlin(cron("0 6 */2 * *")), Contains("\n0 6 1,3,5,7"));
}

TEST_CASE("monthly days are days of the month or of the week", "[reporters][cron][AZ-06]") {
    CHECK_THAT(in_berlin(monthly("first business day", "06:00")), Contains("\n0 6 1-3 * * /"));
    CHECK_THAT(in_berlin(monthly("last sunday", "04:00")), Contains("\n0 4 * * 0 /"));
    CHECK_THAT(in_berlin(cron("0 9 1,15 * mon")), Contains("\n0 9 1,15 * 1 /"));
}

TEST_CASE("a command means only itself to the shell and to cron", "[reporters][cron]") {
    auto from = export_with(every("4h"));
    from.policy_path = "/srv/it's 100%.yaml";
    CHECK_THAT(cron_table(from)[0].text, Contains("apply '/srv/it'\\''s 100\\%.yaml' --job"));
}

}  // namespace muster
