#include "engine/sqlite/change_watch.h"

#include <fmt/format.h>

#include <array>

#include "engine/sqlite/header.h"

namespace muster {
namespace {

constexpr Duration lock_wait = std::chrono::seconds{10};

}  // namespace

Result<ChangeWatch> ChangeWatch::open(const fs::path& database) {
    MUSTER_TRY(auto file, File::open_read(database));
    MUSTER_TRY(auto connection, Connection::open(database, OpenMode::read_write, lock_wait));
    MUSTER_TRY(const auto mode, connection.query_value("PRAGMA journal_mode"));
    ChangeWatch watch{std::move(file), std::move(connection), mode.value_or("") == "wal"};
    MUSTER_TRY(watch.at_first_, watch.mark());
    return watch;
}

Result<bool> ChangeWatch::changed() {
    MUSTER_TRY(const auto now, mark());
    return now != at_first_;
}

Result<std::string> ChangeWatch::mark() {
    if (wal_) {
        MUSTER_TRY(const auto version, connection_.query_value("PRAGMA data_version"));
        return version.value_or("");
    }
    MUSTER_TRY(const auto header, read_header(file_));
    return header ? fmt::format("{}", header->change_counter) : std::string{"none"};
}

}  // namespace muster
