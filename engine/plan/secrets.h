// Every secret that a policy names.
#pragma once

#include <vector>

#include "engine/model/policy.h"

namespace muster {

/// In the order of the field tables; one that is named twice stands there twice.
std::vector<SecretRef> secrets_of(const Policy& policy);

}  // namespace muster
