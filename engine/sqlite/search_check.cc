#include "engine/sqlite/search_check.h"

#include <fmt/format.h>

#include <optional>

#include "engine/sqlite/missing_part.h"
#include "engine/sqlite/scratch.h"
#include "engine/sqlite/virtual_tables.h"

namespace muster {
namespace {

bool is_full_text(const VirtualTable& table) {
    return table.module == "fts3" || table.module == "fts4" || table.module == "fts5";
}
bool is_rtree(const VirtualTable& table) {
    return table.module == "rtree" || table.module == "rtree_i32" || table.module == "geopoly";
}

Finding finding_for(const VirtualTable& table, const std::string& subject, std::string code,
                    std::string expected, std::string coverage) {
    Finding finding;
    finding.code = std::move(code);
    finding.subject = subject;
    finding.reason = fmt::format("{} table {} agrees with its own check", table.module, table.name);
    finding.expected = std::move(expected);
    finding.actual = finding.expected;
    finding.coverage = std::move(coverage);
    return finding;
}

void judge(Finding& finding, const VirtualTable& table, const std::string& said) {
    finding.actual = said;
    if (const auto missing = missing_part(said)) {
        finding.verdict = Verdict::unchecked;
        finding.reason = fmt::format("{} table {} could not be checked: {} is not here",
                                     table.module, table.name, *missing);
        finding.next = "check it with the program that brings it";
        return;
    }
    finding.verdict = Verdict::bad;
    finding.reason =
        fmt::format("{} table {} does not agree with its own check", table.module, table.name);
    finding.next = "rebuild the index in the source, or restore an older proven snapshot";
}

Finding check_full_text(Connection& copy, const VirtualTable& table, const std::string& subject) {
    auto finding = finding_for(
        table, subject, "full_text", "ok",
        fmt::format("index against content of {}, by its integrity-check command", table.name));
    const std::string name = quote_name(table.name);
    if (copy.run(fmt::format("INSERT INTO {0}({0}) VALUES('integrity-check')", name)))
        return finding;
    const bool damaged = (sqlite3_errcode(copy.handle()) & 0xff) == SQLITE_CORRUPT;
    judge(finding, table, sqlite3_errmsg(copy.handle()));
    if (!table.content_option || finding.verdict == Verdict::unchecked) return finding;
    // One that does not even open is lost to its application, wherever the text stands. FTS5 tells
    // at the first row only; FTS4 has no rows to read where there is no text.
    const int rows = table.module == "fts5" ? 1 : 0;
    if (!copy.query_value(fmt::format("SELECT rowid FROM {} LIMIT {}", name, rows))) return finding;
    // An index over text that others keep may lag behind it by its application's own choice; one
    // without text has nothing to be compared with.
    finding.severity = Severity::warning;
    if (!damaged) {
        finding.verdict = Verdict::unchecked;
        finding.reason = fmt::format("{} table {} keeps no text to be checked against",
                                     table.module, table.name);
    }
    return finding;
}

Finding check_rtree(Connection& artifact, const VirtualTable& table, const std::string& subject) {
    auto finding =
        finding_for(table, subject, "rtree", "ok",
                    fmt::format("nodes, parents and rowids of {}, by rtreecheck()", table.name));
    const auto run = [&]() -> Result<std::string> {
        MUSTER_TRY(auto statement, artifact.prepare("SELECT rtreecheck('main', ?1)"));
        statement.bind(1, std::string_view{table.name});
        MUSTER_CHECK(statement.step());
        return std::string{statement.text(0)};
    };
    const auto said = run();
    const std::string text = said ? *said : std::string{sqlite3_errmsg(artifact.handle())};
    if (text != "ok") judge(finding, table, text.substr(0, 500));
    return finding;
}

/// Modules without a check of their own: what they hold in the file stands in ordinary tables.
std::optional<Finding> ask_module(Connection& artifact, const VirtualTable& table,
                                  const std::string& subject) {
    if (artifact.prepare(fmt::format("SELECT 1 FROM {}", quote_name(table.name))))
        return std::nullopt;
    const std::string said = sqlite3_errmsg(artifact.handle());
    Finding finding = finding_for(table, subject, "virtual_table", "its module answers",
                                  fmt::format("virtual table {}", table.name));
    judge(finding, table, said);
    if (finding.verdict == Verdict::bad) {
        finding.verdict = Verdict::unchecked;
        finding.reason = fmt::format("virtual table {} could not be asked", table.name);
    }
    return finding;
}

struct WritableCopy {
    ScratchFolder folder;
    Connection connection;
};

Result<WritableCopy> copy_of(const fs::path& artifact, const fs::path& scratch) {
    MUSTER_TRY(auto folder, ScratchFolder::make(scratch));
    MUSTER_TRY(const auto file, File::open_read(artifact));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_CHECK(require_space(folder.path(), size, "a private copy to check its search indexes"));
    const fs::path path = folder.path() / "copy.db";
    MUSTER_CHECK(copy_bytes(file, path));
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::read_write));
    return WritableCopy{std::move(folder), std::move(connection)};
}

}  // namespace

Result<Findings> check_search_indexes(Connection& artifact, const fs::path& scratch,
                                      const std::string& subject) {
    Findings findings;
    std::optional<WritableCopy> copy;
    MUSTER_TRY(const auto tables, virtual_tables(artifact));
    for (const auto& table : tables) {
        if (is_full_text(table)) {
            if (!copy) {
                MUSTER_TRY(copy, copy_of(artifact.path(), scratch));
            }
            findings.push_back(check_full_text(copy->connection, table, subject));
        } else if (is_rtree(table)) {
            findings.push_back(check_rtree(artifact, table, subject));
        } else if (auto finding = ask_module(artifact, table, subject)) {
            findings.push_back(*std::move(finding));
        }
    }
    return findings;
}

}  // namespace muster
