// Numbers of as few bytes as they need (LEB128: seven bits a byte, the low ones first).
#pragma once

#include <cstdint>
#include <optional>

#include "engine/snapshot/format/piece.h"

namespace muster {

inline void append_varint(Piece& out, std::uint64_t number) {
    for (; number > 0x7f; number >>= 7U)
        out.push_back(static_cast<std::byte>((number & 0x7fU) | 0x80U));
    out.push_back(static_cast<std::byte>(number));
}

/// Small for numbers near zero of either sign.
inline std::uint64_t zigzag(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return (bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0);
}
inline std::int64_t unzigzag(std::uint64_t number) {
    return static_cast<std::int64_t>((number >> 1U) ^ (~(number & 1U) + 1));
}

/// Takes numbers and bytes from the front of what it was given.
class VarintReader {
public:
    explicit VarintReader(PieceView bytes) : left_(bytes) {}

    bool done() const { return left_.empty(); }
    /// Nothing where the bytes end within a number, or it has more than 64 bits.
    std::optional<std::uint64_t> number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(left_.front());
            left_ = left_.subspan(1);
            if (shift == 63 && byte > 1) return std::nullopt;
            value |= (byte & 0x7fU) << shift;
            if (byte < 0x80) return value;
        }
        return std::nullopt;
    }
    /// Nothing where there are fewer.
    std::optional<PieceView> bytes(std::size_t count) {
        if (left_.size() < count) return std::nullopt;
        const auto taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

private:
    PieceView left_;
};

}  // namespace muster
