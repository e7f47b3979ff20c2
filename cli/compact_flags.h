// The flags that say which databases are worth a VACUUM.
#pragma once

#include "cli/command.h"
#include "engine/model/policy/maintain_spec.h"

namespace muster {

/// --min-free-bytes and --min-free-ratio.
const std::vector<Option>& threshold_options();
/// --max-reclaimable-bytes, --limit and --include-unsafe.
const std::vector<Option>& batch_options();

/// What those of them say that were given; ErrorCode::usage where one says nothing.
Result<CompactSpec> compact_spec_of(const Arguments& arguments);

}  // namespace muster
