// The rules of a policy that no single field can tell.
#pragma once

#include <map>
#include <string>

#include "engine/base/problem.h"
#include "engine/codec/text_place.h"
#include "engine/model/policy.h"

namespace muster::codec {

/// Every broken rule. `shape` holds the problems that decoding found: what it says to be broken is
/// not judged again, and no rule draws conclusions from it. `places` says where each path stands.
Problems check_policy(const Policy& policy, const Problems& shape,
                      const std::map<std::string, TextPlace>& places, const std::string& file);

}  // namespace muster::codec
