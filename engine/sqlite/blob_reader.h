// A stored blob or text, read piece by piece: memory does not grow with it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// Reads values of one column of a table of main that has rowids and no generated columns. With
/// generated ones SQLite 3.40 reads another column without a word, later ones refuse. Texts come in
/// the database's encoding. It must not outlive its Connection.
class BlobReader {
public:
    static constexpr int piece_bytes = 256 * 1024;

    /// The database is first asked by seek().
    BlobReader(Connection& connection, std::string table, std::string column);

    /// To the first byte of that row's value. ErrorCode::sqlite where SQLite does not open it: it
    /// is neither blob nor text, or not in the row but the default of a column that was added
    /// later. After any failure the next seek() begins anew.
    Result<> seek(std::int64_t rowid);
    /// The next bytes, valid until the next call; none at the end.
    Result<std::span<const std::byte>> next();

private:
    Connection& connection_;
    std::string table_;
    std::string column_;
    std::unique_ptr<sqlite3_blob, int (*)(sqlite3_blob*)> blob_{nullptr, &sqlite3_blob_close};
    int at_ = 0;
    std::vector<std::byte> piece_;
};

}  // namespace muster
