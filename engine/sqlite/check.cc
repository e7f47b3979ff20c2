#include "engine/sqlite/check.h"

#include <fmt/format.h>

#include <charconv>

#include "engine/sqlite/missing_part.h"
#include "engine/sqlite/sql_guard.h"

namespace muster {
namespace {

/// The one value of a query, or why there is none.
struct Answer {
    std::string value;
    std::string fault;    ///< empty: there is a value
    std::string missing;  ///< the fault is that this part of the application is not here
};

Answer no_value(std::string fault) {
    return {{}, std::move(fault), {}};
}

Answer failed(const Connection& connection, const SqlGuard& guard, Duration limit,
              const Error& error) {
    if (guard.timed_out())
        return no_value(fmt::format("it took longer than {}", spell_duration(limit)));
    if (!guard.refused().empty())
        return no_value(fmt::format("it wants {}, and may only read", guard.refused()));
    const std::string said = sqlite3_errcode(connection.handle()) == SQLITE_OK
                                 ? error.message
                                 : sqlite3_errmsg(connection.handle());
    return {{}, said, missing_part(said).value_or("")};
}

Answer answer(Connection& connection, const std::string& sql, Duration limit) {
    SqlGuard guard{connection, limit};
    auto statement = guard.prepare(sql);
    if (!statement) return failed(connection, guard, limit, statement.error());
    if (statement->columns() != 1)
        return no_value(fmt::format("it yields {} columns instead of one", statement->columns()));
    auto row = statement->step();
    if (!row) return failed(connection, guard, limit, row.error());
    if (!*row) return no_value("it yields no row");
    if (statement->type(0) == SQLITE_NULL) return no_value("it yields NULL");
    Answer found{std::string{statement->text(0)}, {}, {}};
    row = statement->step();
    if (!row) return failed(connection, guard, limit, row.error());
    return *row ? no_value("it yields more than one row") : found;
}

/// To the last row: an error there is one too.
Answer any_rows(Connection& connection, const std::string& sql, Duration limit) {
    SqlGuard guard{connection, limit};
    auto statement = guard.prepare(sql);
    if (!statement) return failed(connection, guard, limit, statement.error());
    std::string number;
    std::int64_t rows = 0;
    for (;; ++rows) {
        const auto row = statement->step();
        if (!row) return failed(connection, guard, limit, row.error());
        if (!*row) break;
        const int type = statement->columns() == 1 ? statement->type(0) : SQLITE_NULL;
        if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) number = statement->text(0);
    }
    if (rows == 0) return no_value("it yields no row");
    if (rows == 1 && !number.empty()) return {number, {}, {}};
    return {fmt::format("{} row{}", rows, rows == 1 ? "" : "s"), {}, {}};
}

}  // namespace

Finding run_check(Connection& connection, const CheckSpec& check, const std::string& subject,
                  Duration limit) {
    Finding finding;
    finding.code = "check";
    finding.severity = check.severity;
    finding.subject = subject;
    finding.expected =
        check.expect ? TextForm<Expectation>::format(*check.expect) : "at least one row";
    finding.coverage = check.sql;
    const Answer found = check.expect ? answer(connection, check.sql, limit)
                                      : any_rows(connection, check.sql, limit);
    finding.actual = found.fault.empty() ? found.value : found.fault;
    if (!found.missing.empty()) {
        finding.verdict = Verdict::unchecked;
        finding.reason =
            fmt::format("check {} could not be made: {} is not here", check.name, found.missing);
        finding.next = "write the check without it, or run it with the program that brings it";
    } else if (!found.fault.empty()) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("check {} has no answer: {}", check.name, found.fault);
        finding.next = "mend the check's SQL, or look why the data gives no answer";
    } else if (check.expect && !meets(*check.expect, found.value)) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("check {} yields {}, expected {}", check.name, found.value,
                                     finding.expected);
        finding.next = "compare with an older snapshot";
    } else {
        finding.reason = fmt::format("check {} holds", check.name);
    }
    return finding;
}

Result<std::string> query_text(Connection& connection, const std::string& sql,
                               const std::string& what, Duration limit) {
    Answer found = answer(connection, sql, limit);
    if (found.fault.empty()) return std::move(found.value);
    return fail(ErrorCode::sqlite,
                fmt::format("the query for {} of {} tells no value: {}", what,
                            connection.path().string(), found.fault),
                fmt::format("let it yield one value: {}", sql));
}

Result<std::int64_t> query_number(Connection& connection, const std::string& sql,
                                  const std::string& what, Duration limit) {
    const Answer found = answer(connection, sql, limit);
    std::int64_t number = 0;
    const char* const end = found.value.data() + found.value.size();
    const auto parsed = std::from_chars(found.value.data(), end, number);
    if (found.fault.empty() && parsed.ec == std::errc{} && parsed.ptr == end) return number;
    const std::string got =
        found.fault.empty() ? fmt::format("it yields {}", found.value) : found.fault;
    return fail(ErrorCode::sqlite,
                fmt::format("the query for the {} of {} tells no whole number: {}", what,
                            connection.path().string(), got),
                fmt::format("let it yield one whole number: {}", sql));
}

}  // namespace muster
