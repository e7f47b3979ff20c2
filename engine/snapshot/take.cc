#include "engine/snapshot/take.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/copy.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/integrity.h"

namespace muster {
namespace {

/// A snapshot must never land on a database: not on its source, not on a sidecar of it, not on
/// another one that is in use.
Result<> refuse_live_place(const fs::path& source, const fs::path& place) {
    MUSTER_TRY(const auto from, status_of(source));
    MUSTER_TRY(const auto to, status_of(place));
    const auto refuse = [&](std::string reason) {
        return fail(ErrorCode::live_database, fmt::format("{} {}", place.string(), reason),
                    "choose another destination; nothing was written");
    };
    if (to.same_file(from)) return refuse("is the database itself");
    const auto resolved_source = real_path(source), resolved_place = real_path(place);
    for (const auto suffix : sqlite_sidecars) {
        if (resolved_place == fs::path{resolved_source.string() + std::string{suffix}})
            return refuse("belongs to the database");
        if (!to.exists) continue;
        MUSTER_TRY(const auto sidecar, status_of(resolved_place.string() + std::string{suffix}));
        if (sidecar.exists) return refuse(fmt::format("is a database in use: it has a {}", suffix));
    }
    if (const auto holders = to.exists ? holders_of(place) : std::vector<Holder>{};
        !holders.empty())
        return refuse("is held open by " + spell_holders(holders));
    MUSTER_TRY(const auto manifest, status_of(manifest_of(place)));
    if (to.exists && !manifest.exists)
        return fail(
            ErrorCode::target_exists,
            fmt::format("{} exists, and is no snapshot: it has no manifest", place.string()),
            "choose another destination; only snapshots are replaced by --force");
    return {};
}

/// A name with a time of whole seconds may be taken by a snapshot of the same second: wait for the
/// next.
Result<std::pair<std::string, Time>> free_name(const SnapshotStep& step, const Host& host) {
    for (;;) {
        const Time now = host.now();
        auto key = expand_layout(step.place.layout, step.volume_name, now);
        if (step.place.replace || step.place.layout.find("{timestamp}") == std::string::npos)
            return std::pair{std::move(key), now};
        MUSTER_TRY(const auto there, status_of(fs::path{step.place.root} / key));
        if (!there.exists) return std::pair{std::move(key), now};
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        MUSTER_CHECK(host.keep_going());
    }
}

/// While a restore moves the files of `source` one by one, what lies there is no database.
Result<> refuse_unfinished_restore(const fs::path& source) {
    MUSTER_TRY(const auto there, status_of(hidden_beside(real_path(source), swap_suffix)));
    if (!there.exists) return {};
    return fail(
        ErrorCode::live_database,
        fmt::format("{} is being restored, or a killed restore of it is unfinished",
                    source.string()),
        "try again when the restore has ended; 'muster restore' and 'muster backup' finish a killed one");
}

/// Nothing takes the place of a snapshot that may be good before it is known to be good itself.
Result<> require_sound(const fs::path& copy, const std::string& source, const Host& host) {
    MUSTER_TRY(const auto findings, verify_database(copy, {Depth::full, host.scratch}, source));
    const auto bad = std::ranges::find_if(findings, fails);
    if (bad == findings.end()) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} is damaged ({}: {}); the snapshot that was to be replaced stays",
                            source, bad->code, bad->reason),
                "restore it from that snapshot, or take this one under another name");
}

Result<> describe_content(const SnapshotStep& step, const fs::path& copy, Manifest& manifest) {
    MUSTER_TRY(auto connection, Connection::open(copy, OpenMode::immutable));
    MUSTER_TRY(manifest.schema_version,
               query_number(connection, step.schema_version_sql, "schema_version"));
    MUSTER_TRY(manifest.page_size, connection.query_integer("PRAGMA page_size"));
    MUSTER_TRY(manifest.page_count, connection.query_integer("PRAGMA page_count"));
    if (!step.revision_sql.empty()) {
        MUSTER_TRY(manifest.revision, query_number(connection, step.revision_sql, "revision"));
    }
    return {};
}

}  // namespace

Result<Taken> take_snapshot(const SnapshotStep& step, const Host& host) {
    Taken taken;
    MUSTER_TRY(const auto name, free_name(step, host));
    const auto& [key, now] = name;
    const auto artifact = fs::path{step.place.root} / key;
    MUSTER_CHECK(refuse_live_place(step.source, artifact));
    MUSTER_CHECK(refuse_unfinished_restore(step.source));
    MUSTER_TRY(auto commit,
               Commit::begin(artifact, step.place.replace ? Replace::yes : Replace::no, now));

    Stopwatch watch;
    CopyOptions options;
    options.scratch = host.scratch;
    options.max_writer_pause = step.max_writer_pause;
    options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("copying " + step.volume_name, done, total);
        return host.keep_going();
    };
    MUSTER_TRY(const auto copy, copy_database(step.source, commit.partial(), options));
    MUSTER_CHECK(refuse_unfinished_restore(step.source));
    taken.phases.push_back({"copy", watch.lap()});
    kill_point("snapshot.copied");

    Manifest manifest;
    manifest.volume_id = step.volume_id;
    manifest.volume_name = step.volume_name;
    manifest.created_with_version = host.tool_version;
    manifest.created_at = now;
    manifest.artifact = artifact.filename().string();
    manifest.source_path = copy.source.path.string();
    manifest.writer_pause = copy.longest_pause;
    manifest.bytes_written = copy.bytes;
    MUSTER_CHECK(describe_content(step, commit.partial(), manifest));
    MUSTER_TRY(manifest.checksum_sha256, sha256_of_file(commit.partial()));
    taken.phases.push_back({"read back", watch.lap()});
    kill_point("snapshot.staged");

    if (step.place.replace) MUSTER_CHECK(require_sound(commit.partial(), step.source, host));
    MUSTER_CHECK(commit.publish(manifest));
    taken.phases.push_back({"commit", watch.lap()});
    taken.snapshot = {step.place.store, key, artifact.string(), std::move(manifest)};
    return taken;
}

}  // namespace muster
