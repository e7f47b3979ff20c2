#include "engine/snapshot/preflight.h"

#include <fmt/format.h>

#include <fstream>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/holders.h"

namespace muster {
namespace {

/// Asked of the kernel's list, since a bind mount of a file shares the device of its folder.
bool is_mount_point(const fs::path& path) {
    std::ifstream mounts{"/proc/self/mountinfo"};
    for (std::string line; std::getline(mounts, line);) {
        std::size_t at = 0;
        for (int field = 0; field < 4; ++field) at = line.find(' ', at) + 1;
        if (line.substr(at, line.find(' ', at) - at) == path.string()) return true;
    }
    return false;
}

}  // namespace

std::optional<Finding> warn_of_holders(const RestoreStep& step) {
    const auto target = real_path(step.target);
    const auto holders = holders_of(target);
    if (holders.empty()) return std::nullopt;
    return Finding{
        "holders",
        Severity::warning,
        Verdict::bad,
        target.string(),
        "held open by " + spell_holders(holders) + ": a restore leaves them with the former file",
        "nobody holds the database",
        fmt::format("{} processes", holders.size()),
        "processes of this user",
        "restart them"};
}

Result<> check_restore(const RestoreStep& step) {
    const auto target = real_path(step.target);
    MUSTER_TRY(const auto backup, status_of(step.backup));
    MUSTER_TRY(const auto there, status_of(target));
    const auto refuse = [&](ErrorCode code, const std::string& reason, const std::string& remedy) {
        return fail(code, fmt::format("{} {}", target.string(), reason),
                    remedy + "; nothing has changed");
    };
    if (there.same_file(backup))
        return refuse(ErrorCode::usage, "is the backup itself", "name another target");
    if (there.exists && !there.regular)
        return refuse(ErrorCode::not_a_file, "is not a regular file",
                      "name the database file itself");
    MUSTER_TRY(const auto manifest, status_of(manifest_of(target)));
    if (there.exists && manifest.exists)
        return refuse(ErrorCode::usage, "is a snapshot itself: it has a manifest",
                      "name the database to be");
    if (there.exists && !step.force) {
        const auto holders = holders_of(target);
        return refuse(
            ErrorCode::target_exists,
            holders.empty() ? "exists" : "exists, and is held open by " + spell_holders(holders),
            "replace it with --force (a snapshot of it is taken first), or name another target with --to");
    }
    if (there.links > 1)
        return refuse(ErrorCode::hard_links, fmt::format("has {} names (hard links)", there.links),
                      "remove the other names first");
    if (there.exists && !step.in_place && is_mount_point(target))
        return refuse(ErrorCode::mount_point, "is a mount point",
                      "restore to the file behind it, or with --in-place");
    auto content = backup.size;
    if (const auto told = read_manifest(step.backup); told && *told && (*told)->content)
        content = (*told)->content->bytes;
    const Bytes staged_and_safety{content.count + there.size.count + (std::uint64_t{1} << 20U)};
    return require_space(target.parent_path(), staged_and_safety, "the restore");
}

}  // namespace muster
