// UTF-8 as documents must be written in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muster::codec {

/// Bytes of the well-formed character that `text` begins with; 0 where there is none (overlong,
/// surrogate, cut off, above U+10FFFF, or `text` is empty).
std::size_t character_length(std::string_view text);

/// Offset of the first byte that is not UTF-8, or npos.
std::size_t find_malformed(std::string_view text);

/// The first `count` characters, or all; a malformed byte counts as one.
std::string_view first_characters(std::string_view text, std::size_t count);

/// `text` with U+FFFD for each malformed byte.
std::string well_formed(std::string_view text);

}  // namespace muster::codec
