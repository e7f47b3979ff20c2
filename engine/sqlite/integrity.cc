#include "engine/sqlite/integrity.h"

#include <fmt/format.h>

#include <future>

#include "engine/sqlite/census.h"
#include "engine/sqlite/connection.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/interrupt_watch.h"
#include "engine/sqlite/missing_part.h"
#include "engine/sqlite/search_check.h"

namespace muster {
namespace {

constexpr int messages_told = 5;
constexpr Bytes worth_a_thread{std::uint64_t{4} << 20U};

/// What a PRAGMA check said: its rows, or the failure that ended it.
struct Said {
    std::vector<std::string> lines;  ///< the first ones
    std::int64_t count = 0;
    std::string failure;

    bool ok() const { return failure.empty() && count == 1 && lines[0] == "ok"; }
    std::string text() const {
        std::string out;
        for (const auto& line : lines) out += (out.empty() ? "" : "; ") + line;
        if (count > std::ssize(lines))
            out += fmt::format(" … and {} more", count - std::ssize(lines));
        if (!failure.empty()) out += (out.empty() ? "" : "; ") + failure;
        return out;
    }
};

Said ask(Connection& connection, const std::string& sql,
         const std::function<std::string(Statement&)>& line_of) {
    Said said;
    auto statement = connection.prepare(sql);
    while (statement) {
        const auto row = statement->step();
        if (!row) break;
        if (!*row) return said;
        if (said.count++ < messages_told) said.lines.push_back(line_of(*statement));
    }
    said.failure = sqlite3_errmsg(connection.handle());
    return said;
}

Finding finding_of(std::string code, const std::string& subject) {
    Finding finding;
    finding.code = std::move(code);
    finding.subject = subject;
    return finding;
}

std::string first_text(Statement& row) {
    return std::string{row.text(0)};
}

/// What is in the way of opening it at all; nothing when it is fine. SQLite itself takes an empty
/// file, and one with its last byte cut off, for a database.
Result<std::string> unreadable(const fs::path& path) {
    MUSTER_TRY(const auto file, File::open_read(path));
    MUSTER_TRY(const auto size, file.size());
    if (size.count == 0) return std::string{"the file is empty (0 bytes)"};
    MUSTER_TRY(const auto header, read_header(file));
    if (!header) return std::string{"the file has no database header"};
    const std::uint64_t needed = header->pages(size.count) * header->page_size;
    if (size.count < needed || needed == 0)
        return fmt::format("the file is truncated: {} of {} bytes", size.count, needed);
    return std::string{};
}

class Verification {
public:
    Verification(Connection connection, const VerifyOptions& options, const std::string& subject)
        : connection_(std::move(connection)), options_(options), subject_(subject) {}

    Result<Findings> run() {
        if (!readable()) return findings_;
        MUSTER_TRY(const auto file, status_of(connection_.path()));
        if (file.size < worth_a_thread) {
            integrity();
            MUSTER_CHECK(add(references(connection_)));
            MUSTER_CHECK(search_indexes());
        } else {
            MUSTER_TRY(auto second, Connection::open(connection_.path(), OpenMode::immutable));
            InterruptWatch watch{options_.keep_going};
            watch.add(connection_);
            watch.add(second);
            // The two halves take about as long as each other, and each is one core's work.
            auto beside = std::async(std::launch::async, [&] { return references(second); });
            integrity();
            MUSTER_CHECK(add(beside.get()));
            MUSTER_CHECK(search_indexes());
            // What was interrupted looks like damage.
            MUSTER_CHECK(watch.outcome());
        }
        return findings_;
    }

private:
    Result<> add(Result<Findings> more) {
        MUSTER_CHECK(more);
        findings_.insert(findings_.end(), more->begin(), more->end());
        return {};
    }

    Result<> search_indexes() {
        if (options_.depth < Depth::full) return {};
        return add(check_search_indexes(connection_, options_.scratch, subject_));
    }

    bool readable() {
        Finding finding = finding_of("readable", subject_);
        finding.expected = "opens, and its schema can be read";
        finding.coverage = "header, file size, sqlite_schema";
        const Said said = ask(connection_, "SELECT count(*) FROM sqlite_schema", first_text);
        finding.actual = said.failure.empty() ? said.text() + " schema objects" : said.failure;
        finding.reason = "the database can be opened";
        if (!said.failure.empty()) {
            finding.verdict = Verdict::bad;
            finding.reason = "the database cannot be opened";
            finding.next = "restore an older proven snapshot";
        }
        for (const char* suffix : {"-wal", "-journal"}) {
            const auto log = status_of(connection_.path().string() + suffix);
            if (finding.verdict == Verdict::bad || !log || log->size.count == 0) continue;
            finding.verdict = Verdict::unchecked;
            finding.reason =
                fmt::format("a {} of {} lies beside the file, and what it holds was not looked at",
                            suffix, spell_bytes(log->size));
            finding.next = "take a copy of the whole database by muster backup, and verify that";
        }
        findings_.push_back(finding);
        return said.failure.empty();
    }

