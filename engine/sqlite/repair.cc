#include "engine/sqlite/repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "engine/base/kill_point.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/interrupt_watch.h"
#include "engine/sqlite/row_watch.h"
#include "engine/sqlite/sql_guard.h"
#include "engine/sqlite/virtual_tables.h"

namespace muster {
namespace {

constexpr std::chrono::milliseconds retry_after{20};

int badness(Verdict verdict) {
    return verdict == Verdict::good ? 0 : verdict == Verdict::unchecked ? 1 : 2;
}

/// Waits as long as it may, and for no longer than the run goes on.
Result<> run_once_free(Connection& connection, std::string_view sql, const RepairOptions& options,
                       const Host& host) {
    for (const auto deadline = std::chrono::steady_clock::now() + options.wait;;) {
        auto done = connection.run(sql);
        if (done || (sqlite3_errcode(connection.handle()) & 0xff) != SQLITE_BUSY) return done;
        MUSTER_CHECK(host.keep_going());
        if (std::chrono::steady_clock::now() >= deadline) {
            auto error = stayed_locked(connection.path(), options.wait);
            error.hint = "repair it at a quieter time; nothing has changed";
            return Failure(std::move(error));
        }
        std::this_thread::sleep_for(retry_after);
    }
}

/// What no check of the policy asks, and a repair may break without a word.
struct Bonds {
    std::int64_t orphans = 0;           ///< rows that name a parent that is gone
    std::set<std::string> torn_search;  ///< full-text indexes that do not fit the table they are of
};

class Repairing {
public:
    Repairing(Connection& connection, const std::vector<CheckSpec>& checks,
              const RepairOptions& options)
        : connection_(connection), subject_(options.subject) {
        if (subject_.empty()) subject_ = connection.path().string();
        std::ranges::copy_if(checks, std::back_inserter(checks_),
                             [](const auto& check) { return !check.sql.empty(); });
    }

    /// In a transaction that reads. Whether there is something to repair.
    bool look() {
        for (const auto& check : checks_) before_.push_back(ask(check));
        bool any = false;
        for (std::size_t i = 0; i < checks_.size(); ++i) any = any || fails_repairably(i);
        return any;
    }

    /// Inside a transaction: what was changed, to be committed or not.
    Result<std::vector<Repair>> run() {
        std::vector<Repair> out;
        std::set<std::size_t> repaired;
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            if (!fails_repairably(i)) continue;
            before_[i] = ask(checks_[i]);  // somebody may have put it right since
            if (!fails_repairably(i)) continue;
            if (out.empty()) {
                MUSTER_TRY(bonds_, bonds());
            }
            MUSTER_TRY(auto touched, carry_out(checks_[i]));
            out.push_back({checks_[i].name, before_[i].actual, {}, std::move(touched)});
            repaired.insert(i);
        }
        if (out.empty()) return out;
        auto told = out.begin();
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            const auto now = ask(checks_[i]);
            if (repaired.contains(i)) (told++)->after = now.actual;
            MUSTER_CHECK(require_right(before_[i], now, repaired.contains(i)));
        }
        MUSTER_CHECK(require_bonds());
        return out;
    }

private:
    Finding ask(const CheckSpec& check) { return run_check(connection_, check, subject_); }

    bool fails_repairably(std::size_t check) const {
        return is_repairable(checks_[check]) && before_[check].verdict == Verdict::bad;
    }

    Result<std::vector<TouchedRows>> carry_out(const CheckSpec& check) {
        RowWatch watch{connection_};
        SqlGuard guard{connection_, check_limit, MayDo::change_rows};
        auto done = step_through(guard, check.repair->sql);
        if (done) return watch.take();
        std::string why = sqlite3_errcode(connection_.handle()) == SQLITE_OK
                              ? done.error().message
                              : sqlite3_errmsg(connection_.handle());
        if (guard.timed_out())
            why = fmt::format("it took longer than {}", spell_duration(check_limit));
        else if (!guard.refused().empty())
            why = fmt::format("it wants {}, and may only change rows", guard.refused());
        return failed(fmt::format("the repair of {} cannot be carried out: {}", check.name, why));
    }

