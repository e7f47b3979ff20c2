#include "drills/rehearsal.h"

#include "engine/sqlite/table_digest.h"

namespace muster {

Result<Sandbox> Sandbox::make(const fs::path& sandboxes) {
    MUSTER_TRY(auto folder, ScratchFolder::make(sandboxes));
    return Sandbox{std::move(folder)};
}

void Sandbox::leave(bool keep, const std::string& subject, Rehearsal& rehearsal) && {
    auto& drilled = rehearsal.drilled;
    const fs::path path = folder_->path();
    drilled.sandbox = path.string();
    std::error_code error;
    if (keep) {
        drilled.sandbox = (path.parent_path() / ("kept-" + path.filename().string())).string();
        fs::rename(path, drilled.sandbox, error);
    }
    folder_.reset();
    drilled.sandbox_removed = !keep && !fs::exists(path, error);
    if (keep || drilled.sandbox_removed) return;
    rehearsal.findings.push_back({"cleanup", Severity::error, Verdict::bad, subject,
                                  "the sandbox could not be removed", "nothing is left",
                                  drilled.sandbox, "", "rm -r " + drilled.sandbox});
}

bool is_verdict(ErrorCode code) {
    switch (code) {
        case ErrorCode::damaged:
        case ErrorCode::not_a_database:
        case ErrorCode::manifest_mismatch:
        case ErrorCode::newer_tool_major:
        case ErrorCode::newer_schema:
        case ErrorCode::unfinished_snapshot:
        case ErrorCode::rolled_back: return true;
        default: return false;
    }
}

Result<DatabaseDigest> digest_at(const fs::path& path) {
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::immutable));
    return digest_database(connection);
}

}  // namespace muster
