#include "cli/care_run.h"
#include "cli/commands/rows.h"
#include "cli/compact_flags.h"
#include "cli/databases_at.h"

namespace muster {
namespace {

std::vector<Option> recommended_options() {
    auto out = care_options();
    for (const auto* each : {&threshold_options(), &batch_options()})
        out.insert(out.end(), each->begin(), each->end());
    return out;
}

Reply run_recommended(const Arguments& arguments, const Surroundings& surroundings) {
    MaintainSpec care;
    MUSTER_REPLY_TRY(care.compact, compact_spec_of(arguments));
    constexpr std::string_view command = "compact-recommended";
    const auto written = arguments.all("PATH");
    return written.size() == 1 && names_policy(written.front())
               ? care_for_targets(arguments, surroundings, command, written.front(),
                                  std::move(care))
               : care_for_databases(arguments, surroundings, command, written, std::move(care));
}

}  // namespace

Command compact_recommended_command() {
    return {
        "compact-recommended",
        "",
        "compact the databases of a fleet that are worth it, the most reclaimable first",
        "A folder is searched for databases; a policy (.yaml) names its targets, whose checks are asked. What has too little to give is\n"
        "filtered. Candidates are looked into as doctor does: one with another finding is blocked (--include-unsafe), a damaged one always.\n"
        "Each is then compacted as 'muster compact' does it, under its lease; where one fails, the others go on. Run it again for what is\n"
        "deferred: what is done has nothing more to give.\n"
        "Exit 0: all that was planned is done; also a dry run. 3: some are blocked or failed. 4: the same, and none was done.\n"
        "Example: muster compact-recommended /srv/tenants --limit 20 --dry-run",
        {{"PATH...", "databases, folders of databases, or one policy"}},
        recommended_options(),
        run_recommended};
}

}  // namespace muster
