// A time as a clock of the zone shows it.
#pragma once

#include <string>

#include "engine/model/schedule/zone.h"

namespace muster {

/// "2026-11-20T02:15:00+01:00".
std::string local_text(const Zone& zone, Time time);

}  // namespace muster
