// SHA-256, the one digest of muster's documents.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <memory>
#include <span>

#include "engine/base/text_form.h"

namespace muster {

/// All zero where there is none yet. Held as bytes: a million snapshots each
/// have one.
struct Sha256 {
    std::array<unsigned char, 32> bytes{};

    bool empty() const { return *this == Sha256{}; }
    /// 64 lower-case digits; empty text where there is none yet.
    std::string hex() const;
    auto operator<=>(const Sha256&) const = default;
};

template <>
struct TextForm<Sha256> {
    static std::optional<Sha256> parse(std::string_view text);
    static std::string format(const Sha256& digest) { return digest.hex(); }
    static constexpr std::string_view pattern = "^[0-9a-f]{64}$";
    static constexpr std::string_view example = "64 lower-case hexadecimal digits";
};

/// Feed, then finish once; after begin_anew() again.
class Sha256Stream {
public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(Sha256Stream&&) noexcept;
    Sha256Stream& operator=(Sha256Stream&&) noexcept;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);
    Sha256 finish();
    /// What was fed is forgotten. For many short texts: it takes no memory anew.
    void begin_anew();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

Sha256 sha256_of(std::string_view text);

}  // namespace muster
