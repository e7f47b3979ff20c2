// The chain of records in a state directory: each holds the hash of the stored bytes of the one
// before it, so that a changed, removed or inserted record shows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/evidence/state_folder.h"
#include "engine/model/record.h"

namespace muster {

struct ChainLink {
    fs::path file;
    Sha256 hash;  ///< of the stored bytes
    Record record;
};

struct Chain {
    std::vector<ChainLink> links;  ///< in order
    std::vector<std::string>
        faults;  ///< where it is broken, in words; the links up to there are good
    bool sound() const { return faults.empty(); }
};

/// Reads and checks the whole chain. An absent one is empty and sound. A record that cannot be
/// read, or does not follow from the one before, is a fault, not an Error.
Result<Chain> read_chain(const StateFolder& state);

struct Appended {
    Record record;     ///< with its place in the chain filled in
    std::string text;  ///< the stored bytes
    fs::path file;
    Sha256 hash;  ///< of the text: the new head of the chain
};

/// Fills in sequence, previous and what changed in the population, and stores the record, all
/// under the chain's lease (waits for it). A chain that is broken is appended to all the same; the
/// record then says so in a finding.
Result<Appended> append_record(const StateFolder& state, Record record,
                               const std::optional<Population>& population);

/// The population a record names; ErrorCode::damaged when its bytes are not those of the hash.
Result<Population> read_population(const StateFolder& state, const PopulationRef& reference);

}  // namespace muster
