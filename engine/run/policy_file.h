// A policy with the place it was read from.
#pragma once

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/policy/load.h"

namespace muster {

struct PolicyFile {
    Policy policy;
    fs::path path;  ///< absolute
    Sha256 hash;    ///< of what the policy means, not of how it is spelled
    Zone zone;      ///< the policy's, from 1990 to 2060

    /// A path in the policy as a path of this machine: relative ones are relative to the policy
    /// file.
    fs::path resolve(const std::string& written) const {
        return (path.parent_path() / written).lexically_normal();
    }
};

/// The files of a policy, this process's environment and the system's time zones. An Error when
/// there is no file to read.
Result<LoadedPolicy> read_policy(const fs::path& path);

/// Needs a policy without problems.
Result<PolicyFile> policy_file(const fs::path& path, const LoadedPolicy& loaded);

}  // namespace muster
