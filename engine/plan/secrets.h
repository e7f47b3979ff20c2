// Every secret that a policy names.
#pragma once

#include <string>
#include <vector>

#include "engine/model/policy.h"

namespace muster {

/// In the order of the field tables; one that is named twice stands there twice.
std::vector<SecretRef> secrets_of(const Policy& policy);

/// The environment variables among them.
std::vector<std::string> secret_variables_of(const Policy& policy);

}  // namespace muster
