#include "engine/sqlite/payload_rows.h"

#include <fmt/format.h>

#include <string>

namespace muster {
namespace {

/// Up to here a SELECT brings the blob along: a second search for its row takes 7 % longer at 1
/// KiB, 2 % at 4 KiB, and from 16 KiB on the same time.
constexpr int small_bytes = 64 * 1024;

/// A name for the rowid, where values of the table may be read in pieces, unless it is one WITHOUT
/// ROWID. From the schema's own rows: pragma_table_list would compile every view.
Result<std::optional<std::string>> rowid_for_pieces(Connection& connection,
                                                    const std::string& table) {
    MUSTER_TRY(
        auto names,
        connection.prepare(
            "SELECT r.column1 FROM main.sqlite_schema AS s, (VALUES ('rowid'), ('_rowid_'), ('oid')) AS r "
            "WHERE s.type = 'table' AND s.rootpage > 0 AND s.name = ?1 COLLATE NOCASE AND NOT EXISTS "
            "(SELECT 1 FROM pragma_table_xinfo(?1, 'main') AS x WHERE x.hidden <> 0 OR x.name = r.column1 COLLATE NOCASE)"));
    names.bind(1, std::string_view{table});
    MUSTER_TRY(const bool found, names.step());
    return found ? std::optional{std::string{names.text(0)}} : std::nullopt;
}

Sha256 finish_whole(Sha256Stream& stream, const Statement& row, int column) {
    if (row.type(column) == SQLITE_BLOB)
        stream.add(row.blob(column));
    else
        stream.add(row.text(column));
    return stream.finish();
}

}  // namespace

Result<PayloadRows> PayloadRows::open(Connection& connection, const BlobCheck& where) {
    // With its table before it, a name is never taken for a text.
    const auto value = "t." + quote_name(where.payload), digest = "t." + quote_name(where.sha256);
    const auto from = fmt::format("FROM main.{} AS t", quote_name(where.table));
    BlobReader pieces{connection, where.table, where.payload};
    MUSTER_TRY(const auto name, rowid_for_pieces(connection, where.table));
    if (name) {
        // typeof() and the length() of a blob look at a row's header alone, the length() of a text
        // loads it. Texts in UTF-16 are not read in pieces: applications hash them as UTF-8.
        MUSTER_TRY(const auto encoding, connection.query_value("PRAGMA encoding"));
        const bool utf8 = encoding == "UTF-8";
        const auto place = "t." + *name;
        auto rows = connection.prepare(fmt::format(
            "SELECT CASE typeof({0}) WHEN 'blob' THEN iif(length({0}) > {1}, 'in pieces', {0}) "
            "WHEN 'text' THEN {2} ELSE {0} END, {3}, {4} {5}",
            value, small_bytes, utf8 ? "'in pieces'" : value, digest,
            utf8 ? place : fmt::format("iif(typeof({}) = 'text', NULL, {})", value, place), from));
        auto whole =
            connection.prepare(fmt::format("SELECT {} {} WHERE {} = ?1", value, from, place));
        if (rows && whole)
            return PayloadRows{*std::move(rows), std::move(pieces), *std::move(whole)};
    }
    MUSTER_TRY(auto rows,
               connection.prepare(fmt::format("SELECT {}, {}, NULL {}", value, digest, from)));
    return PayloadRows{std::move(rows), std::move(pieces), std::nullopt};
}

Result<Sha256> PayloadRows::digest(const std::function<Result<>()>& keep_going) {
    stream_.begin_anew();
    if (rows_.type(payload) == SQLITE_BLOB || rows_.type(rowid) == SQLITE_NULL)
        return finish_whole(stream_, rows_, payload);
    if (!pieces_.seek(rows_.integer(rowid))) return digest_by_query();
    for (;;) {
        MUSTER_TRY(const auto bytes, pieces_.next());
        if (bytes.empty()) return stream_.finish();
        stream_.add(bytes);
        MUSTER_CHECK(keep_going());
    }
}

/// A default that the row does not hold; where something is amiss, SQL tells it.
Result<Sha256> PayloadRows::digest_by_query() {
    whole_->reset();
    whole_->bind(1, rows_.integer(rowid));
    MUSTER_CHECK(whole_->step());
    return finish_whole(stream_, *whole_, payload);
}

}  // namespace muster
