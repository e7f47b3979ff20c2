#include "engine/sqlite/compact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/base/kill_point.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/interrupt_watch.h"
#include "engine/sqlite/missing_part.h"
#include "engine/sqlite/sidecars.h"
#include "engine/sqlite/table_digest.h"

namespace muster {
namespace {

/// Where SQLite makes its temporary files (https://sqlite.org/tempfiles.html, 5).
fs::path temporary_folder() {
    for (const auto* name : {"SQLITE_TMPDIR", "TMPDIR"})
        if (const auto* folder = std::getenv(name); folder != nullptr && *folder != '\0')
            return folder;
    return "/var/tmp";
}

Result<Bytes> length_of(const fs::path& path) {
    MUSTER_TRY(const auto there, status_of(path));
    return there.size;
}

/// One call of compact_database.
class Compacting {
public:
    Compacting(Connection connection, const fs::path& path, const CompactOptions& options)
        : connection_(std::move(connection)),
          path_(path),
          options_(options),
          watch_(options.keep_going) {
        watch_.add(connection_);
        out_.database = path.string();
    }

    Result<Compacted> run() {
        MUSTER_CHECK(
            explained(connection_.run("PRAGMA temp_store = FILE; PRAGMA cache_size = -8000")));
        MUSTER_CHECK(fold_log_in());
        MUSTER_TRY(out_.bytes_before, length_of(path_));
        MUSTER_TRY(out_.free_pages_before, number("PRAGMA freelist_count"));
        MUSTER_CHECK(require_room());
        MUSTER_TRY(const auto others_before, number("PRAGMA data_version"));
        MUSTER_TRY(const auto before, digest());
        MUSTER_CHECK(give_back());
        kill_point("compact.packed");
        MUSTER_TRY(const auto after, digest());
        MUSTER_TRY(const auto others_after, number("PRAGMA data_version"));
        judge(before, after, others_before != others_after);
        // What the planner knows of the tables is renewed; where that fails, nothing is lost.
        static_cast<void>(connection_.run("PRAGMA optimize = 0x10002"));
        MUSTER_CHECK(fold_log_in());
        MUSTER_TRY(out_.free_pages_after, number("PRAGMA freelist_count"));
        MUSTER_TRY(out_.bytes_after, length_of(path_));
        return std::move(out_);
    }

private:
    /// A reader may keep it from being folded in to its end: no harm.
    Result<> fold_log_in() { return explained(connection_.run("PRAGMA wal_checkpoint(TRUNCATE)")); }

    /// VACUUM writes the packed database to a temporary file, then over the old one, whose pages go
    /// to the journal or the new ones to the log.
    Result<> require_room() const {
        const auto needed = out_.bytes_before;
        const auto what = fmt::format("the packing of {}", path_.string());
        MUSTER_CHECK(require_space(path_, needed, what));
        return require_space(temporary_folder(), needed, what);
    }

    Result<> give_back() {
        MUSTER_TRY(const auto mode, number("PRAGMA auto_vacuum"));
        constexpr std::int64_t incremental = 2;
        if (mode == incremental) {
            out_.method = CompactMethod::incremental;
            return explained(connection_.run("PRAGMA incremental_vacuum"));
        }
        return explained(connection_.run("VACUUM"));
    }

    void judge(const DatabaseDigest& before, const DatabaseDigest& after, bool others_wrote) {
        const auto found = differences(before, after);
        if (found.empty()) return;
        const bool unreadable = !before.unchecked.empty() || !after.unchecked.empty();
        out_.content = others_wrote || unreadable ? Verdict::unchecked : Verdict::bad;
        out_.difference =
            others_wrote ? "others committed meanwhile: " + found.front() : found.front();
    }

    Result<DatabaseDigest> digest() {
        auto made = digest_database(connection_);
        if (!made) return Failure(explained(Result<>{Failure(made.error())}).error());
        return made;
    }
    Result<std::int64_t> number(std::string_view sql) {
        auto told = connection_.query_integer(sql);
        if (!told) return Failure(explained(Result<>{Failure(told.error())}).error());
        return told;
    }

    /// Why the run ought to stop, who holds it, or what is not here.
    Result<> explained(Result<> done) const {
        if (done) return done;
        MUSTER_CHECK(watch_.outcome());
        const auto& error = done.error();
        if (error.code == ErrorCode::exclusive_holder) {
            auto held = stayed_locked(path_, options_.wait);
            held.hint = "compact it at a quieter time, or stop the application for a moment";
            return Failure(std::move(held));
        }
        if (const auto missing = missing_part(error.message))
            return fail(
                ErrorCode::sqlite,
                fmt::format("{} cannot be compacted without its application: {} is not here",
                            path_.string(), *missing),
                "run VACUUM in the application");
        return done;
    }

    Connection connection_;
    const fs::path& path_;
    const CompactOptions& options_;
    InterruptWatch watch_;
    Compacted out_;
};

}  // namespace

Result<Compacted> compact_database(const fs::path& path, const CompactOptions& options) {
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::read_write, options.wait));
    return Compacting{std::move(connection), path, options}.run();
}

}  // namespace muster
