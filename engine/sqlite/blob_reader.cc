#include "engine/sqlite/blob_reader.h"

#include <algorithm>
#include <utility>

namespace muster {

BlobReader::BlobReader(Connection& connection, std::string table, std::string column)
    : connection_(connection), table_(std::move(table)), column_(std::move(column)) {}

Result<> BlobReader::seek(std::int64_t rowid) {
    at_ = 0;
    int code = SQLITE_OK;
    if (blob_) {
        code = sqlite3_blob_reopen(blob_.get(), rowid);
    } else {
        sqlite3_blob* raw = nullptr;
        code = sqlite3_blob_open(connection_.handle(), "main", table_.c_str(), column_.c_str(),
                                 rowid, 0, &raw);
        blob_.reset(raw);
    }
    if (code == SQLITE_OK) return {};
    blob_.reset();  // after a failure SQLite answers SQLITE_ABORT for good
    return Failure(connection_.error(code, "read"));
}

Result<std::span<const std::byte>> BlobReader::next() {
    const int bytes = std::min(piece_bytes, sqlite3_blob_bytes(blob_.get()) - at_);
    if (bytes == 0) return std::span<const std::byte>{};
    piece_.resize(piece_bytes);
    const int code = sqlite3_blob_read(blob_.get(), piece_.data(), bytes, at_);
    if (code != SQLITE_OK) return Failure(connection_.error(code, "read"));
    at_ += bytes;
    return std::span<const std::byte>{piece_}.first(static_cast<std::size_t>(bytes));
}

}  // namespace muster
