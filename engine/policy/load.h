// From the text of a policy, and of the files it is made of, to a policy that has sense.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/codec/text_place.h"
#include "engine/model/policy.h"
#include "engine/model/schedule/zone.h"

namespace muster {

/// What a policy may ask of its surroundings; each is called only where the policy names something.
struct PolicyInputs {
    /// The text of the policy, or of a file that it extends or includes.
    std::function<Result<std::string>(const std::string& file)> read;
    /// The value of an environment variable; nothing where it is not set.
    std::function<std::optional<std::string>(const std::string& name)> environment;
    /// Offsets of a time zone for the rules about schedules. Without it every name is taken for
    /// UTC.
    std::function<Result<Zone>(const std::string& name)> zone;
};

/// One of the texts that a policy is made of.
struct PolicySource {
    std::string file;
    std::string text;
};

struct LoadedPolicy {
    std::optional<Policy> policy;  ///< there exactly when `problems` is empty
    Problems problems;             ///< by file, in the order of its text, each with its line
    std::vector<PolicySource> sources;
    /// Where each path ("targets.finance.rpo") was written: line, column, number of the source.
    /// What stands nowhere has its default.
    std::map<std::string, TextPlace> places;
    /// The text of each value that held a "${…}", before it was filled in.
    std::map<std::string, std::string> filled;
};

/// The policy, or all its problems at once: of its YAML, of what it extends and includes, of its
/// variables, of its shape, and of its sense (engine/policy/rules/), each at its place. The first
/// source is `file`. Never throws; bounded in files, size and depth.
LoadedPolicy load_policy(const std::string& file, const PolicyInputs& inputs);

/// JSON on one line that is the same for policies that mean the same, however they are spelled;
/// what is hashed into plans and records.
std::string canonical_text(const Policy& policy);

/// The policy as YAML, every default filled in; where `loaded` tells the place of a value, a
/// comment names it. It loads to the same policy.
std::string print_policy(const LoadedPolicy& loaded);

}  // namespace muster
