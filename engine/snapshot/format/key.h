// The secret that seals an artifact.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/model/policy/secret_ref.h"

namespace muster {

/// 32 secret bytes, wiped on destruction. No form for people: only id() may be shown or stored.
class Key {
public:
    static constexpr std::size_t size = 32;

    explicit Key(std::span<const std::byte, size> bytes);
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key();

    /// 16 hexadecimal digits that tell keys apart and say nothing about the secret: the first of
    /// SHA-256("muster key id\n" || key).
    std::string id() const;
    /// For the cipher alone.
    std::span<const unsigned char, size> secret() const { return bytes_; }

private:
    std::array<unsigned char, size> bytes_{};
};

/// Reads the key where `place` says: 64 hexadecimal digits or 32 raw bytes, and at most one newline
/// after them. ErrorCode::key_missing when nothing is there; key_invalid when what is there is no
/// key, or a file that others than its owner may read; not_available for a command. Messages name
/// the place, never the content.
Result<Key> read_key(const SecretRef& place);

}  // namespace muster
