// All the files that a policy is made of, joined into one document.
#pragma once

#include "engine/codec/node.h"
#include "engine/policy/load.h"

namespace muster::codec {

struct Gathered {
    std::optional<Node> root;  ///< nothing where a text could not be read at all
    std::vector<PolicySource> sources;
    Problems problems;
};

/// Reads `file`, what it includes and what it extends, and lays them over each other. Cycles, more
/// than 64 files and chains of more than 16 are problems. `extends` and `include` are gone from
/// the result.
Gathered gather(const std::string& file, const PolicyInputs& inputs);

}  // namespace muster::codec
