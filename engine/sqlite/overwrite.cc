#include "engine/sqlite/overwrite.h"

#include <fmt/format.h>

#include <memory>
#include <thread>

#include "engine/sqlite/connection.h"
#include "engine/sqlite/holders.h"

namespace muster {
namespace {

constexpr int pages_a_step = 1024;
constexpr std::chrono::milliseconds retry_after{20};

Error locked_out(const fs::path& target, Duration wait) {
    const auto holders = holders_of(target);
    return {ErrorCode::exclusive_holder,
            fmt::format("{} stayed locked for {}{}", target.string(), spell_duration(wait),
                        holders.empty() ? "" : " by " + spell_holders(holders)),
            "end its long transactions, or stop the application and restore without --in-place",
            {}};
}

}  // namespace

Result<> overwrite_database(const fs::path& from, const fs::path& target,
                            const OverwriteOptions& options) {
    MUSTER_TRY(auto source, Connection::open(from, OpenMode::immutable));
    MUSTER_TRY(auto destination, Connection::open(target, OpenMode::read_write));
    MUSTER_CHECK(destination.query_integer("SELECT count(*) FROM sqlite_schema"));
    std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup{
        sqlite3_backup_init(destination.handle(), "main", source.handle(), "main"),
        &sqlite3_backup_finish};
    if (!backup) return Failure(destination.error(sqlite3_errcode(destination.handle()), "write"));
    const auto deadline = std::chrono::steady_clock::now() + options.wait;
    for (;;) {
        const int code = sqlite3_backup_step(backup.get(), pages_a_step);
        const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
        if (options.progress) MUSTER_CHECK(options.progress(total - left, total));
        if (code == SQLITE_DONE) break;
        if (code == SQLITE_OK) continue;
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            if (std::chrono::steady_clock::now() >= deadline)
                return Failure(locked_out(target, options.wait));
            std::this_thread::sleep_for(retry_after);
            continue;
        }
        if ((code & 0xff) == SQLITE_READONLY)
            return fail(ErrorCode::usage,
                        fmt::format("{} has pages of another size than the backup, and cannot "
                                    "change that while it has a log",
                                    target.string()),
                        "stop the application and restore without --in-place");
        return Failure(sqlite_error(nullptr, code, target, "write"));
    }
    const int code = sqlite3_backup_finish(backup.release());
    if (code != SQLITE_OK) return Failure(destination.error(code, "write"));
    return {};
}

}  // namespace muster
