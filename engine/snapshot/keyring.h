// The keys at hand for an artifact that somebody else encrypted.
#pragma once

#include <string>
#include <vector>

#include "engine/model/key_place.h"
#include "engine/snapshot/format/key.h"

namespace muster {

/// The keys that can be read. One that cannot is no fault while another one fits: the reasons go
/// into what is said when none does.
struct Keyring {
    std::vector<Key> keys;
    std::string unreadable;  ///< a clause for each, to follow a sentence

    static Keyring read(const std::vector<KeyPlace>& places);
    /// The failure of a decoding, with what was not readable where no key fitted.
    Error explained(Error failure) const;
};

}  // namespace muster
