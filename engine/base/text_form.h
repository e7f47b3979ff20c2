// Values that stand in documents as one piece of text ("4h", "2026-11-20T10:00:00Z").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// Specialise with:
///   static std::optional<T> parse(std::string_view);
///   static std::string format(const T&);
///   static constexpr std::string_view pattern;  // regular expression of the JSON Schema
///   static constexpr std::string_view example;  // "a duration such as 4h, 30m or 200ms"
/// parse(format(x)) == x for every x.
template <class T>
struct TextForm;

template <class T>
concept Textual = requires(std::string_view text) {
    TextForm<T>::parse(text);
};

}  // namespace muster
