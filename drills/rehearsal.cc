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

Finding judge_rto(const Drilled& drilled, const std::string& subject, std::string what_took_it) {
    const bool met = drilled.restore_took <= *drilled.rto;
    return {"rto",
            Severity::error,
            met ? Verdict::good : Verdict::bad,
            subject,
            met ? "the restore keeps the objective" : "the restore misses the objective",
            "at most " + spell_duration(*drilled.rto),
            spell_duration(drilled.restore_took),
            std::move(what_took_it),
            ""};
}

Result<DatabaseDigest> digest_at(const fs::path& path) {
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::immutable));
    return digest_database(connection);
}

}  // namespace muster
