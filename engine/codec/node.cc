#include "engine/codec/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/codec/utf8.h"

namespace muster::codec {
namespace {

constexpr std::string_view decimal = "0123456789";

std::string_view without_sign(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return text;
}

bool all_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_integer(std::string_view text) {
    if (text.starts_with("0x")) return all_of(text.substr(2), "0123456789abcdefABCDEF");
    if (text.starts_with("0o")) return all_of(text.substr(2), "01234567");
    return all_of(without_sign(text), decimal);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool is_real(std::string_view text) {
    if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return true;
    text = without_sign(text);
    if (is_one_of(text, {".inf", ".Inf", ".INF"})) return true;
    const auto exponent = text.find_first_of("eE");
    if (exponent != std::string_view::npos) {
        if (!all_of(without_sign(text.substr(exponent + 1)), decimal)) return false;
        text = text.substr(0, exponent);
    }
    const auto point = text.find('.');
    if (point == std::string_view::npos) return all_of(text, decimal);
    const auto whole = text.substr(0, point), part = text.substr(point + 1);
    if (whole.empty()) return all_of(part, decimal);
    return all_of(whole, decimal) && (part.empty() || all_of(part, decimal));
}

bool is_boolean(std::string_view text) {
    return is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"});
}

}  // namespace

Node real_node(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return plain_node(std::string{digits.data(), end});
}

const Node* find(const Mapping& mapping, std::string_view key) {
    const auto found = std::ranges::find(mapping, key, &Member::key);
    return found == mapping.end() ? nullptr : &found->value;
}

Meaning meaning_of(const Scalar& scalar) {
    if (scalar.quoted) return Meaning::text;
    if (scalar.text.empty() || is_one_of(scalar.text, {"null", "Null", "NULL", "~"}))
        return Meaning::null;
    if (is_boolean(scalar.text)) return Meaning::boolean;
    if (is_integer(scalar.text)) return Meaning::integer;
    if (is_real(scalar.text)) return Meaning::real;
    return Meaning::text;
}

std::optional<bool> to_boolean(const Scalar& scalar) {
    if (scalar.quoted || !is_boolean(scalar.text)) return std::nullopt;
    return scalar.text.front() == 't' || scalar.text.front() == 'T';
}

std::optional<double> to_real(const Scalar& scalar) {
    const auto meaning = meaning_of(scalar);
    if (meaning == Meaning::integer) {
        const auto [text, base] = digits_of(scalar);
        if (base != 10) {
            const auto whole = to_integer<std::int64_t>(scalar);
            return whole ? std::optional{static_cast<double>(*whole)} : std::nullopt;
        }
    } else if (meaning != Meaning::real) {
        return std::nullopt;
    }
    std::string_view text = scalar.text;
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

Digits digits_of(const Scalar& integer) {
    const std::string_view text = integer.text;
    if (text.starts_with("0x")) return {std::string{text.substr(2)}, 16};
    if (text.starts_with("0o")) return {std::string{text.substr(2)}, 8};
    return {std::string{text.starts_with('+') ? text.substr(1) : text}, 10};
}

std::string describe(const Node& node) {
    if (std::holds_alternative<Sequence>(node.value)) return "a list";
    if (std::holds_alternative<Mapping>(node.value)) return "a mapping";
    const auto& scalar = std::get<Scalar>(node.value);
    switch (meaning_of(scalar)) {
        case Meaning::null: return scalar.text.empty() ? "nothing" : "null";
        case Meaning::boolean: return scalar.text;
        case Meaning::integer:
        case Meaning::real: return "the number " + std::string{first_characters(scalar.text, 40)};
        case Meaning::text: break;
    }
    return "the text " + in_quotes(scalar.text);
}

std::string in_quotes(std::string_view text) {
    const auto shown = first_characters(text, 60);
    std::string out = "\"";
    for (const char c : shown) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + (shown.size() < text.size() ? "…\"" : "\"");
}

}  // namespace muster::codec
