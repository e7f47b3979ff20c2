// A policy with the place it was read from.
#pragma once

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/problem.h"
#include "engine/model/policy.h"

namespace muster {

struct PolicyFile {
    Policy policy;
    fs::path path;  ///< absolute
    Sha256 hash;    ///< of what the policy means, not of how it is spelled

    /// A path in the policy as a path of this machine: relative ones are relative to the policy
    /// file.
    fs::path resolve(const std::string& written) const {
        return (path.parent_path() / written).lexically_normal();
    }
};

/// The policy, or its problems; an Error when there is no file to read.
Result<tl::expected<PolicyFile, Problems>> read_policy(const fs::path& path);

}  // namespace muster
