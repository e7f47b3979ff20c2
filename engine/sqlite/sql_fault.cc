#include "engine/sqlite/sql_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "engine/sqlite/check.h"
#include "engine/sqlite/sql_guard.h"

namespace muster {
namespace {

/// Of a table that is not there SQLite says so before it asks whether it may be changed.
constexpr std::array<std::string_view, 6> changing{"ALTER",  "DELETE",  "DROP",
                                                   "INSERT", "REPLACE", "UPDATE"};

std::string first_word(std::string_view sql) {
    std::string word;
    const auto begin = std::ranges::find_if_not(
        sql, [](unsigned char c) { return std::isspace(c) != 0 || c == ';'; });
    for (const char* at = begin; at != sql.end() && std::isalpha(*at) != 0; ++at)
        word += static_cast<char>(std::toupper(*at));
    return word;
}

/// Also where the first one cannot be prepared, and SQLite looks no further.
bool has_second(Connection& nowhere, const std::string& sql) {
    for (auto at = sql.find(';'); at != std::string::npos; at = sql.find(';', at + 1)) {
        if (sqlite3_complete(sql.substr(0, at + 1).c_str()) == 0) continue;
        sqlite3_stmt* second = nullptr;
        const int code =
            sqlite3_prepare_v2(nowhere.handle(), sql.c_str() + at + 1, -1, &second, nullptr);
        const bool is_one = code != SQLITE_OK || second != nullptr;
        sqlite3_finalize(second);
        return is_one;
    }
    return false;
}

bool is_no_sql(std::string_view said) {
    return said.ends_with("syntax error") || said == "incomplete input" ||
           said.starts_with("unrecognized token");
}

}  // namespace

std::optional<std::string> fault_of_sql(const std::string& sql) {
    auto nowhere = Connection::open("nowhere", OpenMode::memory);
    if (!nowhere) return nowhere.error().message;
    SqlGuard guard{*nowhere, check_limit};
    if (has_second(*nowhere, sql)) return "it is more than one statement";
    if (std::ranges::find(changing, first_word(sql)) != changing.end())
        return "it wants a change, and may only read";
    const auto statement = guard.prepare(sql);
    if (!guard.refused().empty())
        return fmt::format("it wants {}, and may only read", guard.refused());
    const bool reads = !statement || sqlite3_stmt_readonly(statement->handle()) != 0;
    if (!reads) return "it wants a change, and may only read";
    if (statement) return std::nullopt;
    if (sqlite3_errcode(nowhere->handle()) == SQLITE_OK) return statement.error().message;
    const std::string said = sqlite3_errmsg(nowhere->handle());
    return is_no_sql(said) ? std::optional{said} : std::nullopt;
}

}  // namespace muster
