#include "engine/sqlite/payload_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "engine/base/digest.h"
#include "engine/sqlite/missing_part.h"

namespace muster {
namespace {

constexpr int piece_bytes = 1 << 20;
constexpr int rows_told = 5;

/// The stored hash; nothing when it is neither 32 bytes nor 64 digits.
std::optional<Sha256> stored_hash(Statement& row, int column) {
    if (row.type(column) == SQLITE_BLOB) {
        const auto bytes = row.blob(column);
        Sha256 out;
        if (bytes.size() != out.bytes.size()) return std::nullopt;
        std::ranges::transform(bytes, out.bytes.begin(),
                               [](std::byte each) { return std::to_integer<unsigned char>(each); });
        return out;
    }
    std::string digits{row.text(column)};
    std::ranges::transform(digits, digits.begin(), [](unsigned char c) { return std::tolower(c); });
    return TextForm<Sha256>::parse(digits);
}

/// One value of one row after the other, read in pieces: a payload may be larger than memory.
class Payloads {
public:
    Payloads(Connection& connection, const BlobCheck& where)
        : connection_(connection), where_(where), piece_(piece_bytes) {}
    ~Payloads() { sqlite3_blob_close(open_); }
    Payloads(const Payloads&) = delete;
    Payloads& operator=(const Payloads&) = delete;

    Result<Sha256> hash_of(std::int64_t rowid) {
        const int code = open_ == nullptr
                             ? sqlite3_blob_open(connection_.handle(), "main", where_.table.c_str(),
                                                 where_.payload.c_str(), rowid, 0, &open_)
                             : sqlite3_blob_reopen(open_, rowid);
        if (code != SQLITE_OK) return Failure(connection_.error(code, "read a payload of"));
        Sha256Stream stream;
        const int size = sqlite3_blob_bytes(open_);
        for (int at = 0; at < size; at += piece_bytes) {
            const int count = std::min(piece_bytes, size - at);
            const int read = sqlite3_blob_read(open_, piece_.data(), count, at);
            if (read != SQLITE_OK) return Failure(connection_.error(read, "read a payload of"));
            stream.add(std::span{piece_}.first(static_cast<std::size_t>(count)));
        }
        return stream.finish();
    }

private:
    Connection& connection_;
    const BlobCheck& where_;
    std::vector<std::byte> piece_;
    sqlite3_blob* open_ = nullptr;
};

struct Tally {
    std::int64_t rows = 0;
    std::int64_t wrong = 0;
    std::string told;

    void fault(std::int64_t rowid, std::string_view what) {
        if (wrong++ < rows_told)
            told += fmt::format("{}row {} {}", told.empty() ? "" : "; ", rowid, what);
    }
};

Result<> compare_all(Connection& connection, const BlobCheck& where, Tally& tally,
                     const std::function<Result<>()>& keep_going) {
    // With its table before it, a name is never taken for a text.
    MUSTER_TRY(auto rows,
               connection.prepare(fmt::format(
                   "SELECT t.rowid, typeof(t.{0}), t.{1} FROM main.{2} AS t",
                   quote_name(where.payload), quote_name(where.sha256), quote_name(where.table))));
    Payloads payloads{connection, where};
    for (;;) {
        MUSTER_TRY(const bool row, rows.step());
        if (!row) return {};
        MUSTER_CHECK(keep_going());
        ++tally.rows;
        const auto rowid = rows.integer(0);
        const auto type = rows.text(1);
        const bool payload = type != "null", hash = rows.type(2) != SQLITE_NULL;
        if (payload != hash) {
            tally.fault(rowid, payload ? "has a payload and no hash" : "has a hash and no payload");
        } else if (payload && type != "blob" && type != "text") {
            tally.fault(rowid, fmt::format("has a payload of type {}", type));
        } else if (payload) {
            const auto expected = stored_hash(rows, 2);
            const auto actual = payloads.hash_of(rowid);
            if (!actual)
                tally.fault(rowid, "cannot be read");
            else if (!expected)
                tally.fault(rowid, "has a hash that is no SHA-256");
            else if (*actual != *expected)
                tally.fault(rowid, "differs from its hash");
        }
    }
}

}  // namespace

Result<Finding> check_payloads(Connection& connection, const CheckSpec& check,
                               const std::string& subject,
                               const std::function<Result<>()>& keep_going) {
    const auto& where = *check.blobs;
    Finding finding;
    finding.code = "check";
    finding.severity = check.severity;
    finding.subject = subject;
    finding.expected = "every payload has the SHA-256 that is stored beside it";
    finding.coverage =
        fmt::format("every {} of {} against {}", where.payload, where.table, where.sha256);
    Tally tally;
    std::optional<Error> stopped;
    const auto compared = compare_all(connection, where, tally, [&]() -> Result<> {
        auto going = keep_going();
        if (!going) stopped = going.error();
        return going;
    });
    if (stopped) return Failure(*stopped);
    finding.actual = fmt::format("{} of {} rows wrong{}{}", tally.wrong, tally.rows,
                                 tally.told.empty() ? "" : ": ", tally.told);
    finding.reason = fmt::format("check {} holds", check.name);
    if (!compared) {
        const std::string said = sqlite3_errmsg(connection.handle());
        const auto missing = missing_part(said);
        finding.verdict = missing ? Verdict::unchecked : Verdict::bad;
        finding.actual = said;
        finding.reason = missing ? fmt::format("check {} could not be made: {} is not here",
                                               check.name, *missing)
                                 : fmt::format("check {} has no answer: {}", check.name, said);
        finding.next = missing ? "run it with the program that brings it"
                               : "correct table and columns in the policy; the table needs rowids";
    } else if (tally.wrong > 0) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("check {} finds {} of {} payloads wrong", check.name,
                                     tally.wrong, tally.rows);
        finding.next = "restore these rows from an older proven snapshot";
    }
    return finding;
}

}  // namespace muster
