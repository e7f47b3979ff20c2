#include "engine/sqlite/probe.h"

#include "engine/sqlite/disk_state.h"

namespace muster {
namespace {

/// The facts of a crashed database; nothing where a Source can be opened at no cost. `path` is
/// its real one: sidecars lie beside the file, not beside a link to it.
Result<std::optional<SourceFacts>> crashed(const fs::path& path) {
    MUSTER_TRY(auto lock, SourceLock::open(path));
    MUSTER_TRY(const bool shared, lock.try_shared());
    if (!shared) return std::nullopt;
    MUSTER_TRY(const DiskState state, look_at(lock, path));
    const bool orphan_wal = state.wal_bytes.count > 0 && !state.shm;
    if (!state.hot_journal && !orphan_wal) return std::nullopt;
    MUSTER_TRY(const auto status, status_of(path));
    SourceFacts facts;
    facts.path = path;
    facts.device = status.device;
    facts.inode = status.inode;
    facts.bytes = state.bytes;
    facts.wal_bytes = state.wal_bytes;
    facts.journal_mode = state.wal_mode() ? JournalMode::wal : JournalMode::rollback;
    facts.recovered_from =
        state.hot_journal ? RecoveredFrom::hot_journal : RecoveredFrom::orphan_wal;
    return std::optional{std::move(facts)};
}

}  // namespace

Result<SourceFacts> probe_source(const fs::path& path, const SourceOptions& options) {
    MUSTER_TRY(const auto status, status_of(path));
    if (status.regular && status.size.count > 0 && status.links == 1) {
        MUSTER_TRY(auto facts, crashed(real_path(path)));
        if (facts) return *std::move(facts);
    }
    MUSTER_TRY(const auto source, Source::open(path, options));
    return source.facts();
}

}  // namespace muster