    void integrity() {
        const std::string pragma =
            options_.depth >= Depth::full ? "integrity_check" : "quick_check";
        Finding finding = finding_of("integrity", subject_);
        finding.expected = "ok";
        finding.coverage = fmt::format("PRAGMA {} over the whole database", pragma);
        finding.reason = fmt::format("{} finds nothing wrong", pragma);
        Said said = ask(connection_, fmt::format("PRAGMA {}", pragma), first_text);
        if (missing_part(said.failure)) said = table_by_table(pragma, finding);
        finding.actual = said.text();
        if (said.ok()) {
            if (finding.verdict == Verdict::unchecked) finding.actual = "ok for all others";
        } else {
            finding.verdict = Verdict::bad;
            finding.reason = fmt::format("{} finds the database damaged", pragma);
            finding.next = "restore an older proven snapshot";
        }
        findings_.push_back(finding);
    }

    /// One table whose collation is not here must not hide what is wrong with the others.
    Said table_by_table(const std::string& pragma, Finding& finding) {
        Said sum{{"ok"}, 1, {}};
        std::string unchecked;
        auto names = connection_.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name");
        while (names) {
            const auto row = names->step();
            if (!row || !*row) break;
            const std::string name{names->text(0)};
            const Said said = ask(
                connection_, fmt::format("PRAGMA {}({})", pragma, quote_name(name)), first_text);
            if (const auto missing = missing_part(said.failure))
                unchecked +=
                    fmt::format("{}{} ({})", unchecked.empty() ? "" : ", ", name, *missing);
            else if (!said.ok())
                sum = said;
        }
        finding.verdict = Verdict::unchecked;
        finding.reason = "not everything could be checked, for want of: " + unchecked;
        finding.coverage = fmt::format("PRAGMA {} table by table; not: {}", pragma, unchecked);
        finding.next = "check it with the program that brings what is missing";
        return sum;
    }

    /// What refers to what: rows to their parents, and pages to each other.
    Result<Findings> references(Connection& connection) const {
        Findings out{foreign_keys(connection)};
        if (options_.depth < Depth::full) return out;
        MUSTER_TRY(const auto census, take_census(connection.path(), options_.keep_going));
        out.push_back(page_census(census));
        return out;
    }

    Finding foreign_keys(Connection& connection) const {
        Finding finding = finding_of("foreign_keys", subject_);
        finding.severity = Severity::warning;
        finding.expected = "no row without its parent";
        finding.coverage = "PRAGMA foreign_key_check over all tables";
        finding.reason = "every row has the parents it names";
        const Said said = ask(connection, "PRAGMA foreign_key_check", [](Statement& row) {
            return fmt::format("row {} of {} has no parent in {}",
                               row.type(1) == SQLITE_NULL ? "?" : std::string{row.text(1)},
                               row.text(0), row.text(2));
        });
        finding.actual = said.count == 0 && said.failure.empty() ? finding.expected : said.text();
        if (const auto missing = missing_part(said.failure)) {
            finding.verdict = Verdict::unchecked;
            finding.reason = "foreign keys could not be checked: " + *missing + " is not here";
        } else if (said.count > 0 || !said.failure.empty()) {
            finding.verdict = Verdict::bad;
            finding.reason =
                said.count > 0
                    ? fmt::format("{} rows name a parent that does not exist", said.count)
                    : "foreign keys cannot be followed";
            finding.next =
                "mend the rows in the source; the copy holds what the source held (a check of the "
                "policy on pragma_foreign_key_check makes this an error)";
        }
        return finding;
    }

    Finding page_census(const Census& census) const {
        Finding finding = finding_of("page_census", subject_);
        finding.expected = "each page claimed exactly once";
        finding.coverage = fmt::format(
            "{} pages: {} of b-trees, {} overflow, {} free, {} pointer map, {} lock byte",
            census.pages, census.tree, census.overflow, census.freelist, census.pointer_map,
            census.lock);
        finding.actual = finding.expected;
        finding.reason = "every page has exactly one owner";
        if (!census.sound()) {
            finding.verdict = Verdict::bad;
            finding.reason = fmt::format(
                "{} pages are not claimed exactly once, or cannot be followed", census.fault_count);
            finding.actual = Said{
                {census.faults.begin(),
                 census.faults.begin() +
                     std::min(messages_told, static_cast<int>(census.faults.size()))},
                static_cast<std::int64_t>(census.fault_count),
                {}}.text();
            finding.next = "restore an older proven snapshot";
        }
        return finding;
    }

    Connection connection_;
    VerifyOptions options_;
    std::string subject_;
    Findings findings_;
};

}  // namespace

Result<Findings> verify_database(const fs::path& path, const VerifyOptions& options,
                                 const std::string& subject) {
    if (options.depth == Depth::checksum) return Findings{};
    MUSTER_TRY(const std::string fault, unreadable(path));
    if (!fault.empty()) {
        Finding finding = finding_of("readable", subject);
        finding.verdict = Verdict::bad;
        finding.reason = "the file is no whole database";
        finding.expected = "a database header, and as many bytes as it tells of";
        finding.actual = fault;
        finding.coverage = "header and file size";
        finding.next = "restore an older proven snapshot";
        return Findings{finding};
    }
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::immutable));
    return Verification{std::move(connection), options, subject}.run();
}

}  // namespace muster
