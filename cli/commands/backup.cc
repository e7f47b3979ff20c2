#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/plan/chains.h"
#include "engine/plan/direct_plan.h"
#include "engine/run/observe.h"

namespace muster {
namespace {

/// DEST is a file to be, or an existing folder, in which the file is named after the database.
fs::path artifact_for(const fs::path& database, const fs::path& destination) {
    std::error_code unreachable;  // the snapshot will say so
    const bool folder =
        fs::is_directory(destination, unreachable) || destination.filename().empty();
    return fs::absolute(folder ? destination / (database.stem().string() + ".sqlite") : destination)
        .lexically_normal();
}

template <Named E>
Result<E> named(const Arguments& arguments, std::string_view flag, E otherwise) {
    const auto written = arguments.value(flag, name_of(otherwise));
    if (const auto value = from_name<E>(written)) return *value;
    std::vector<std::string_view> names;
    for (const auto& [value, name] : Names<E>::list) names.push_back(name);
    return fail(ErrorCode::usage, fmt::format("{}: '{}' is not known", flag, written),
                fmt::format("it takes {}", fmt::join(names, ", ")));
}

Result<> read_format(const Arguments& arguments, SnapshotStep& step) {
    MUSTER_TRY(step.method, named(arguments, "--method", step.method));
    MUSTER_TRY(step.compress, named(arguments, "--compress", step.compress));
    MUSTER_TRY(const auto keys, keys_of(arguments, "--encrypt"));
    if (keys.size() > 1)
        return fail(ErrorCode::usage, "--encrypt is given twice, and one key writes",
                    "give one; older keys are only for reading, by --key");
    if (!keys.empty()) step.encrypt = keys.front();
    step.checksum_file = arguments.has("--checksum-file");
    step.may_be_empty = arguments.has("--allow-empty");
    return {};
}

/// DEST is a store of snapshots named after their time, each full or told by one that lies there.
/// The finding, if any, says why it is full where that was not asked.
Result<Findings> choose_kind(const Arguments& arguments, const Surroundings& surroundings,
                             SnapshotStep& step) {
    KindRules rules;
    MUSTER_TRY(rules.kind, named(arguments, "--kind", SnapshotKind::automatic));
    if (arguments.has("--full-every")) {
        rules.full_every = TextForm<Duration>::parse(arguments.value("--full-every"));
        if (!rules.full_every)
            return fail(
                ErrorCode::usage,
                fmt::format("--full-every: '{}' is no duration", arguments.value("--full-every")),
                "write it like 7d");
        if (rules.kind == SnapshotKind::full)
            return fail(ErrorCode::usage, "--full-every does not go with --kind full",
                        "leave one of them out: each snapshot is full");
    }
    if (arguments.has("--force"))
        return fail(ErrorCode::usage, "--force does not go with --kind",
                    "leave it out: snapshots in a directory are named after their time, and none "
                    "replaces another");
    const auto folder = fs::absolute(arguments.value("DEST")).lexically_normal();
    MUSTER_TRY(const auto there, status_of(folder));
    if (there.exists && !there.directory)
        return fail(ErrorCode::usage,
                    fmt::format("--kind: {} is a file, and snapshots of changes need a directory "
                                "in which to find the former ones",
                                folder.string()),
                    "name a directory");
    step.place = {"destination", folder.string(), "{target}-{timestamp}", false, false};
    step.track_pages = true;
    MUSTER_TRY(const auto world,
               observe_directory(folder, state_of(arguments, nullptr), surroundings.host.now()));
    SnapshotGroup group;
    for (const auto& each : world.snapshots)
        if (each.target == step.volume_name && each.volume_id == step.volume_id &&
            real_path(each.source_path) == real_path(step.source))
            group.push_back(&each);
    std::ranges::sort(group, std::ranges::greater{}, &SnapshotFacts::created_at);
    rules.now = world.now;
    const auto choice = choose_former(rules, group);
    if (choice.former == nullptr && rules.kind == SnapshotKind::full) return Findings{};
    if (choice.former == nullptr)
        return Findings{
            {"kind", Severity::info, Verdict::bad, step.volume_name, choice.why, "", "", "", ""}};
    MUSTER_TRY(auto keys, keys_of(arguments, "--key"));
    if (step.encrypt) keys.insert(keys.begin(), *step.encrypt);
    step.former = Former{choice.kind, choice.former->key, choice.former->checksum, std::move(keys)};
    return Findings{};
}

Reply run_backup(const Arguments& arguments, const Surroundings& surroundings) {
    const fs::path database = arguments.value("DB");
    const auto artifact = artifact_for(database, arguments.value("DEST"));
    MUSTER_REPLY_TRY(const auto depth, depth_of(arguments, "--verify"));
    SnapshotStep step;
    step.source = fs::absolute(database).lexically_normal().string();
    step.volume_id = step.volume_name = arguments.value("--name", database.stem().string());
    step.schema_version_sql = SchemaVersionSpec{}.sql;
    if (arguments.has("--max-writer-pause")) {
        step.max_writer_pause = TextForm<Duration>::parse(arguments.value("--max-writer-pause"));
        if (!step.max_writer_pause)
            return refuse(ErrorCode::usage,
                          fmt::format("--max-writer-pause: '{}' is no duration",
                                      arguments.value("--max-writer-pause")),
                          "write it like 200ms");
    }
    MUSTER_REPLY_CHECK(read_format(arguments, step));
    step.place = {"destination", artifact.parent_path().string(), artifact.filename().string(),
                  arguments.has("--force"), false};
    Findings findings;
    if (arguments.has("--kind")) {
        MUSTER_REPLY_TRY(findings, choose_kind(arguments, surroundings, step));
    }
    for (const auto* flag : {"--full-every", "--key"})
        if (arguments.has(flag) && !arguments.has("--kind"))
            return refuse(ErrorCode::usage, fmt::format("{} goes with --kind", flag),
                          "add --kind auto, diff or incr; without --kind each snapshot is full");
    auto plan = direct_plan("backup", backup_steps(step, depth), surroundings.host.now(),
                            surroundings.host.tool_version);
    plan.findings = std::move(findings);
    return run_directly(arguments, surroundings, plan);
}

}  // namespace

Command backup_command() {
    return {
        "backup",
        "snapshot",
        "take one snapshot of a database, with its manifest, and verify it",
        "The database may be in use: the copy is consistent, and not one byte of the database or of its -wal, -shm\n"
        "and -journal changes.\n"
        "Examples: muster backup app.db /backups/                    writes /backups/app.sqlite\n"
        "          muster backup app.db /backups/ --compress zstd    writes /backups/app.sqlite.zst\n"
        "          muster backup app.db /backups/app --kind auto     writes /backups/app/app-TIME.sqlite, then app-TIME.sqlite.delta\n"
        "                                                            of what changed since",
        {{"DB", "the database"},
         {"DEST",
          "file to write, or a folder, with --kind always a folder; .sqlite is added unless it ends in .sqlite, .sqlite3 or .db, and the format's .gz, .zst, .enc"}},
        {{"--force", "", "replace an existing artifact"},
         {"--kind", "KIND",
          "DEST is a directory of snapshots named after their time: full, diff (what changed since the last full one), incr (since the last one), or auto, which chooses by cost"},
         {"--full-every", "TIME", "with --kind: a full one at least so often, such as 7d"},
         {"--verify", "DEPTH",
          "checksum, quick, full (the default) or deep: how thoroughly it is read back; only full and deep prove it"},
         {"--method", "METHOD",
          "online (the default), or vacuum: an online copy is checked, then packed by VACUUM INTO"},
         {"--compress", "FORMAT", "none (the default), gzip or zstd"},
         {"--encrypt", "KEY",
          "encrypt it with the key at file:PATH, env:NAME or credential:NAME: 64 hexadecimal digits, or 32 bytes"},
         {"--key", "KEY",
          "with --kind: where a key lies that former snapshots are encrypted with (may be given again)"},
         {"--checksum-file", "", "write ARTIFACT.sha256 too, for sha256sum -c"},
         {"--allow-empty", "", "take a file of 0 bytes too, as the empty database it is to SQLite"},
         {"--max-writer-pause", "TIME",
          "the longest a writer may be kept waiting, such as 200ms; WAL databases never wait"},
         {"--name", "NAME", "volume name and id in the manifest; the file's name when left out"},
         {"--lock-wait", "TIME",
          "wait that long for another run on the same database; 0s when left out"}},
        run_backup};
}

}  // namespace muster
