// Reads a policy and holds it to the rules that go across keys.
#pragma once

#include <string>
#include <string_view>

#include "engine/codec/loaded.h"
#include "engine/model/policy.h"

namespace muster {

/// The policy, or all its problems at once: of its YAML, of its shape, and of its sense (names
/// that exist, targets that are protected, layouts that cannot collide, …), each at its place.
/// `${…}` and globs are left as they are.
Loaded<Policy> load_policy(std::string_view text, const std::string& file);

/// JSON on one line that is the same for policies that mean the same, however they are spelled;
/// what is hashed into plans and records.
std::string canonical_text(const Policy& policy);

}  // namespace muster
