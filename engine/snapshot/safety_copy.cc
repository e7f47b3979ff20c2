#include "engine/snapshot/safety_copy.h"

#include "engine/snapshot/commit.h"
#include "engine/snapshot/take.h"

namespace muster {

fs::path safety_folder(const RestoreStep& step) {
    return step.safety_dir.empty() ? real_path(step.target).parent_path()
                                   : fs::path{step.safety_dir};
}

SnapshotStep safety_snapshot(const fs::path& database, const fs::path& folder,
                             const std::string& suffix) {
    SnapshotStep safety;
    safety.source = database.string();
    safety.volume_id = safety.volume_name = database.filename().string();
    safety.schema_version_sql = SchemaVersionSpec{}.sql;
    safety.place = {"safety", folder.string(), database.filename().string() + "." + suffix, false,
                    true};
    return safety;
}

Result<std::string> take_safety_copy(const RestoreStep& step, const Host& host) {
    auto taken = take_snapshot(
        safety_snapshot(real_path(step.target), safety_folder(step), step.safety_suffix), host);
    if (taken) return taken->snapshot.path;
    auto error = taken.error();
    if (error.code == ErrorCode::damaged || error.code == ErrorCode::not_a_database)
        return std::string{};
    if (error.code == ErrorCode::target_exists)  // --force does not go past what was kept before
        error.hint = "name it otherwise with --safety-suffix, or another folder with --safety-dir";
    return Failure(error.during("taking a snapshot of the database that is there"));
}

Result<> forget_safety_copy(const fs::path& copy, Time now) {
    MUSTER_TRY(const auto manifest, read_manifest(copy));
    return manifest ? remove_snapshot(copy, manifest->checksum_sha256, now) : Result<>{};
}

}  // namespace muster
