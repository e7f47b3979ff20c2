// A short look at a database: enough to plan with.
#pragma once

#include "engine/sqlite/source.h"

namespace muster {

/// What Source::open would find, and fails as it does, but makes no private copy of a crashed
/// database: page_size and page_count are 0 then.
Result<SourceFacts> probe_source(const fs::path& path, const SourceOptions& options);

}  // namespace muster
