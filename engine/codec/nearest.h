// "did you mean": the known word closest to a misspelled one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::codec {

using Words = std::vector<std::string_view>;

/// Insertions, removals, replacements and swaps of neighbours that lead from one to the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The closest of `known`, if few enough letters differ for a slip of the hand.
std::optional<std::string_view> nearest(std::string_view word, const Words& known);

/// "a, b, c".
std::string joined(const Words& words);

/// `did you mean "targets"?`, else `allowed: a, b, c` when these are few, else empty.
std::string suggestion(std::string_view word, const Words& known);

}  // namespace muster::codec
