#include "reporters/systemd.h"

#include <catch2/catch.hpp>

#include "reporters/systemd_calendar.h"
#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;
using Catch::Matchers::Contains;

std::string service(const ScheduleExport& from) {
    return systemd_units(from)[0].text;
}
std::string timer(const ScheduleSpec& schedule) {
    return systemd_units(export_with(schedule))[1].text;
}

}  // namespace

TEST_CASE("each job is a service and a timer of one name", "[reporters][systemd][ST-10]") {
    const auto units = systemd_units(export_with(every("4h")));
    REQUIRE(units.size() == 2);
    CHECK(units[0].name == "muster-finance-dr-protect.finance.service");
    CHECK(units[1].name == "muster-finance-dr-protect.finance.timer");
    for (const auto& unit : units)
        CHECK(unit.text.substr(0, unit.text.find('\n')).find(export_mark) != std::string::npos);
    CHECK_THAT(units[0].text,
               Contains("ExecStart=/usr/bin/muster apply /etc/muster/finance.yaml --job "
                        "protect.finance --state /var/lib/muster\n"));
}

TEST_CASE("times are written with their zone", "[reporters][systemd][ST-10][AZ-06]") {
    CHECK_THAT(timer(every("4h")), Contains("OnCalendar=*-*-* 00/4:00:00 UTC\n"));
    CHECK_THAT(timer(every("7d")), Contains("OnCalendar=Mon *-*-* 00:00:00 UTC\n"));
    CHECK_THAT(timer(cron("15 2 * * *")),
               Contains("OnCalendar=*-*-* 02:15:00 Europe/Berlin\n") &&
                   Contains("OnCalendar=Sun *-03-25..31 03:00:00 Europe/Berlin\n"));
    CHECK_THAT(timer(cron("0 9-17/2 1,15 * mon")),
               Contains("OnCalendar=*-*-01,15 09,11,13,15,17:00:00 Europe/Berlin\n"
                        "OnCalendar=Mon *-*-* 09,11,13,15,17:00:00 Europe/Berlin\n"));
    CHECK_THAT(timer(monthly("first business day", "06:00")),
               Contains("OnCalendar=Mon..Fri *-*-01..03 06:00:00 Europe/Berlin\n"));
    CHECK_THAT(timer(monthly("last sunday", "04:00")),
               Contains("OnCalendar=Sun *-*~07/1 04:00:00 Europe/Berlin\n"));
    CHECK_THAT(timer(monthly("last", "04:00")),
               Contains("OnCalendar=*-*~01 04:00:00 Europe/Berlin\n"));
}

TEST_CASE("the comment says whether the timer is exact", "[reporters][systemd]") {
    CHECK_THAT(timer(every("4h")), Contains("as often as the schedule says"));
    CHECK_THAT(timer(every("5h")), Contains("more often than the schedule says"));
    CHECK_THAT(timer(every("20s")), Contains("LESS often"));
}

TEST_CASE("catch_up and jitter become systemd's own", "[reporters][systemd]") {
    auto schedule = every("4h");
    CHECK_THAT(timer(schedule), Contains("Persistent=true\n") && !Contains("Randomized"));
    schedule.catch_up = CatchUp::skip;
    schedule.jitter = std::chrono::minutes{5};
    CHECK_THAT(timer(schedule), Contains("Persistent=false\n") &&
                                    Contains("RandomizedDelaySec=300000ms\n") &&
                                    Contains("FixedRandomDelay=true\n"));
}

TEST_CASE("only what the job writes is writable", "[reporters][systemd]") {
    auto from = export_with(every("4h"));
    from.writes = {"/srv/backups", "/srv/backups/inner", "/var/lib/muster/reports", "/srv/50% off"};
    CHECK_THAT(service(from), Contains("StateDirectory=muster\n") &&
                                  Contains("ReadWritePaths=/srv/backups\n") &&
                                  Contains("ReadWritePaths=\"/srv/50%% off\"\n") &&
                                  !Contains("=/srv/backups/inner") &&
                                  !Contains("=/var/lib/muster") && !Contains("=/srv/data"));
    from.state = "/srv/state";
    from.jobs[0].writes = {"/srv/data"};
    CHECK_THAT(service(from), !Contains("StateDirectory") &&
                                  Contains("ReadWritePaths=/srv/state\n") &&
                                  Contains("ReadWritePaths=/srv/data\n"));
}

TEST_CASE("the sandbox opens where the policy needs it", "[reporters][systemd]") {
    auto from = export_with(every("4h"));
    CHECK_THAT(service(from), Contains("ProtectSystem=strict\n") && Contains("ProtectHome=yes\n") &&
                                  Contains("PrivateTmp=yes\n") &&
                                  Contains("PrivateNetwork=yes\n") &&
                                  Contains("RestrictAddressFamilies=AF_UNIX\n") &&
                                  Contains("SystemCallFilter=@system-service\n") &&
                                  Contains("UMask=0077\n") && !Contains("network-online"));
    from.network = true;
    from.reads = {"/home/ada/notes.db", "/tmp/x.db"};
    CHECK_THAT(service(from), Contains("ProtectHome=read-only\n") && Contains("PrivateTmp=no\n") &&
                                  Contains("AF_UNIX AF_INET AF_INET6\n") &&
                                  Contains("After=network-online.target\n") &&
                                  !Contains("PrivateNetwork"));
    from.jobs[0].runs_programs = true;
    CHECK_THAT(service(from), !Contains("MemoryDenyWriteExecute") && !Contains("SystemCallFilter"));
}

TEST_CASE("secrets come as credentials or from a file of variables", "[reporters][systemd]") {
    auto from = export_with(every("4h"));
    CHECK_THAT(service(from), !Contains("LoadCredential") && !Contains("EnvironmentFile"));
    from.credentials = {"backup-key"};
    from.environment = {"AWS_SECRET_ACCESS_KEY"};
    CHECK_THAT(service(from), Contains("LoadCredential=backup-key\n") &&
                                  Contains("EnvironmentFile=-/etc/muster/finance-dr.env\n") &&
                                  Contains("# NAME=value lines for AWS_SECRET_ACCESS_KEY"));
}

TEST_CASE("words of a command line mean only themselves", "[reporters][systemd]") {
    CHECK(unit_word("/a/b") == "/a/b");
    CHECK(unit_word("a b") == "\"a b\"");
    CHECK(unit_word("50%$x") == "50%%$$x");
    CHECK(unit_word("a\"\\b") == "\"a\\\"\\\\b\"");
    CHECK(unit_word("") == "\"\"");
}

TEST_CASE("names that differ stay different", "[reporters][systemd]") {
    const auto name = [](const std::string& job) {
        return systemd_units(export_with(every("4h"), job))[0].name;
    };
    CHECK(name("protect.a b") != name("protect.a-b"));
    CHECK(name("protect.a b") != name("protect.a/b"));
    CHECK(name("protect.a/b").find('/') == std::string::npos);
}

}  // namespace muster
