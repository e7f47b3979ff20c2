#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/plan/judge.h"
#include "engine/run/doctor.h"
#include "engine/run/find_databases.h"
#include "engine/run/observe.h"
#include "engine/sqlite/header.h"
#include "reporters/health_text.h"

namespace muster {
namespace {

constexpr SearchBounds fleet{32, 10'000'000, 1'000'000};

struct Ward {
    std::vector<Patient> patients;
    std::vector<std::string> notes;
    Findings findings;
};

/// A YAML file is a policy; whatever else it is, it is looked at as a database.
bool is_policy(const fs::path& path) {
    return path.extension() == ".yaml" || path.extension() == ".yml";
}

Result<Ward> ward_of_paths(const std::vector<std::string>& written) {
    Ward out;
    for (const auto& word : written) {
        const fs::path path = fs::absolute(word).lexically_normal();
        if (is_policy(path))
            return fail(ErrorCode::usage,
                        fmt::format("{} is a policy, and was named beside something else", word),
                        "name one policy, or databases and folders");
        MUSTER_TRY(const auto there, status_of(path));
        if (!there.directory) {
            out.patients.push_back({path, "", {}, {}, false});
            continue;
        }
        MUSTER_TRY(const auto found, find_databases(path, fleet));
        for (const auto& each : found.databases)
            out.patients.push_back({path / each.path, "", {}, {}, false});
        out.notes.insert(out.notes.end(), found.notes.begin(), found.notes.end());
        if (found.databases.empty())
            return fail(ErrorCode::not_found, fmt::format("there is no database in {}", word),
                        "check the path");
    }
    return out;
}

tl::expected<Ward, Refusal> ward_of_policy(const std::string& path, const Arguments& arguments,
                                           const Surroundings& surroundings) {
    const auto read = policy_of(path);
    if (!read) return tl::unexpected(read.error());
    const auto& policy = *read;
    MUSTER_REPLY_TRY(const auto world,
                     observe(policy, state_of(arguments, &policy), surroundings.host));
    Ward out;
    out.findings = judge(policy.policy, world);
    const auto wanted = arguments.all("--target");
    for (const auto& target : world.targets) {
        const auto& spec = policy.policy.targets.at(target.spec);
        const auto named = [&](const auto& each) {
            return each == target.id || each == target.spec;
        };
        if (!wanted.empty() && std::ranges::none_of(wanted, named)) continue;
        if (spec.sqlite.empty()) {
            out.notes.push_back(
                fmt::format("{} is a data directory, and was not looked at", target.id));
            continue;
        }
        out.patients.push_back(
            {target.path, target.id, spec.checks, spec.schema_version, spec.may_be_empty});
    }
    for (const auto& each : wanted)
        if (std::ranges::none_of(world.targets, [&](const auto& target) {
                return each == target.id || each == target.spec;
            }))
            return refuse(ErrorCode::usage, fmt::format("--target: the policy has no {}", each),
                          "'muster validate POLICY --print' shows its targets");
    return out;
}

Result<CompactSpec> rules_of(const Arguments& arguments) {
    CompactSpec out;
    if (arguments.has("--min-free-bytes")) {
        out.min_free_bytes = parse_bytes(arguments.value("--min-free-bytes"));
        if (!out.min_free_bytes)
            return fail(ErrorCode::usage,
                        fmt::format("--min-free-bytes: '{}' is no size",
                                    arguments.value("--min-free-bytes")),
                        "write it like 16MiB");
    }
    if (arguments.has("--min-free-ratio")) {
        const auto written = arguments.value("--min-free-ratio");
        char* end = nullptr;
        const double ratio = std::strtod(written.c_str(), &end);
        if (written.empty() || *end != '\0' || !(ratio >= 0 && ratio <= 1))
            return fail(ErrorCode::usage,
                        fmt::format("--min-free-ratio: '{}' is no part from 0 to 1", written),
                        "write it like 0.2");
        out.min_free_ratio = ratio;
    }
    return out;
}

Reply run_doctor(const Arguments& arguments, const Surroundings& surroundings) {
    DoctorRules rules;
    MUSTER_REPLY_TRY(rules.depth, depth_of(arguments, "--depth"));
    MUSTER_REPLY_TRY(rules.jobs, jobs_of(arguments));
    MUSTER_REPLY_TRY(rules.compact, rules_of(arguments));
    const auto written = arguments.all("PATH");
    const bool by_policy = written.size() == 1 && is_policy(written.front());
    if (arguments.has("--target") && !by_policy)
        return refuse(ErrorCode::usage, "--target needs a policy",
                      "name the policy instead of databases");
    Ward ward;
    if (by_policy) {
        auto named = ward_of_policy(written.front(), arguments, surroundings);
        if (!named) return tl::unexpected(named.error());
        ward = *std::move(named);
    } else {
        MUSTER_REPLY_TRY(ward, ward_of_paths(written));
    }
    MUSTER_REPLY_TRY(auto report, examine_all(std::move(ward.patients), rules,
                                              host_for_looking(arguments, surroundings)));
    report.notes = std::move(ward.notes);
    report.findings = std::move(ward.findings);
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(report));
    answer.text = health_text(report);
    if (report.summary.ill + report.summary.unchecked > 0 ||
        std::ranges::any_of(report.findings, fails)) {
        answer.exit_status = exit_status_of(ErrorCode::damaged);
        answer.complaint = complaint_text(report);
    }
    return answer;
}

}  // namespace

Command doctor_command() {
    return {
        "doctor",
        "",
        "say how databases are: damage, wasted space, logs that grow, and the state of their backups; changes nothing",
        "A folder is searched for databases, by what files hold. A policy (.yaml) names its targets, whose checks are asked, and\n"
        "their backups, proofs and drills are judged too. Each database is copied as a backup would copy it, whoever uses it, and the\n"
        "copy is looked at: pages, free pages, indexes, foreign keys, full-text and R-tree indexes.\n"
        "Exit 0: all are well, maybe with warnings. 4: one is ill, or could not be looked at.\n"
        "Example: muster doctor /srv/tenants --depth quick --json",
        {{"PATH...", "databases, folders of databases, or one policy"}},
        {{"--depth", "DEPTH",
          "checksum (sizes and settings only), quick, full (the default) or deep, which also reads every payload that a check names"},
         {"--target", "TARGET",
          "of a policy: only this target, by name or id (may be given again)"},
         {"--min-free-bytes", "SIZE",
          "a VACUUM is recommended where at least so much is free; 16MiB when left out"},
         {"--min-free-ratio", "PART", "and at least this part of the file; 0.2 when left out"},
         {"--jobs", "N",
          "look at that many side by side; as many as there are cores when left out"}},
        run_doctor};
}

}  // namespace muster
