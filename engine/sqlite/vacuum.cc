#include "engine/sqlite/vacuum.h"

#include <fmt/format.h>
#include <unistd.h>

#include "engine/sqlite/copy_error.h"
#include "engine/sqlite/missing_part.h"

namespace muster {
namespace {

Result<> run_vacuum(const fs::path& copy, const fs::path& destination) {
    MUSTER_TRY(auto connection, Connection::open(copy, OpenMode::immutable));
    // Sorted in temporary files, wherever SQLite puts them (SQLITE_TMPDIR, TMPDIR), not in memory.
    MUSTER_CHECK(connection.run("PRAGMA temp_store = FILE; PRAGMA cache_size = -8000"));
    MUSTER_TRY(auto statement, connection.prepare("VACUUM main INTO ?1"));
    const auto name = destination.string();
    statement.bind(1, std::string_view{name});
    const auto done = statement.step();
    if (done) return {};
    if (const auto missing = missing_part(sqlite3_errmsg(connection.handle())))
        return fail(ErrorCode::sqlite,
                    fmt::format("{} cannot be packed by VACUUM INTO: {} is not here", copy.string(),
                                *missing),
                    "take it with method: online, which needs no part of the application");
    return Failure(copy_error(connection.handle(), sqlite3_extended_errcode(connection.handle()),
                              copy, destination));
}

}  // namespace

Result<> vacuum_into(const fs::path& copy, const fs::path& destination) {
    // SQLite fills an empty file that is there; made by us it is 0600 from the start.
    MUSTER_CHECK(File::create(destination));
    auto packed = run_vacuum(copy, destination);
    if (packed) {
        MUSTER_TRY(auto file, File::open_read_write(destination));
        packed = file.sync();
    }
    if (!packed) ::unlink(destination.c_str());
    return packed;
}

}  // namespace muster
