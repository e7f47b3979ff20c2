#include "engine/sqlite/virtual_tables.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace muster {
namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool in_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// The next token of SQL that CREATE VIRTUAL TABLE may begin with: a word, a quoted name (without
/// its quotes), a single sign; comments and space are skipped. Empty at the end.
std::string next_token(std::string_view& sql) {
    for (;;) {
        while (!sql.empty() && std::isspace(static_cast<unsigned char>(sql.front())) != 0)
            sql.remove_prefix(1);
        const std::string_view end = sql.starts_with("--")   ? "\n"
                                     : sql.starts_with("/*") ? "*/"
                                                             : "";
        if (end.empty()) break;
        const auto at = sql.find(end, 2);
        sql.remove_prefix(at == std::string_view::npos ? sql.size() : at + end.size());
    }
    if (sql.empty()) return {};
    const char first = sql.front();
    const char close = first == '[' ? ']' : first;
    std::string token;
    if (first == '"' || first == '`' || first == '\'' || first == '[') {
        sql.remove_prefix(1);
        while (!sql.empty()) {
            const char c = sql.front();
            sql.remove_prefix(1);
            if (c == close && (close == ']' || !sql.starts_with(close))) break;
            if (c == close) sql.remove_prefix(1);
            token += c;
        }
        return token;
    }
    do {
        token += sql.front();
        sql.remove_prefix(1);
    } while (in_word(token.back()) && !sql.empty() && in_word(sql.front()));
    return token;
}

/// SQLite stores the text from "CREATE VIRTUAL TABLE" on with the schema's name left out; the name
/// of the table itself may be the word "using".
std::string module_of(std::string_view sql) {
    std::string token;
    for (int word = 0; word < 3; ++word) token = next_token(sql);
    token = next_token(sql);
    if (lower(token) == "if") {
        next_token(sql);
        next_token(sql);
        token = next_token(sql);
    }
    token = next_token(sql);
    if (token == ".") {
        next_token(sql);
        token = next_token(sql);
    }
    return lower(token) == "using" ? lower(next_token(sql)) : std::string{};
}

bool has_content_option(std::string_view sql) {
    std::string last;
    while (!sql.empty()) {
        std::string token = next_token(sql);
        if (token == "=" && last == "content") return true;
        last = lower(token);
    }
    return false;
}

}  // namespace

Result<std::vector<VirtualTable>> virtual_tables(Connection& connection) {
    MUSTER_TRY(
        auto rows,
        connection.prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND rootpage = 0 ORDER BY name"));
    std::vector<VirtualTable> tables;
    for (;;) {
        MUSTER_TRY(const bool row, rows.step());
        if (!row) return tables;
        const std::string sql{rows.text(1)};
        tables.push_back({std::string{rows.text(0)}, module_of(sql), has_content_option(sql)});
    }
}

}  // namespace muster
