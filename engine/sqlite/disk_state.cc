#include "engine/sqlite/disk_state.h"

#include <fmt/format.h>

#include <array>

namespace muster {
namespace {

Result<bool> looks_hot(const fs::path& journal) {
    MUSTER_TRY(const auto status, status_of(journal));
    if (!status.exists || status.size.count == 0) return false;
    MUSTER_TRY(const auto file, File::open_read(journal));
    std::array<std::byte, 1> first{};
    MUSTER_TRY(const std::size_t count, file.read_at(0, first));
    return count == 1 && first[0] != std::byte{0};  // journal_mode=PERSIST ends a commit by zeroes
}

/// A journal beside a living writer is not hot. The second look: a writer that rolled back between
/// the first and the question whether one is there.
Result<bool> is_hot(const SourceLock& lock, const fs::path& journal) {
    MUSTER_TRY(const bool first, looks_hot(journal));
    if (!first) return false;
    MUSTER_TRY(const bool writer, lock.writer_present());
    if (writer) return false;
    auto second = looks_hot(journal);
    if (!second && second.error().code == ErrorCode::not_found) return false;
    return second;
}

}  // namespace

Result<DiskState> look_at(const SourceLock& lock, const fs::path& database) {
    DiskState state;
    std::array<std::byte, header_size> bytes{};
    MUSTER_TRY(const std::size_t count, lock.file().read_at(0, bytes));
    const auto header = count == 0 ? DatabaseHeader{} : parse_header(std::span{bytes}.first(count));
    if (!header)
        return fail(ErrorCode::not_a_database,
                    fmt::format("{} is not an SQLite database: no header", database.string()),
                    "check the path; an encrypted database needs its own tool");
    state.header = *header;
    MUSTER_TRY(state.bytes, lock.file().size());
    MUSTER_TRY(const auto wal, status_of(sidecar(database, "-wal")));
    MUSTER_TRY(const auto shm, status_of(sidecar(database, "-shm")));
    state.wal = wal.exists;
    state.wal_bytes = wal.size;
    state.shm = shm.exists;
    MUSTER_TRY(state.hot_journal, is_hot(lock, sidecar(database, "-journal")));
    return state;
}

}  // namespace muster
