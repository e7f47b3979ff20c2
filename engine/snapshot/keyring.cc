#include "engine/snapshot/keyring.h"

namespace muster {

Keyring Keyring::read(const std::vector<KeyPlace>& places) {
    Keyring out;
    for (const auto& place : places) {
        auto key = read_key(secret_at(place));
        if (key)
            out.keys.push_back(*std::move(key));
        else
            out.unreadable += "; " + key.error().message;
    }
    return out;
}

Error Keyring::explained(Error failure) const {
    if (failure.code == ErrorCode::key_missing) failure.message += unreadable;
    return failure;
}

}  // namespace muster
