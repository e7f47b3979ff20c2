#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/care_run.h"
#include "cli/commands/rows.h"
#include "cli/compact_flags.h"
#include "cli/databases_at.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/plan/judge.h"
#include "engine/run/doctor.h"
#include "engine/run/observe.h"
#include "engine/run/sizes_seen.h"
#include "engine/sqlite/header.h"
#include "reporters/health_text.h"

namespace muster {
namespace {

struct Ward {
    std::vector<Patient> patients;
    std::vector<std::string> notes;
    Findings findings;
    std::map<std::string, NewestBackup> backups;  ///< by target
};

Result<Ward> ward_of_paths(const std::vector<std::string>& written) {
    Ward out;
    MUSTER_TRY(auto found, databases_at(written));
    for (auto& path : found.paths) out.patients.push_back({std::move(path), "", {}, {}, false});
    out.notes = std::move(found.notes);
    return out;
}

/// Of what is complete and not known to be bad.
std::map<std::string, NewestBackup> newest_backups(const Observation& world) {
    std::map<std::string, NewestBackup> out;
    for (const auto& snapshot : world.snapshots) {
        if (snapshot.target.empty() || snapshot.state != SnapshotState::complete ||
            snapshot.known_bad || snapshot.created_at > world.now)
            continue;
        const auto [known, is_first] = out.try_emplace(snapshot.target);
        if (is_first || known->second.created_at < snapshot.created_at)
            known->second = {snapshot.store, snapshot.created_at, world.now - snapshot.created_at,
                             snapshot.proven_at};
    }
    return out;
}

tl::expected<Ward, Refusal> ward_of_policy(const PolicyFile& policy, const Arguments& arguments,
                                           const Surroundings& surroundings) {
    MUSTER_REPLY_TRY(const auto world, observe(policy, state_of(arguments, &policy),
                                               host_for_looking(arguments, surroundings, &policy)));
    Ward out;
    out.findings = judge(policy.policy, world);
    out.backups = newest_backups(world);
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

Result<Depth> depth_for(const Arguments& arguments) {
    MUSTER_TRY(const auto depth, depth_of(arguments, "--depth"));
    if (!arguments.has("--verify-blobs")) return depth;
    if (arguments.has("--depth") && depth != Depth::deep)
        return fail(ErrorCode::usage, "--verify-blobs is depth deep, and --depth says another one",
                    "leave one of them out");
    return Depth::deep;
}

Result<> require_policy(const Arguments& arguments) {
    for (const auto* flag : {"--target", "--fix", "--verify-blobs"})
        if (arguments.has(flag))
            return fail(ErrorCode::usage, fmt::format("{} needs a policy", flag),
                        "name the policy instead of databases: it knows targets, repairs and "
                        "payloads");
    return {};
}

Reply look(Ward ward, const DoctorRules& rules, const Host& host, const fs::path& sizes) {
    MUSTER_REPLY_TRY(auto report, examine_all(std::move(ward.patients), rules, host));
    for (auto& each : report.databases)
        if (const auto newest = ward.backups.find(each.target); newest != ward.backups.end())
            each.backup = newest->second;
    compare_with_last_look(report, sizes);
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

/// Repairs, then looks: the report is of what is left.
Reply look_at_policy(const Arguments& arguments, const Surroundings& surroundings,
                     const std::string& path, const DoctorRules& rules) {
    Answer fixed;
    if (arguments.has("--fix")) {
        MaintainSpec care;
        care.repair = RepairMode::safe;
        care.verify_blobs = rules.depth == Depth::deep;
        auto done = care_for_targets(arguments, surroundings, "repair-safe", path, std::move(care));
        if (!done) return done;
        fixed = *std::move(done);
    }
    const auto file = policy_of(path);
    if (!file) return tl::unexpected<Refusal>{file.error()};
    auto ward = ward_of_policy(*file, arguments, surroundings);
    if (!ward) return tl::unexpected(ward.error());
    auto answer = look(*std::move(ward), rules, host_for_looking(arguments, surroundings, &*file),
                       state_of(arguments, &*file).sizes_seen());
    if (!answer || fixed.text.empty()) return answer;
    answer->text = fixed.text + "\n" + answer->text;
    answer->complaint = fixed.complaint + answer->complaint;
    answer->exit_status = worst_exit_status(answer->exit_status, fixed.exit_status);
    return answer;
}

Reply run_doctor(const Arguments& arguments, const Surroundings& surroundings) {
    DoctorRules rules;
    MUSTER_REPLY_TRY(rules.depth, depth_for(arguments));
    MUSTER_REPLY_TRY(rules.jobs, jobs_of(arguments));
    MUSTER_REPLY_TRY(rules.compact, compact_spec_of(arguments));
    const auto written = arguments.all("PATH");
    if (written.size() == 1 && names_policy(written.front()))
        return look_at_policy(arguments, surroundings, written.front(), rules);
    MUSTER_REPLY_CHECK(require_policy(arguments));
    MUSTER_REPLY_TRY(auto ward, ward_of_paths(written));
    return look(std::move(ward), rules, host_for_looking(arguments, surroundings),
                state_of(arguments, nullptr).sizes_seen());
}

}  // namespace

Command doctor_command() {
    return {
        "doctor",
        "",
        "say how databases are: damage, wasted space, logs that grow, and the state of their backups",
        "A folder is searched for databases, by what files hold. A policy (.yaml) names its targets, whose checks are asked, and\n"
        "their backups, proofs and drills are judged too. Each database is copied as a backup would copy it, whoever uses it, and the\n"
        "copy is looked at: pages, free pages, indexes, foreign keys, full-text and R-tree indexes. Nothing changes, unless --fix.\n"
        "Exit 0: all are well, maybe with warnings. 4: one is ill, or could not be looked at.\n"
        "Example: muster doctor /srv/tenants --depth quick --json",
        {{"PATH...", "databases, folders of databases, or one policy"}},
        {{"--depth", "DEPTH",
          "checksum (sizes and settings only), quick, full (the default) or deep, which also reads every payload that a check names"},
         {"--target", "TARGET",
          "of a policy: only this target, by name or id (may be given again)"},
         {"--verify-blobs", "", "of a policy: --depth deep"},
         {"--fix", "",
          "of a policy: first repair what it declares safe to repair, as 'muster repair-safe' does; its record tells that, the report what is left"},
         threshold_options()[0],
         threshold_options()[1],
         {"--jobs", "N",
          "look at that many side by side; as many as there are cores when left out"}},
        run_doctor};
}

}  // namespace muster
