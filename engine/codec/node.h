// The document tree between text and structs, the same for YAML and JSON.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/codec/text_place.h"

namespace muster::codec {

/// Plain scalars keep their spelling, so that no digit is lost; what they mean is asked with the
/// functions below. Quoted ones are always text. Empty and plain: nothing was written.
struct Scalar {
    std::string text;
    bool quoted = false;
    bool filled = false;   ///< held a "${…}": then the value may be of any type, quotes or not
    bool removes = false;  ///< null that takes away what a document below it gives
};

struct Node;
struct Member;
using Sequence = std::vector<Node>;
using Mapping = std::vector<Member>;  ///< in the order of the text

struct Node {
    std::variant<Scalar, Sequence, Mapping> value;
    TextPlace place;
};

struct Member {
    std::string key;
    Node value;
    TextPlace place;  ///< of the key
};

inline Node text_node(std::string text) {
    return {Scalar{std::move(text), true}, {}};
}
inline Node plain_node(std::string text) {
    return {Scalar{std::move(text), false}, {}};
}
inline Node null_node() {
    return plain_node("null");
}
inline Node boolean_node(bool value) {
    return plain_node(value ? "true" : "false");
}
template <std::integral T>
Node number_node(T value) {
    return plain_node(std::to_string(value));
}
/// The shortest digits that give the same number back.
Node real_node(double value);

const Node* find(const Mapping& mapping, std::string_view key);

/// What a scalar means by the core schema of YAML 1.2.
enum class Meaning { null, boolean, integer, real, text };
Meaning meaning_of(const Scalar& scalar);

std::optional<bool> to_boolean(const Scalar& scalar);
/// Also for integers. Nothing for what is no number, is infinite or is not a number at all.
std::optional<double> to_real(const Scalar& scalar);

/// An integer's digits without sign prefix "+", "0x" or "0o", and their base.
struct Digits {
    std::string text;
    int base = 10;
};
Digits digits_of(const Scalar& integer);

/// Nothing when the scalar is no integer or does not fit into T.
template <std::integral T>
std::optional<T> to_integer(const Scalar& scalar) {
    if (meaning_of(scalar) != Meaning::integer) return std::nullopt;
    const auto [text, base] = digits_of(scalar);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// For messages: `the number 5`, `the text "abc"`, `a list`, `nothing`.
std::string describe(const Node& node);

/// `text` in quotes, cut when long, control characters made visible.
std::string in_quotes(std::string_view text);

}  // namespace muster::codec
