// Which databases are worth a VACUUM, and which had better be looked at first.
#pragma once

#include <optional>
#include <string>

#include "engine/model/health_report.h"
#include "engine/model/policy/maintain_spec.h"
#include "engine/model/reason.h"

namespace muster {

/// What `rules` ask for where they say nothing: 16 MiB, and 20 %.
Bytes least_free_bytes(const CompactSpec& rules);
double least_free_ratio(const CompactSpec& rules);

/// "26.1 MiB free, 97.2 % of it".
std::string spell_free(Bytes pages, Bytes free);

/// Why `free` of `pages` bytes is not worth it; nothing where it is. Where `pages` is 0 nothing is
/// known, and it may be.
std::optional<Reason> below_threshold(const CompactSpec& rules, Bytes pages, Bytes free);

/// Why it is not packed by itself: damage, or what could not be looked at (packing would hide it),
/// always; any other finding, unless `rules` include them. Checks that a repair before it puts
/// right count for nothing.
std::optional<Reason> unsafe_to_compact(const CompactSpec& rules, const DatabaseHealth& health,
                                        bool repaired_before);

}  // namespace muster
