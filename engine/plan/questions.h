// What makes two sets of policy checks the same questions.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "engine/base/digest.h"
#include "engine/model/policy.h"

namespace muster {

/// Those of `checks` that a verification of this depth asks.
inline std::vector<CheckSpec> asked_at(Depth depth, const std::vector<CheckSpec>& checks) {
    std::vector<CheckSpec> out;
    std::ranges::copy_if(checks, std::back_inserter(out),
                         [&](const auto& check) { return check.depth <= depth; });
    return out;
}

/// A verification speaks for these questions only: when the policy's checks change, earlier
/// verdicts say nothing of the new ones. Of a command its words count, not the program they name.
inline Sha256 digest_of(const std::vector<CheckSpec>& checks) {
    Sha256Stream stream;
    for (const auto& check : checks) {
        const auto blobs = check.blobs.value_or(BlobCheck{});
        for (const auto& part :
             {check.name, check.sql, blobs.table, blobs.payload, blobs.sha256,
              check.expect ? TextForm<Expectation>::format(*check.expect) : "",
              std::string{name_of(check.severity)}, std::string{name_of(check.depth)}})
            stream.add(part + '\0');
        // Without a command nothing is added: what was proven before there were any stays proven.
        if (check.command.empty()) continue;
        stream.add(fmt::format("command {} {}\n", check.command.size(),
                               check.within ? format_duration(*check.within) : ""));
        for (const auto& word : check.command) stream.add(word + '\0');
    }
    return stream.finish();
}

}  // namespace muster
