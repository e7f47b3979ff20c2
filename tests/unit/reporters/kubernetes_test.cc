#include "reporters/kubernetes.h"

#include <catch2/catch.hpp>

#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;
using Catch::Matchers::Contains;

std::string manifest(const ScheduleExport& from) {
    return kubernetes_cron_jobs(from)[0].text;
}

std::size_t cron_jobs_in(const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find("kind: CronJob"); at != std::string::npos;
         at = text.find("kind: CronJob", at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("a job is a CronJob with its time zone", "[reporters][kubernetes][ST-10]") {
    const auto text = manifest(export_with(every("4h")));
    CHECK(text.substr(0, text.find('\n')).find(export_mark) != std::string::npos);
    CHECK(cron_jobs_in(text) == 1);
    CHECK_THAT(text, Contains("name: muster-finance-dr-protect-finance\n") &&
                         Contains("schedule: \"0 */4 * * *\"\n  timeZone: \"Etc/UTC\"\n") &&
                         Contains("concurrencyPolicy: Forbid\n") &&
                         Contains("restartPolicy: Never\n") && Contains("backoffLimit: 0\n") &&
                         Contains("image: muster:1.2.3\n") &&
                         Contains("args: [apply, \"/etc/muster/finance.yaml\", --job, "
                                  "\"protect.finance\", --state, \"/var/lib/muster\"]"));
    CHECK_THAT(manifest(export_with(cron("15 4 * * *"))),
               Contains("schedule: \"15 4 * * *\"\n  timeZone: \"Europe/Berlin\"\n"));
}

TEST_CASE("the container may do little", "[reporters][kubernetes]") {
    CHECK_THAT(manifest(export_with(every("4h"))),
               Contains("runAsNonRoot: true") && Contains("readOnlyRootFilesystem: true") &&
                   Contains("allowPrivilegeEscalation: false") && Contains("drop: [ALL]") &&
                   Contains("{ name: srv-data, mountPath: \"/srv/data\", readOnly: true }") &&
                   Contains("{ name: srv-backups, mountPath: \"/srv/backups\" }"));
}

TEST_CASE("what one line of cron cannot say is a CronJob more", "[reporters][kubernetes]") {
    const auto text = manifest(export_with(cron("15 2 * * *")));
    CHECK(cron_jobs_in(text) == 2);
    CHECK_THAT(text, Contains("name: muster-finance-dr-protect-finance--2\n") &&
                         Contains("schedule: \"0 3 * 3 0\"\n  timeZone: \"Europe/Berlin\""));
    CHECK(cron_jobs_in(manifest(export_with(within(every("4h"), "04:30-06:00")))) == 2);
}

TEST_CASE("the starting deadline stays below a hundred missed starts", "[reporters][kubernetes]") {
    auto schedule = every("4h");
    CHECK_THAT(manifest(export_with(schedule)), Contains("startingDeadlineSeconds: 86400\n"));
    CHECK_THAT(manifest(export_with(every("1m"))), Contains("startingDeadlineSeconds: 5400\n"));
    schedule.catch_up = CatchUp::skip;
    CHECK_THAT(manifest(export_with(schedule)), Contains("startingDeadlineSeconds: 900\n"));
}

TEST_CASE("names are names of Kubernetes, and stay different", "[reporters][kubernetes]") {
    auto from = export_with(every("4h"), "protect.A_Very/Long name that goes on and on and on");
    from.policy_name = "Finance DR";
    const auto text = manifest(from);
    const auto begin = text.find("  name: ") + 8;
    const auto name = text.substr(begin, text.find('\n', begin) - begin);
    CHECK(name.size() <= 52);
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
    from.policy_name = "finance dr";
    CHECK(manifest(from).find("  name: " + name + "\n") == std::string::npos);
}

TEST_CASE("secrets of the environment come from a Secret", "[reporters][kubernetes]") {
    auto from = export_with(every("4h"));
    from.environment = {"AWS_SECRET_ACCESS_KEY"};
    CHECK_THAT(manifest(from), Contains("secretKeyRef: { name: muster-finance-dr, key: "
                                        "\"AWS_SECRET_ACCESS_KEY\", optional: true }"));
}

}  // namespace muster
