// Every fault that can be tried, where it strikes, and what ought to catch it: the one table.
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/fault.h"

namespace muster {

struct FaultRow {
    Fault fault;
    Strike strike;
    std::string_view expected;  ///< code of the finding or error that ought to catch it
};

/// By fault, and there by strike. Each check whose code stands here is the only one that catches at
/// least one of them: without it that one would go unseen.
const std::vector<FaultRow>& fault_catalogue();

/// Nothing where it makes no sense to try that fault there.
const FaultRow* find_row(Fault fault, Strike strike);

}  // namespace muster
