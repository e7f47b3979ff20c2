#include "engine/sqlite/compact.h"

#include <fmt/format.h>

#include "engine/base/kill_point.h"
#include "engine/sqlite/change_watch.h"
#include "engine/sqlite/copy.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/overwrite.h"
#include "engine/sqlite/table_digest.h"
#include "engine/sqlite/vacuum.h"

namespace muster {
namespace {

constexpr int most_tries = 3;

Result<DatabaseDigest> digest_of_file(const fs::path& path) {
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::immutable));
    return digest_database(connection);
}

struct Pages {
    Bytes bytes;
    std::int64_t free = 0;
};
Result<Pages> pages_of(const fs::path& path) {
    MUSTER_TRY(const auto file, File::open_read(path));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(const auto header, read_header(file));
    return Pages{size, header ? static_cast<std::int64_t>(header->freelist_count) : 0};
}

Error too_busy(const fs::path& path) {
    return {ErrorCode::exclusive_holder,
            fmt::format("others went on committing to {} during each of {} tries; nothing has "
                        "changed",
                        path.string(), most_tries),
            "compact it at a quieter time",
            {}};
}

/// One try.
class Compacting {
public:
    Compacting(const fs::path& path, const CompactOptions& options, const Host& host)
        : path_(path), options_(options), host_(host) {
        out_.database = path.string();
    }

    /// Whether others committed meanwhile, which is why it failed then.
    bool too_late() const { return too_late_; }

    Result<Compacted> run() {
        MUSTER_TRY(auto watch, ChangeWatch::open(path_));
        MUSTER_TRY(const auto scratch, ScratchFolder::make(host_.scratch));
        const auto copy = scratch.path() / "copy.sqlite", packed = scratch.path() / "packed.sqlite";
        CopyOptions how;
        how.scratch = host_.scratch;
        how.wait = options_.wait;
        how.progress = progress("copying");
        MUSTER_CHECK(copy_database(path_, copy, how));
        if (options_.examine) MUSTER_CHECK(options_.examine(copy));
        MUSTER_TRY(const auto before, pages_of(copy));
        MUSTER_CHECK(
            require_space(scratch.path(), before.bytes, "the packing of " + path_.string()));
        MUSTER_CHECK(vacuum_into(copy, packed));
        MUSTER_CHECK(require_same(copy, packed));
        MUSTER_TRY(const auto after, pages_of(packed));
        out_.bytes_before = before.bytes;
        out_.free_pages_before = before.free;
        out_.bytes_after = after.bytes;
        MUSTER_CHECK(require_space(path_, before.bytes, "the journal of " + path_.string()));
        kill_point("compact.packed");
        MUSTER_CHECK(write(packed, watch));
        return std::move(out_);
    }

private:
    Result<> require_same(const fs::path& copy, const fs::path& packed) const {
        MUSTER_TRY(const auto was, digest_of_file(copy));
        MUSTER_TRY(const auto is, digest_of_file(packed));
        const auto found = differences(was, is);
        if (found.empty()) return {};
        return fail(ErrorCode::damaged,
                    fmt::format("{} is left as it is: packed, {}", path_.string(), found.front()),
                    "look at the disk of the state directory; where a table needs its application "
                    "to be read, run VACUUM there");
    }

    Result<> write(const fs::path& packed, ChangeWatch& watch) {
        OverwriteOptions how;
        how.wait = options_.wait;
        how.progress = progress("writing into");
        how.locked = [&]() -> Result<> {
            MUSTER_TRY(too_late_, watch.changed());
            return too_late_ ? Result<>{Failure(too_busy(path_))} : Result<>{};
        };
        return overwrite_database(packed, path_, how);
    }

    std::function<Result<>(std::uint64_t, std::uint64_t)> progress(std::string_view doing) const {
        return [this, what = fmt::format("{} {}", doing, path_.filename().string())](
                   std::uint64_t done, std::uint64_t total) -> Result<> {
            host_.progress(what, done, total);
            return host_.keep_going();
        };
    }

    const fs::path& path_;
    const CompactOptions& options_;
    const Host& host_;
    bool too_late_ = false;
    Compacted out_;
};

/// What it fails at, the next one who opens the database does, or does without.
void tidy_up(const fs::path& path) {
    auto connection = Connection::open(path, OpenMode::read_write, std::chrono::seconds{1});
    if (!connection) return;
    static_cast<void>(connection->run("PRAGMA optimize = 0x10002"));
    static_cast<void>(connection->run("PRAGMA wal_checkpoint(TRUNCATE)"));
}

}  // namespace

Result<Compacted> compact_database(const fs::path& path, const CompactOptions& options,
                                   const Host& host) {
    for (int tries = 1;; ++tries) {
        Compacting once{path, options, host};
        auto done = once.run();
        if (!done && once.too_late() && tries < most_tries) continue;
        if (done) tidy_up(path);
        return done;
    }
}

}  // namespace muster
