#include "engine/sqlite/program_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "engine/base/program.h"
#include "engine/codec/spell_end.h"
#include "engine/sqlite/scratch.h"

namespace muster {
namespace {

constexpr std::string_view placeholder = "{database}";
constexpr int pages_between_looks = 1024;

Result<> copy_through(Connection& from, const fs::path& to, const Host& host) {
    MUSTER_TRY(const auto pages, from.query_integer("PRAGMA page_count"));
    MUSTER_TRY(const auto size, from.query_integer("PRAGMA page_size"));
    MUSTER_CHECK(require_space(to.parent_path(), {static_cast<std::uint64_t>(pages * size)},
                               fmt::format("the copy of {} for a check", from.path().string())));
    MUSTER_TRY(auto copy, Connection::open(to, OpenMode::create));
    // Nobody sees it before it is whole: a journal and syncs would protect nothing.
    MUSTER_CHECK(copy.run("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"));
    const std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup{
        sqlite3_backup_init(copy.handle(), "main", from.handle(), "main"), &sqlite3_backup_finish};
    if (!backup) return Failure(copy.error(sqlite3_errcode(copy.handle()), "write"));
    for (;;) {
        const int code = sqlite3_backup_step(backup.get(), pages_between_looks);
        if (code == SQLITE_DONE) return {};
        if (code != SQLITE_OK) return Failure(sqlite_error(nullptr, code, to, "write"));
        MUSTER_CHECK(host.keep_going());
    }
}

std::vector<std::string> filled_in(std::vector<std::string> argv, const fs::path& database) {
    for (auto& word : argv)
        for (auto at = word.find(placeholder); at != std::string::npos;
             at = word.find(placeholder, at + database.string().size()))
            word.replace(at, placeholder.size(), database.string());
    return argv;
}

std::vector<std::string> withheld(const Host& host) {
    auto out = host.secret_variables;
    out.emplace_back("CREDENTIALS_DIRECTORY");
    for (char** each = ::environ; *each != nullptr; ++each) {
        const std::string_view entry{*each};
        if (entry.starts_with("MUSTER_")) out.emplace_back(entry.substr(0, entry.find('=')));
    }
    return out;
}

}  // namespace

Result<Finding> check_by_program(Connection& connection, const CheckSpec& check,
                                 const std::string& subject, const Host& host) {
    MUSTER_TRY(const auto folder, ScratchFolder::make(host.scratch));
    const auto database = folder.path() / "database.sqlite";
    MUSTER_CHECK(copy_through(connection, database, host));
    const auto end = run_program({filled_in(check.command, database), folder.path(), withheld(host),
                                  check.within.value_or(Program{}.timeout)},
                                 host.keep_going);

    Finding finding;
    finding.code = "check";
    finding.severity = check.severity;
    finding.subject = subject;
    finding.reason = fmt::format("check {} holds", check.name);
    finding.expected = "exit status 0";
    finding.coverage = fmt::format("{}", fmt::join(check.command, " "));
    if (!end) {
        MUSTER_CHECK(host.keep_going());
        finding.verdict = Verdict::unchecked;
        finding.actual = end.error().message;
        finding.reason =
            fmt::format("check {} could not be made: {}", check.name, end.error().message);
        finding.next = end.error().hint;
        return finding;
    }
    finding.actual = end->succeeded() ? finding.expected : spell_end(*end);
    if (end->succeeded()) return finding;
    finding.verdict = Verdict::bad;
    finding.reason =
        fmt::format("check {} fails: {} ended with {}", check.name, check.command.front(),
                    end->exit_status ? fmt::format("exit status {}", *end->exit_status)
                    : end->timed_out ? "no result in time"
                                     : fmt::format("signal {}", end->signal));
    finding.next = "look at what it says; compare with an older snapshot";
    return finding;
}

}  // namespace muster
