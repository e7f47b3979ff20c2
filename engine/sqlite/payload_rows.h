// The rows of a table that stores payloads beside their hashes.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "engine/base/digest.h"
#include "engine/model/policy/check_spec.h"
#include "engine/sqlite/blob_reader.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// Each row once, in the order a SELECT gives. In a table with rowids and without generated columns
/// memory stays flat, but for SQLite's lists of a payload's pages, 16 bytes for each. Other tables
/// and views, texts in UTF-16, and the default of a column that was added later are read whole. It
/// must not outlive its Connection.
class PayloadRows {
public:
    /// Fails where the table or a column is not there, or needs what is not here.
    static Result<PayloadRows> open(Connection& connection, const BlobCheck& where);

    /// true: a row is there. false: the end.
    Result<bool> step() { return rows_.step(); }
    /// Of the payload, as Statement::type(); a large blob may be told as a text.
    int type() const { return rows_.type(payload); }
    /// Of a blob's bytes, or a text's in UTF-8. `keep_going` is asked after each piece of a large
    /// one; its Error is returned as it is.
    Result<Sha256> digest(const std::function<Result<>()>& keep_going);

    /// The row, and its column with the hash.
    const Statement& row() const { return rows_; }
    static constexpr int hash = 1;

private:
    static constexpr int payload = 0, rowid = 2;

    PayloadRows(Statement rows, BlobReader pieces, std::optional<Statement> whole)
        : rows_(std::move(rows)), pieces_(std::move(pieces)), whole_(std::move(whole)) {}
    Result<Sha256> digest_by_query();

    Statement rows_;
    BlobReader pieces_;
    std::optional<Statement> whole_;  ///< one row's payload; set where some are read in pieces
    Sha256Stream stream_;
};

}  // namespace muster
