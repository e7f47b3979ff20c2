#include "reporters/launchd.h"

#include <catch2/catch.hpp>

#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;
using Catch::Matchers::Contains;

std::string agent_in_utc(const ScheduleSpec& schedule) {
    return launchd_agents(export_with(schedule))[0].text;
}
std::string agent_in_berlin(const ScheduleSpec& schedule) {
    auto from = export_with(schedule);
    from.machine = berlin_until_2037();
    return launchd_agents(from)[0].text;
}

}  // namespace

TEST_CASE("each job is a property list of its own", "[reporters][launchd][AZ-06]") {
    const auto files = launchd_agents(export_with(every("4h")));
    REQUIRE(files.size() == 1);
    CHECK(files[0].name == "muster.finance-dr.protect.finance.plist");
    CHECK(files[0].text.starts_with("<?xml "));
    CHECK(files[0].text.substr(0, files[0].text.find('\n')).find(export_mark) != std::string::npos);
    CHECK_THAT(files[0].text,
               Contains("<string>--job</string>\n        <string>protect.finance</string>") &&
                   Contains("<string>/var/lib/muster/muster.finance-dr.protect.finance.log"
                            "</string>") &&
                   Contains("<string>Background</string>"));
}

TEST_CASE("times are calendar intervals of the machine's clock", "[reporters][launchd][AZ-06]") {
    CHECK_THAT(agent_in_utc(every("4h")),
               Contains("<dict><key>Hour</key><integer>20</integer><key>Minute</key>"
                        "<integer>0</integer></dict>"));
    CHECK_THAT(agent_in_berlin(every("4h")),
               Contains("<dict><key>Minute</key><integer>0</integer></dict>") &&
                   !Contains("<key>Hour</key>"));
    const auto first = agent_in_berlin(monthly("first business day", "06:00"));
    for (const auto* day : {"1", "2", "3"})
        CHECK_THAT(first, Contains("<key>Hour</key><integer>6</integer><key>Minute</key>"
                                   "<integer>0</integer><key>Day</key><integer>" +
                                   std::string{day} + "</integer></dict>"));
    CHECK_THAT(first, !Contains("Weekday") && Contains("more often than the schedule says"));
    CHECK_THAT(agent_in_berlin(cron("15 2 * * *")),
               Contains("<key>Month</key><integer>3</integer>"));
}

TEST_CASE("a short every is an interval", "[reporters][launchd]") {
    CHECK_THAT(agent_in_berlin(every("10m")),
               Contains("<key>StartInterval</key>\n    <integer>600</integer>") &&
                   !Contains("StartCalendarInterval"));
    CHECK_THAT(agent_in_berlin(within(every("10m"), "01:30-01:35")),
               !Contains("StartInterval") &&
                   Contains("<dict><key>Minute</key><integer>30</integer></dict>"));
}

TEST_CASE("either day means two intervals, and a long list is made shorter",
          "[reporters][launchd]") {
    CHECK_THAT(agent_in_berlin(cron("0 9 15 * mon")),
               Contains("<key>Day</key><integer>15</integer></dict>") &&
                   Contains("<key>Weekday</key><integer>1</integer></dict>"));
    const auto many = agent_in_berlin(cron("*/5 8-17 * 1-6 mon-fri"));
    std::size_t count = 0;
    for (auto at = many.find("<dict><key>"); at != std::string::npos;
         at = many.find("<dict><key>", at + 1))
        ++count;
    CHECK(count <= 200);
    CHECK_THAT(many, Contains("more often than the schedule says"));
}

TEST_CASE("texts are escaped for XML", "[reporters][launchd]") {
    auto from = export_with(every("4h"));
    from.policy_path = "/srv/a & <b>.yaml";
    from.policy_name = "x -- y";
    const auto text = launchd_agents(from)[0].text;
    CHECK_THAT(text, Contains("<string>/srv/a &amp; &lt;b&gt;.yaml</string>"));
    CHECK_THAT(text, !Contains("x --"));
}

}  // namespace muster
