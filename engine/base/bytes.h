// A number of bytes. In JSON a whole number; in a policy also text with a binary unit ("16MiB").
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

struct Bytes {
    std::uint64_t count = 0;

    auto operator<=>(const Bytes&) const = default;
    Bytes operator+(Bytes other) const { return {count + other.count}; }
    Bytes& operator+=(Bytes other) {
        count += other.count;
        return *this;
    }
};

/// "4096", "16KiB", "1.5GiB" and so on; nothing where the text is no such amount.
std::optional<Bytes> parse_bytes(std::string_view text);
/// For people: "9.0 MiB".
std::string spell_bytes(Bytes bytes);

}  // namespace muster
