#include "cli/restore_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/plan/snapshot_list.h"
#include "engine/run/observe.h"
#include "engine/snapshot/legacy.h"

namespace muster {
namespace {

Result<std::vector<SnapshotFacts>> legacy_backups(const std::string& directory,
                                                  const std::string& target) {
    MUSTER_TRY(auto found, list_legacy(std::string{directory_store}, LocalStore{directory}));
    if (!target.empty())
        std::erase_if(found, [to = real_path(target)](const auto& each) {
            return real_path(each.path) == to;
        });
    return found;
}

}  // namespace

Result<DirectoryBackups> backups_in(const std::string& directory, const std::string& target,
                                    const StateFolder& state, Time now, Duration proof_life) {
    DirectoryBackups out;
    MUSTER_TRY(auto there, observe_directory(directory, state, now));
    out.legacy = there.snapshots.empty();
    if (out.legacy) {
        MUSTER_TRY(there.snapshots, legacy_backups(directory, target));
        if (!there.snapshots.empty())
            out.findings.push_back(
                {"legacy", Severity::warning, Verdict::unchecked, directory,
                 "no manifest lies there: the time of each backup is that of its last change", "",
                 "", "", ""});
    }
    out.list = snapshot_list(there, proof_life);
    out.list.directory = directory;
    return out;
}

Result<Findings> newer_legacy(const std::string& directory, const std::string& target,
                              const ListedSnapshot& picked, const std::optional<Time>& before) {
    MUSTER_TRY(const auto beside, legacy_backups(directory, target));
    Findings out;
    for (const auto& each : beside) {
        const bool named = each.volume_id == picked.target || each.volume_id == picked.volume_id;
        const bool in_time = !before || each.created_at < *before;
        if (named && in_time && each.created_at > picked.created_at)
            out.push_back(
                {"newer_legacy", Severity::warning, Verdict::unchecked, each.path,
                 fmt::format("{} is newer, and not picked: no manifest speaks of it", each.path),
                 "", "", "", "restore it by its path where it is the one you want"});
    }
    return out;
}

}  // namespace muster
