#include "engine/sqlite/payload_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "engine/base/digest.h"
#include "engine/sqlite/missing_part.h"
#include "engine/sqlite/payload_rows.h"

namespace muster {
namespace {

constexpr int rows_told = 5;

/// The stored hash; nothing when it is neither 32 bytes nor 64 digits.
std::optional<Sha256> stored_hash(const Statement& row, int column) {
    if (row.type(column) == SQLITE_BLOB) {
        const auto bytes = row.blob(column);
        Sha256 out;
        if (bytes.size() != out.bytes.size()) return std::nullopt;
        std::ranges::transform(bytes, out.bytes.begin(),
                               [](std::byte each) { return std::to_integer<unsigned char>(each); });
        return out;
    }
    // Most are lower case already; to fold one takes a tenth of the time that a short payload does.
    if (const auto plain = TextForm<Sha256>::parse(row.text(column))) return plain;
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

Result<> compare_all(PayloadRows& rows, Tally& tally, const std::function<Result<>()>& keep_going) {
    for (;;) {
        MUSTER_TRY(const bool row, rows.step());
        if (!row) return {};
        MUSTER_CHECK(keep_going());
        ++tally.rows;
        const int type = rows.type();
        const bool payload = type != SQLITE_NULL,
                   hash = rows.row().type(PayloadRows::hash) != SQLITE_NULL;
        std::optional<Sha256> actual;
        if (type == SQLITE_BLOB || type == SQLITE_TEXT) {
            MUSTER_TRY(actual, rows.digest(keep_going));
        }
        if (payload != hash) {
            tally.fault(payload ? "has a payload and no hash" : "has a hash and no payload");
        } else if (payload && !actual) {
            tally.fault("has a number for a payload");
        } else if (payload) {
            const auto expected = stored_hash(rows.row(), PayloadRows::hash);
            if (!expected)
                tally.fault("has a hash that is no SHA-256");
            else if (*actual != *expected)
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
    const auto ask = [&]() -> Result<> {
        auto going = keep_going();
        if (!going) stopped = going.error();
        return going;
    };
    // Held to the end: what SQLite said of a failure is gone once a statement that had none ends.
    auto rows = PayloadRows::open(connection, where);
    const auto compared = rows ? compare_all(*rows, tally, ask) : Failure(rows.error());
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
