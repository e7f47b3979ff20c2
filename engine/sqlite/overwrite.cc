#include "engine/sqlite/overwrite.h"

#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <thread>

#include "engine/sqlite/connection.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/overwrite_changed.h"
#include "engine/sqlite/system_faults.h"

namespace muster {
namespace {

constexpr int pages_a_step = 1024;
constexpr std::chrono::milliseconds retry_after{20};

/// true: the last page is written. Waits for others as long as it may.
Result<bool> step(sqlite3_backup* backup, int pages, const fs::path& target,
                  const OverwriteOptions& options) {
    const auto deadline = std::chrono::steady_clock::now() + options.wait;
    for (;;) {
        const int code = sqlite3_backup_step(backup, pages);
        if (code == SQLITE_DONE) return true;
        if (code == SQLITE_OK) return false;
        const int primary = code & 0xff;
        if (primary == SQLITE_READONLY) {
            if (const auto fault = take_system_fault_of(target)) return Failure(fault->error());
            return fail(ErrorCode::usage,
                        fmt::format("{} has pages of another size than the backup, and cannot "
                                    "change that in WAL mode",
                                    target.string()),
                        "stop the application and restore without --in-place, or turn the database "
                        "to PRAGMA journal_mode = DELETE first");
        }
        if (primary != SQLITE_BUSY && primary != SQLITE_LOCKED)
            return Failure(sqlite_error(nullptr, code, target, "write"));
        if (std::chrono::steady_clock::now() >= deadline)
            return Failure(stayed_locked(target, options.wait));
        std::this_thread::sleep_for(retry_after);
    }
}

}  // namespace

Result<> overwrite_database(const fs::path& from, const fs::path& target,
                            const OverwriteOptions& options) {
    MUSTER_TRY(auto source, Connection::open(from, OpenMode::immutable));
    MUSTER_TRY(auto destination, Connection::open(target, OpenMode::read_write, options.wait));
    MUSTER_CHECK(destination.query_integer("SELECT count(*) FROM sqlite_schema"));
    if (sqlite3_db_readonly(destination.handle(), "main") == 1)
        return Failure(system_error(EACCES, "write", target));
    MUSTER_TRY(const bool comparable, has_comparable_pages(destination, from));
    if (comparable) return overwrite_changed(from, std::move(destination), options);
    MUSTER_TRY(const auto page, source.query_integer("PRAGMA page_size"));
    const auto page_size = static_cast<std::uint64_t>(page);
    std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup{
        sqlite3_backup_init(destination.handle(), "main", source.handle(), "main"),
        &sqlite3_backup_finish};
    if (!backup) return Failure(destination.error(sqlite3_errcode(destination.handle()), "write"));
    MUSTER_CHECK(step(backup.get(), 0, target, options));  // takes the lock, and no more
    if (options.locked) MUSTER_CHECK(options.locked());
    for (bool done = false; !done;) {
        MUSTER_TRY(done, step(backup.get(), pages_a_step, target, options));
        const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
        if (options.progress)
            MUSTER_CHECK(options.progress((total - left) * page_size, total * page_size));
    }
    const int code = sqlite3_backup_finish(backup.release());
    if (code != SQLITE_OK) return Failure(destination.error(code, "write"));
    return {};
}

}  // namespace muster
