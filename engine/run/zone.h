// Time zones as this machine's time zone database knows them, for code that must not ask it.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/model/schedule/zone.h"

namespace muster {

/// The zone's offsets in [from, to]. "UTC" needs no database. ErrorCode::invalid_policy for a name
/// that the database does not hold, with the nearest one that it does; ErrorCode::not_found where
/// this machine has no database. The database lists clock changes up to 2037; later times keep the
/// offset of its last one.
Result<Zone> read_zone(const std::string& name, Time from, Time to);

/// The zone of this machine's clock: of TZ, else of /etc/localtime; "UTC" where neither names one
/// that the database holds.
std::string system_zone();

}  // namespace muster
