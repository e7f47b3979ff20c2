// Which backup a restore takes, and where it puts it, by what the command line says.
#pragma once

#include "cli/session.h"
#include "engine/model/plan.h"
#include "engine/model/snapshot_list.h"

namespace muster {

inline constexpr std::string_view restore_operand = "BACKUP|DIR|TARGET";
enum class Purpose { restore, rehearsal };

/// What says which, besides the operand.
std::vector<Option> choice_options(Purpose purpose);

struct RestoreChoice {
    RestoreStep step;    ///< backup and target; by a policy also checks, keys and supported schema
    std::string target;  ///< name of what is restored
    Reason reason;
    Findings findings;                   ///< the pick, and a warning for each that was passed over
    std::optional<ListedSnapshot> next;  ///< what would be picked if the pick proved bad
    std::optional<PolicyFile> policy;
    std::optional<TargetSpec> spec;  ///< of the policy, where it is of a target that it knows
    std::optional<Answer> nothing;   ///< instead of all that: what there is, none of it restorable
};

/// Reads only. The operand is a backup, a directory of backups or, with --policy, a target. Refuses
/// (ErrorCode::usage) flags that do not go together, a directory with several databases, names and
/// ids that there are not, and a place that cannot be told. A rehearsal needs no place and no
/// proof: its step has no target.
tl::expected<RestoreChoice, Refusal> choose_restore(const Arguments& arguments,
                                                    const Surroundings& surroundings,
                                                    Purpose purpose = Purpose::restore);

}  // namespace muster
