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
        "A copy of it is looked at, packed, and compared with what it was made of, table by table; only then it is written into the\n"
        "database, as one transaction beside those who use it: writers wait meanwhile. Rows keep their numbers, which VACUUM itself would\n"
        "change in tables without a key. What is damaged stays as it is.\n"
        "Needs twice the size of the database in the state directory, and once beside it.\n"
        "Example: muster doctor /srv/tenants, then: muster compact /srv/tenants/acme.db",
        {{"DB", "the database"}},
        {{"--lock-wait", "TIME",
          "wait that long for another run on the same database; 0s when left out"}},
        run_compact};
}

}  // namespace muster
