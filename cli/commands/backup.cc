#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/plan/direct_plan.h"

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

Reply run(const Arguments& arguments, const Surroundings& surroundings) {
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
    step.place = {"destination", artifact.parent_path().string(), artifact.filename().string(),
                  arguments.has("--force")};
    return run_directly(arguments, surroundings,
                        direct_plan("backup", backup_steps(step, depth), surroundings.host.now(),
                                    surroundings.host.tool_version));
}

}  // namespace

Command backup_command() {
    return {
        "backup",
        "snapshot",
        "take one snapshot of a database, with its manifest, and verify it",
        "The database may be in use: the copy is consistent, and not one byte of the database or of its -wal, -shm\n"
        "and -journal changes. Example: muster backup app.db /backups/   writes /backups/app.sqlite",
        {{"DB", "the database"},
         {"DEST",
          "file to write (.sqlite is added unless it ends in .sqlite, .sqlite3 or .db), or a folder"}},
        {{"--force", "", "replace an existing artifact"},
         {"--verify", "DEPTH",
          "checksum, quick or full (the default): how thoroughly it is read back; only full proves it"},
         {"--max-writer-pause", "TIME",
          "the longest a writer may be kept waiting, such as 200ms; WAL databases never wait"},
         {"--name", "NAME", "volume name and id in the manifest; the file's name when left out"},
         {"--lock-wait", "TIME",
          "wait that long for another run on the same database; 0s when left out"}},
        run};
}

}  // namespace muster
