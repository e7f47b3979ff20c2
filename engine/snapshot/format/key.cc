#include "engine/snapshot/format/key.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "engine/base/digest.h"

namespace muster {

Key::Key(std::span<const std::byte, size> bytes) {
    std::memcpy(bytes_.data(), bytes.data(), size);
}

Key::~Key() {
    ::sodium_memzero(bytes_.data(), bytes_.size());
}

std::string Key::id() const {
    Sha256Stream stream;
    stream.add("muster key id\n");
    stream.add(std::as_bytes(std::span{bytes_}));
    return stream.finish().hex().substr(0, 16);
}

}  // namespace muster
