#include "cli/schedule_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "engine/plan/jobs.h"
#include "engine/plan/secrets.h"
#include "engine/run/zone.h"
#include "reporters/cron_table.h"
#include "reporters/kubernetes.h"
#include "reporters/launchd.h"
#include "reporters/systemd.h"

namespace muster {
namespace {

/// How far ahead clock changes are looked for.
constexpr std::chrono::days years_to_come{365 * 12};
constexpr Bytes longest_first_line{4096};

using Folders = std::set<std::string>;

std::vector<std::string> list_of(const Folders& folders) {
    return {folders.begin(), folders.end()};
}

/// The folder that holds it; for a glob the one below which the matches lie.
std::string folder_of(const PolicyFile& file, const std::string& written) {
    const auto path = file.resolve(written);
    fs::path out;
    for (const auto& part : path.parent_path()) {
        if (part.string().find_first_of("*?[") != std::string::npos) break;
        out /= part;
    }
    return out.string();
}

Folders folders_of_targets(const PolicyFile& file, const std::vector<std::string>& names) {
    Folders out;
    for (const auto& name : names) {
        const auto found = file.policy.targets.find(name.substr(0, name.find('/')));
        if (found != file.policy.targets.end()) {
            const auto& target = found->second;
            out.insert(target.sqlite.empty() ? file.resolve(target.directory).string()
                                             : folder_of(file, target.sqlite));
        }
    }
    return out;
}

bool runs_programs(const Policy& policy, const Job& job) {
    const auto entry = job.name.substr(job.name.find('.') + 1);
    if (job.name.starts_with("drills.")) {
        const auto& drill = policy.drills.at(entry);
        return drill.runner || !drill.services.empty() || !drill.steps.empty();
    }
    return std::ranges::any_of(job.targets, [&](const auto& name) {
        const auto found = policy.targets.find(name.substr(0, name.find('/')));
        // That of a database is stopped by a restore alone, and no timer restores.
        return found != policy.targets.end() && found->second.service &&
               !found->second.directory.empty();
    });
}

Folders written_by_all(const PolicyFile& file) {
    const auto& policy = file.policy;
    Folders out;
    for (const auto& [name, store] : policy.stores)
        if (!store.local.empty()) out.insert(file.resolve(store.local).string());
    for (const auto& report : {policy.reports.handoff.markdown, policy.reports.handoff.html,
                               policy.reports.metrics.prometheus, policy.reports.ci.junit})
        if (report) out.insert(folder_of(file, *report));
    return out;
}

void add_secrets(const PolicyFile& file, ScheduleExport& to, Folders& reads) {
    std::set<std::string> credentials, environment;
    bool commands = false;
    for (const auto& secret : secrets_of(file.policy)) {
        if (secret.credential) credentials.insert(*secret.credential);
        if (secret.env) environment.insert(*secret.env);
        if (secret.file) reads.insert(file.resolve(*secret.file).string());
        commands |= !secret.command.empty();
    }
    to.credentials = list_of(credentials);
    to.environment = list_of(environment);
    for (auto& job : to.jobs) job.runs_programs |= commands;
}

Result<> require_plain(const ScheduleExport& from) {
    std::vector<std::string_view> texts{from.policy_name, from.policy_path, from.binary,
                                        from.state};
    for (const auto* list : {&from.writes, &from.reads, &from.credentials, &from.environment})
        texts.insert(texts.end(), list->begin(), list->end());
    for (const auto& job : from.jobs) {
        texts.push_back(job.name);
        texts.insert(texts.end(), job.writes.begin(), job.writes.end());
    }
    for (const auto text : texts)
        if (std::ranges::any_of(text,
                                [](char c) { return std::iscntrl(static_cast<unsigned char>(c)); }))
            return fail(
                ErrorCode::usage,
                fmt::format("'{}' holds a control character, which no timer can hold", text),
                "give it another name");
    return {};
}

/// There is nothing, or what an earlier export wrote.
Result<> require_ours(const fs::path& path) {
    MUSTER_TRY(const auto there, status_of(path));
    if (!there.exists) return {};
    if (!there.regular)
        return fail(ErrorCode::not_a_file, fmt::format("{} is no regular file", path.string()),
                    "remove it, or name another folder with --out");
    MUSTER_TRY(const auto file, File::open_read(path));
    std::string head(longest_first_line.count, '\0');
    MUSTER_TRY(const auto count, file.read_at(0, std::as_writable_bytes(std::span{head})));
    head.resize(std::min(count, head.find('\n')));
    if (head.find(export_mark) != std::string::npos) return {};
    return fail(
        ErrorCode::target_exists,
        fmt::format("{} was not made by muster; it stays, and nothing was written", path.string()),
        "move it away, or name another folder with --out");
}

}  // namespace

Result<ScheduleExport> export_of(const PolicyFile& file, const StateFolder& state,
                                 const std::string& clock, const Host& host) {
    const auto& policy = file.policy;
    ScheduleExport out;
    out.policy_name = policy.name;
    out.policy_path = file.path.string();
    std::error_code none;
    out.binary = fs::read_symlink("/proc/self/exe", none).string();
    out.tool_version = host.tool_version;
    out.state = state.root.lexically_normal().string();
    const auto now = host.now();
    MUSTER_TRY(out.zone, read_zone(policy.timezone, now, now + years_to_come));
    MUSTER_TRY(out.machine, read_zone(clock, now, now + years_to_come));
    out.calendar = policy.calendar;

    Folders reads;
    for (const auto& job : jobs_of(policy)) {
        const auto folders = folders_of_targets(file, job.targets);
        reads.insert(folders.begin(), folders.end());
        if (!job.schedule) continue;
        // Care for a database is the one thing that writes it.
        const auto writes =
            job.name.starts_with("maintain.") ? list_of(folders) : std::vector<std::string>{};
        out.jobs.push_back({job.name, *job.schedule, writes, runs_programs(policy, job)});
    }
    out.writes = list_of(written_by_all(file));
    add_secrets(file, out, reads);
    out.reads = list_of(reads);
    out.network = policy.notify.healthchecks.has_value() ||
                  std::ranges::any_of(policy.stores,
                                      [](const auto& each) { return each.second.local.empty(); });
    MUSTER_CHECK(require_plain(out));
    return out;
}

std::vector<ExportFile> render(TimerFormat format, const ScheduleExport& from) {
    switch (format) {
        case TimerFormat::systemd: return systemd_units(from);
        case TimerFormat::cron: return cron_table(from);
        case TimerFormat::launchd: return launchd_agents(from);
        case TimerFormat::kubernetes: return kubernetes_cron_jobs(from);
    }
    return {};
}

Result<std::vector<fs::path>> write_files(const std::vector<ExportFile>& files,
                                          const fs::path& folder) {
    std::vector<fs::path> paths;
    for (const auto& file : files) {
        paths.push_back((fs::absolute(folder) / file.name).lexically_normal());
        MUSTER_CHECK(require_ours(paths.back()));
    }
    for (std::size_t i = 0; i < files.size(); ++i)
        MUSTER_CHECK(write_durably(paths[i], files[i].text, 0644));
    return paths;
}

}  // namespace muster
