#include "engine/sqlite/payload_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "engine/base/digest.h"
#include "engine/sqlite/missing_part.h"

namespace muster {
namespace {

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

struct Tally {
    std::int64_t rows = 0;
    std::int64_t wrong = 0;
    std::string told;

    void fault(std::string_view what) {
        if (wrong++ < rows_told)
            told += fmt::format("{}row {} {}", told.empty() ? "" : "; ", rows, what);
    }
};

/// Asked as SQL: tables without rowids, views, generated columns and virtual tables answer too.
Result<> compare_all(Connection& connection, const BlobCheck& where, Tally& tally,
                     const std::function<Result<>()>& keep_going) {
    // With its table before it, a name is never taken for a text.
    MUSTER_TRY(auto rows, connection.prepare(fmt::format(
                              "SELECT t.{}, t.{} FROM main.{} AS t", quote_name(where.payload),
                              quote_name(where.sha256), quote_name(where.table))));
    for (;;) {
        MUSTER_TRY(const bool row, rows.step());
        if (!row) return {};
        MUSTER_CHECK(keep_going());
        ++tally.rows;
        const int type = rows.type(0);
        const bool payload = type != SQLITE_NULL, hash = rows.type(1) != SQLITE_NULL;
        if (payload != hash) {
            tally.fault(payload ? "has a payload and no hash" : "has a hash and no payload");
        } else if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
            tally.fault("has a number for a payload");
        } else if (payload) {
            Sha256Stream stream;
            if (type == SQLITE_BLOB)
                stream.add(rows.blob(0));
            else
                stream.add(rows.text(0));
            const auto expected = stored_hash(rows, 1);
            if (!expected)
                tally.fault("has a hash that is no SHA-256");
            else if (stream.finish() != *expected)
                tally.fault("differs from its hash");
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
                               : "correct table and columns in the policy";
    } else if (tally.wrong > 0) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("check {} finds {} of {} payloads wrong", check.name,
                                     tally.wrong, tally.rows);
        finding.next = "restore these rows from an older proven snapshot";
    }
    return finding;
}

}  // namespace muster
