#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/plan/direct_plan.h"

namespace muster {
namespace {

Reply run_restore_smoke(const Arguments& arguments, const Surroundings& surroundings) {
    DrillStep step;
    step.drill = "restore-smoke";
    step.scenario = Scenario::restore_smoke;
    step.source = fs::absolute(arguments.value("DB")).lexically_normal().string();
    if (arguments.has("--rto")) {
        step.rto = TextForm<Duration>::parse(arguments.value("--rto"));
        if (!step.rto)
            return refuse(ErrorCode::usage,
                          fmt::format("--rto: '{}' is no duration", arguments.value("--rto")),
                          "write it like 5m");
    }
    const auto name = fs::path{step.source}.stem().string();
    const auto plan =
        direct_plan("restore-smoke",
                    {lone_step("restore-smoke", name, step, {"asked", "the command asks for it"})},
                    surroundings.host.now(), surroundings.host.tool_version);
    return run_directly(arguments, surroundings, plan, arguments.has("--keep-sandbox"));
}

}  // namespace

Command restore_smoke_command() {
    return {
        "restore-smoke",
        "",
        "rehearse on a clone: snapshot, damage, restore, compare; needs no policy",
        "The database itself is only read. Exit 0: the restored clone equals the baseline. 4: it does not.",
        {{"DB", "the database"}},
        {{"--rto", "TIME", "objective for the restore, such as 5m"},
         {"--keep-sandbox", "", "leave the sandbox, to look into it"}},
        run_restore_smoke};
}

}  // namespace muster
