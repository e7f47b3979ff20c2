// What commands that run share: the state directory, the head of a record, and the way from a
// plan to a record.
#pragma once

#include "cli/command.h"
#include "engine/run/run.h"

namespace muster {

/// --state, else the policy's audit.state, else $XDG_STATE_HOME/muster, else ~/.local/state/muster;
/// as root /var/lib/muster.
StateFolder state_of(const Arguments& arguments, const PolicyFile* policy);

/// The host of a command that only looks: what it decodes lies below the state directory, where
/// the next run removes what a killed one left; in the system's temporary folder where the state
/// directory cannot be written.
Host host_for_looking(const Arguments& arguments, const Surroundings& surroundings,
                      const PolicyFile* policy = nullptr);

RunHead head_of(const Surroundings& surroundings, std::string policy_name,
                const PolicyFile* policy);

/// The policy, or the refusal that names all its problems.
tl::expected<PolicyFile, Refusal> policy_of(const std::string& path);

/// Why --strict-plan forbids to carry the plan out; nothing where it does not, or was not given.
std::optional<Error> refusal_of(const Arguments& arguments, const Plan& plan);
/// The same for a plan that is only shown: its answer ends with what is not clean.
void hold_to_strictness(const Arguments& arguments, const Plan& plan, Answer& answer);
/// Why --strict-plan makes a run fail that was carried out.
std::optional<Error> strict_failure(const Arguments& arguments, const Plan& plan, const Run& run);

/// Carries out a plan that needs no policy, and answers with its record, which holds the plan's
/// findings. Where the plan was made with a policy's help, the state directory is the policy's, and
/// the record names it.
Reply run_directly(const Arguments& arguments, const Surroundings& surroundings, const Plan& plan,
                   bool keep_sandbox = false, const PolicyFile* policy = nullptr);

/// The answer of a run that has ended in a record.
Reply answer_with(const Appended& stored);

/// --supported-schema; ErrorCode::usage when it is no whole number.
Result<std::optional<std::int64_t>> supported_schema_of(const Arguments& arguments);

/// ErrorCode::usage where it is no depth.
Result<Depth> depth_of(const Arguments& arguments, std::string_view flag);
/// --jobs, from 1 to 64; as many as there are cores when left out.
Result<int> jobs_of(const Arguments& arguments);
/// A positive number, nothing when the flag is left out; ErrorCode::usage when it is none.
Result<std::optional<int>> count_of(const Arguments& arguments, std::string_view flag);
/// What stands for "wait that long for another run" in --lock-wait; ErrorCode::usage when it is no
/// duration.
Result<Duration> lease_wait_of(const Arguments& arguments);

/// Where keys lie, by every `flag`: file:PATH, env:NAME or credential:NAME; ErrorCode::usage for
/// anything else, which is not shown: it may be the key itself.
Result<std::vector<KeyPlace>> keys_of(const Arguments& arguments, std::string_view flag);
/// A UTC time, or a date for its midnight; ErrorCode::usage when it is neither.
Result<Time> time_of(const Arguments& arguments, std::string_view flag);

}  // namespace muster
