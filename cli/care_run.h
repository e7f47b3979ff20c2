// One entry of maintain that a command makes by itself, for a policy's targets or for databases.
#pragma once

#include <string_view>

#include "cli/session.h"
#include "engine/model/policy/maintain_spec.h"

namespace muster {

/// --dry-run, --strict-plan, --target and --lock-wait.
const std::vector<Option>& care_options();

/// Plans `care` for the targets of a policy, all or those of --target, and carries it out, unless
/// --dry-run. `limit` is of targets in one run.
Reply care_for_targets(const Arguments& arguments, const Surroundings& surroundings,
                       std::string_view command, const std::string& policy, MaintainSpec care,
                       std::optional<int> limit = {});

/// The same for databases and folders of them, which have no checks.
Reply care_for_databases(const Arguments& arguments, const Surroundings& surroundings,
                         std::string_view command, const std::vector<std::string>& written,
                         MaintainSpec care);

}  // namespace muster
