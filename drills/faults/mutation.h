// Damages a clone the way a bad deployment or a slip of the hand does: real rows inserted, updated
// and deleted, and the schema changed.
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/model/outcome.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// One transaction. Of each kind the first table that lets it happen is taken; triggers, foreign
/// keys and CHECK constraints do not stop it. The schema change (a new table with a row) always
/// happens, so the result is never empty. An Error when the clone cannot be written.
Result<std::vector<Mutation>> mutate(Connection& clone);

}  // namespace muster
