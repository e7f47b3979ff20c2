#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/plan/direct_plan.h"

namespace muster {
namespace {

Reply run_compact(const Arguments& arguments, const Surroundings& surroundings) {
    const auto database = fs::absolute(arguments.value("DB")).lexically_normal();
    MUSTER_REPLY_TRY(const auto there, status_of(database));
    if (!there.exists)
        return refuse(ErrorCode::not_found,
                      fmt::format("there is no database at {}", database.string()),
                      "check the path");
    const auto name = database.stem().string();
    CompactStep step;
    step.source = database.string();
    return run_directly(
        arguments, surroundings,
        direct_plan("compact",
                    {lone_step("compact", name, step, {"asked", "the command asks for it"})},
                    surroundings.host.now(), surroundings.host.tool_version));
}

}  // namespace

Command compact_command() {
    return {
        "compact",
        "",
        "give the free pages of a database back, and say what that brought",
        "A copy of it is looked at first: what is damaged stays as it is, for VACUUM would hide it. Then the log is folded in, VACUUM run\n"
        "(incremental_vacuum where the database is set up for that) and PRAGMA optimize, each as one transaction of SQLite beside those who use\n"
        "it; writers wait meanwhile. What all tables hold is compared before and after.\n"
        "Needs about the size of the database beside it, and as much in SQLite's temporary folder (SQLITE_TMPDIR, TMPDIR, /var/tmp).\n"
        "Example: muster doctor /srv/tenants, then: muster compact /srv/tenants/acme.db",
        {{"DB", "the database"}},
        {{"--lock-wait", "TIME",
          "wait that long for another run on the same database; 0s when left out"}},
        run_compact};
}

}  // namespace muster
