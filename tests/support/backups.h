// Real databases and real snapshots of them, for tests above the snapshot layer.
#pragma once

#include "engine/snapshot/take.h"
#include "tests/support/database_files.h"
#include "tests/support/test_host.h"

namespace muster::test {

inline void make_shop(const fs::path& path, const std::string& journal_mode = "WAL") {
    make_database(
        path,
        "PRAGMA journal_mode = " + journal_mode +
            "; CREATE TABLE orders(id INTEGER PRIMARY KEY, item TEXT, amount INTEGER);"
            "INSERT INTO orders(item, amount) VALUES ('tea', 3), ('milk', 5), ('bread', 7); PRAGMA user_version = 4");
}

/// One snapshot of `database` as `artifact`.
inline SnapshotStep step_for(const fs::path& database, const fs::path& artifact) {
    SnapshotStep step;
    step.source = database.string();
    step.volume_id = step.volume_name = "shop";
    step.schema_version_sql = "PRAGMA user_version";
    step.place = {"near", artifact.parent_path().string(), artifact.filename().string(), false};
    return step;
}

}  // namespace muster::test