    static Result<> step_through(SqlGuard& guard, const std::string& sql) {
        MUSTER_TRY(auto statement, guard.prepare(sql));
        if (sqlite3_bind_parameter_count(statement.handle()) > 0)
            return fail(ErrorCode::repair_failed,
                        "it has a parameter, and nobody gives it a value");
        for (bool row = true; row;) {
            MUSTER_TRY(row, statement.step());
        }
        return {};
    }

    Result<> require_right(const Finding& before, const Finding& now, bool repaired) const {
        if (repaired && now.verdict != Verdict::good)
            return failed(fmt::format("after its repair, {}", now.reason));
        if (badness(now.verdict) > badness(before.verdict))
            return failed(fmt::format("after the repairs, {}", now.reason));
        return {};
    }

    Result<Bonds> bonds() {
        Bonds out;
        // One table at a time: a reference that fits no parent at all hides those of its own only.
        MUSTER_TRY(auto tables, connection_.prepare("SELECT quote(name) FROM sqlite_schema WHERE "
                                                    "type = 'table' AND rootpage > 0"));
        for (;;) {
            MUSTER_TRY(const bool row, tables.step());
            if (!row) break;
            out.orphans +=
                connection_
                    .query_integer(fmt::format("SELECT count(*) FROM pragma_foreign_key_check({})",
                                               tables.text(0)))
                    .value_or(0);
        }
        MUSTER_TRY(const auto search, virtual_tables(connection_));
        for (const auto& table : search)
            if (table.module == "fts5" && table.content_option && !fits(table.name))
                out.torn_search.insert(table.name);
        return out;
    }

    /// With rank 1 FTS5 compares an index with the table it is of (https://sqlite.org/fts5.html).
    bool fits(const std::string& table) {
        const auto name = quote_name(table);
        return connection_
            .run(fmt::format("INSERT INTO {0}({0}, rank) VALUES('integrity-check', 1)", name))
            .has_value();
    }

    Result<> require_bonds() {
        MUSTER_TRY(const auto now, bonds());
        if (now.orphans > bonds_.orphans)
            return failed(fmt::format("{} rows would name a parent that is gone, where {} do now",
                                      now.orphans, bonds_.orphans));
        for (const auto& table : now.torn_search)
            if (!bonds_.torn_search.contains(table))
                return failed(
                    fmt::format("the full-text index {} would not fit its table any more", table));
        return {};
    }

    Failure failed(std::string_view why) const {
        return fail(ErrorCode::repair_failed, fmt::format("{} is left as it is: {}", subject_, why),
                    "mend the repair in the policy, or the rows by hand");
    }

    Connection& connection_;
    std::string subject_;
    std::vector<CheckSpec> checks_;  ///< those that SQL asks
    Findings before_;                ///< the answer of each
    Bonds bonds_;
};

}  // namespace

Result<std::vector<Repair>> repair_rows(const fs::path& path, const std::vector<CheckSpec>& checks,
                                        const RepairOptions& options, const Host& host) {
    if (std::ranges::none_of(checks, is_repairable)) return std::vector<Repair>{};
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::read_write));
    InterruptWatch watch{host.keep_going};
    watch.add(connection);
    Repairing work{connection, checks, options};
    // Before any writer is kept waiting, and under a lock: a check that finds the database locked
    // has no answer, and would seem to have failed before.
    MUSTER_CHECK(run_once_free(connection, "BEGIN", options, host));
    MUSTER_CHECK(run_once_free(connection, "SELECT count(*) FROM sqlite_schema", options, host));
    const bool any = work.look();
    MUSTER_CHECK(connection.run("ROLLBACK"));
    MUSTER_CHECK(watch.outcome());
    MUSTER_CHECK(host.keep_going());
    if (!any) return std::vector<Repair>{};
    MUSTER_CHECK(run_once_free(connection, "BEGIN IMMEDIATE", options, host));
    auto done = work.run();
    MUSTER_CHECK(watch.outcome());
    MUSTER_CHECK(host.keep_going());
    if (!done) return done;
    if (options.rehearse || done->empty()) {
        MUSTER_CHECK(connection.run("ROLLBACK"));
        return done;
    }
    kill_point("repair.changed");
    MUSTER_CHECK(run_once_free(connection, "COMMIT", options, host));
    return done;
}

}  // namespace muster
