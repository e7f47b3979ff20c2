// What makes two sets of policy checks the same questions.
#pragma once

#include "engine/base/digest.h"
#include "engine/model/policy.h"

namespace muster {

/// A verification speaks for these questions only: when the policy's checks change, earlier
/// verdicts say nothing of the new ones.
inline Sha256 digest_of(const std::vector<CheckSpec>& checks) {
    Sha256Stream stream;
    for (const auto& check : checks) {
        const auto blobs = check.blobs.value_or(BlobCheck{});
        for (const auto& part :
             {check.name, check.sql, blobs.table, blobs.payload, blobs.sha256,
              check.expect ? TextForm<Expectation>::format(*check.expect) : "",
              std::string{name_of(check.severity)}, std::string{name_of(check.depth)}})
            stream.add(part + '\0');
    }
    return stream.finish();
}

}  // namespace muster
