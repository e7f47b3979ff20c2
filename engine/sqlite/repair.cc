#include "engine/sqlite/repair.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/kill_point.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/interrupt_watch.h"
#include "engine/sqlite/row_watch.h"
#include "engine/sqlite/sql_guard.h"

namespace muster {
namespace {

int badness(Verdict verdict) {
    return verdict == Verdict::good ? 0 : verdict == Verdict::unchecked ? 1 : 2;
}

/// One transaction.
class Repairing {
public:
    Repairing(Connection& connection, const std::vector<CheckSpec>& checks)
        : connection_(connection) {
        std::ranges::copy_if(checks, std::back_inserter(checks_),
                             [](const auto& check) { return !check.sql.empty(); });
    }

    /// What was changed, to be committed or not.
    Result<std::vector<Repair>> run() {
        const auto before = answers();
        std::vector<std::size_t> failing;
        for (std::size_t i = 0; i < checks_.size(); ++i)
            if (is_repairable(checks_[i]) && before[i].verdict == Verdict::bad)
                failing.push_back(i);
        if (failing.empty()) return std::vector<Repair>{};
        const auto orphans_before = orphans();
        std::vector<Repair> out;
        for (const auto i : failing) {
            MUSTER_TRY(auto touched, carry_out(checks_[i]));
            out.push_back({checks_[i].name, before[i].actual, {}, std::move(touched)});
        }
        const auto now = answers();
        for (std::size_t i = 0; i < failing.size(); ++i) out[i].after = now[failing[i]].actual;
        MUSTER_CHECK(require_right(before, now, failing));
        const auto orphans_now = orphans();
        if (orphans_now > orphans_before)
            return failed(fmt::format("{} rows name a parent that is gone, where {} did before",
                                      orphans_now, orphans_before));
        return out;
    }

private:
    Findings answers() {
        Findings out;
        for (const auto& check : checks_)
            out.push_back(run_check(connection_, check, connection_.path().string()));
        return out;
    }

    Result<std::vector<TouchedRows>> carry_out(const CheckSpec& check) {
        RowWatch watch{connection_};
        SqlGuard guard{connection_, check_limit, MayDo::change_rows};
        auto done = step_through(guard, check.repair->sql);
        if (done) return watch.take();
        auto why = done.error().message;
        if (guard.timed_out())
            why = fmt::format("it took longer than {}", spell_duration(check_limit));
        else if (!guard.refused().empty())
            why = fmt::format("it wants {}, and may only change rows", guard.refused());
        return failed(fmt::format("the repair of {} cannot be carried out: {}", check.name, why));
    }

    static Result<> step_through(SqlGuard& guard, const std::string& sql) {
        MUSTER_TRY(auto statement, guard.prepare(sql));
        for (bool row = true; row;) {
            MUSTER_TRY(row, statement.step());
        }
        return {};
    }

    Result<> require_right(const Findings& before, const Findings& now,
                           const std::vector<std::size_t>& failing) const {
        for (std::size_t i = 0; i < checks_.size(); ++i) {
            const bool repaired = std::ranges::find(failing, i) != failing.end();
            if (repaired && now[i].verdict != Verdict::good)
                return failed(fmt::format("after its repair, {}", now[i].reason));
            if (badness(now[i].verdict) > badness(before[i].verdict))
                return failed(fmt::format("after the repairs, {}", now[i].reason));
        }
        return {};
    }

    /// Where a schema's references fit no parent at all, none can be counted, before or after.
    std::int64_t orphans() {
        return connection_.query_integer("SELECT count(*) FROM pragma_foreign_key_check")
            .value_or(0);
    }

    Failure failed(std::string_view why) const {
        return fail(ErrorCode::repair_failed,
                    fmt::format("{} is left as it is: {}", connection_.path().string(), why),
                    "mend the repair in the policy, or the rows by hand");
    }

    Connection& connection_;
    std::vector<CheckSpec> checks_;  ///< those that SQL asks
};

Error why_not_begun(const Connection& connection, const Error& error, Duration wait) {
    return sqlite3_errcode(connection.handle()) == SQLITE_BUSY
               ? stayed_locked(connection.path(), wait)
               : error;
}

}  // namespace

Result<std::vector<Repair>> repair_rows(const fs::path& path, const std::vector<CheckSpec>& checks,
                                        const RepairOptions& options, const Host& host) {
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::read_write, options.wait));
    InterruptWatch watch{host.keep_going};
    watch.add(connection);
    if (const auto begun = connection.run("BEGIN IMMEDIATE"); !begun)
        return Failure(why_not_begun(connection, begun.error(), options.wait));
    auto done = Repairing{connection, checks}.run();
    MUSTER_CHECK(watch.outcome());
    MUSTER_CHECK(host.keep_going());
    if (!done) return done;
    if (options.rehearse || done->empty()) {
        MUSTER_CHECK(connection.run("ROLLBACK"));
        return done;
    }
    kill_point("repair.changed");
    if (const auto committed = connection.run("COMMIT"); !committed)
        return Failure(why_not_begun(connection, committed.error(), options.wait));
    return done;
}

}  // namespace muster
