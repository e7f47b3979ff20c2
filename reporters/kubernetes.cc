#include "reporters/kubernetes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "reporters/cron_fields.h"
#include "reporters/schedule_words.h"

namespace muster {
namespace {

/// A scalar of YAML in double quotes.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// Lower-case letters, digits and -, with a letter or digit at both ends.
std::string object_name(std::string_view written, std::size_t longest) {
    std::string out{written};
    std::ranges::replace(out, '.', '-');
    std::ranges::replace(out, '/', '-');
    const auto begin = out.find_first_not_of('-');
    out = begin == out.npos ? "x" : out.substr(begin, out.find_last_not_of('-') - begin + 1);
    const bool upper = std::ranges::any_of(
        out, [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; });
    // Two names that differ only in case must stay two: what is not lower-case counts as lost.
    if (upper)
        std::ranges::replace_if(
            out, [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }, '_');
    return plain_name(out, "-", longest);
}

/// The folders of the job, each as a volume; a folder inside another one is a mount of its own.
std::string mounts(const ScheduleExport& from, const ExportJob& job, std::string& volumes) {
    std::set<std::string> writable{from.writes.begin(), from.writes.end()};
    writable.insert(job.writes.begin(), job.writes.end());
    writable.insert(from.state);
    std::set<std::string> all{from.reads.begin(), from.reads.end()};
    all.insert(writable.begin(), writable.end());
    std::string out;
    for (const auto& folder : all) {
        const auto name = object_name(folder, 50);
        out += fmt::format("                - {{ name: {}, mountPath: {}{} }}\n", name,
                           quoted(folder), writable.contains(folder) ? "" : ", readOnly: true");
        volumes += fmt::format(
            "            - {{ name: {0}, persistentVolumeClaim: {{ claimName: {0} }} }}\n", name);
    }
    return out;
}

/// Kubernetes gives up on a CronJob that has missed more than a hundred starts inside its deadline.
std::int64_t deadline(const ExportJob& job, const Firing& firing) {
    if (job.schedule.catch_up == CatchUp::skip) return 900;
    const auto in_an_hour = firing.minutes.empty() ? std::size_t{60} : firing.minutes.size();
    return std::min<std::int64_t>(86'400,
                                  std::int64_t{90} * 3600 / static_cast<std::int64_t>(in_an_hour));
}

std::string environment(const ScheduleExport& from, const std::string& policy) {
    if (from.environment.empty()) return "";
    std::string out = "              env:\n";
    for (const auto& name : from.environment)
        out += fmt::format(
            "                - {{ name: {0}, valueFrom: {{ secretKeyRef: {{ name: {1}, key: {0}, optional: true }} }} }}\n",
            quoted(name), policy);
    return out;
}

std::string cron_job(const ScheduleExport& from, const ExportJob& job, const Firing& firing,
                     const std::string& policy, const std::string& name) {
    std::string volumes;
    const auto mounted = mounts(from, job, volumes);
    std::string out =
        fmt::format(R"(apiVersion: batch/v1
kind: CronJob
metadata:
  name: {}
  labels: {{ app.kubernetes.io/name: muster, app.kubernetes.io/instance: {} }}
spec:
  schedule: {}
  timeZone: {}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: {}
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            # A user that may read the databases, and write the folders that are not readOnly.
            runAsUser: 10001
            runAsGroup: 10001
            fsGroup: 10001
            fsGroupChangePolicy: OnRootMismatch
            seccompProfile: {{ type: RuntimeDefault }}
          containers:
            - name: muster
              image: muster:{}
              args: [apply, {}, --job, {}, --state, {}]
)",
                    name, policy, quoted(cron_fields(firing)),
                    quoted(firing.clock == FiringClock::utc ? "Etc/UTC" : from.zone.name),
                    deadline(job, firing), from.tool_version, quoted(from.policy_path),
                    quoted(job.name), quoted(from.state));
    out += environment(from, policy);
    out += fmt::format(R"(              securityContext:
                readOnlyRootFilesystem: true
                allowPrivilegeEscalation: false
                capabilities: {{ drop: [ALL] }}
              volumeMounts:
                - {{ name: policy, mountPath: {}, subPath: policy.yaml, readOnly: true }}
                - {{ name: tmp, mountPath: /tmp }}
{}          volumes:
            - {{ name: policy, configMap: {{ name: {} }} }}
            - {{ name: tmp, emptyDir: {{}} }}
{})",
                       quoted(from.policy_path), mounted, policy, volumes);
    return out;
}

}  // namespace

std::vector<ExportFile> kubernetes_cron_jobs(const ScheduleExport& from) {
    const auto policy = "muster-" + object_name(from.policy_name, 40);
    std::string out = fmt::format(R"(# {}, version {}
# To be there before:
#   the image muster:{} in a registry of yours
#   kubectl create configmap {} --from-file=policy.yaml={}
#   a PersistentVolumeClaim for each claimName below, holding what lies at its mountPath
)",
                                  export_mark, from.tool_version, from.tool_version, policy,
                                  shell_word(from.policy_path));
    if (!from.environment.empty())
        out += fmt::format("#   a Secret {} with the keys {}\n", policy,
                           fmt::join(from.environment, ", "));
    for (const auto& job : from.jobs) {
        const auto timetable =
            with_one_day_field(timetable_of(job.schedule, from.calendar, from.zone));
        const auto base = "muster-" + object_name(from.policy_name + "." + job.name, 42);
        int number = 0;
        for (const auto& firing : timetable.firings) {
            // The controller follows the real clock, so an hour that comes twice starts a job
            // twice.
            if (firing.cause == FiringCause::second_pass) continue;
            out += fmt::format("---\n# {}: {}\n", job.name, schedule_words(job.schedule));
            out += number == 0 ? fmt::format("# It starts {}.\n", coverage_words(timetable))
                               : fmt::format("# {}\n", cause_words(firing.cause));
            ++number;
            out += cron_job(from, job, firing, policy,
                            number == 1 ? base : fmt::format("{}--{}", base, number));
        }
    }
    return {{fmt::format("muster-{}.yaml", plain_name(from.policy_name, "._-", 80)), out}};
}

}  // namespace muster
