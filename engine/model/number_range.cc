#include "engine/model/number_range.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace muster {
namespace {

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Long, so that no whole number of 64 bits is taken for its neighbour.
std::optional<long double> finite(std::string_view text) {
    long double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

bool is_whole(long double number) {
    return std::trunc(number) == number;
}

struct Halves {
    std::string_view left, right;
};
std::optional<Halves> split(std::string_view text, std::string_view sign) {
    const auto at = text.find(sign);
    if (at == std::string_view::npos) return std::nullopt;
    return Halves{without_blanks(text.substr(0, at)),
                  without_blanks(text.substr(at + sign.size()))};
}

}  // namespace

std::optional<NumberRange> parse_between(std::string_view text) {
    const auto ends = split(text, "..");
    if (!ends) return std::nullopt;
    const auto low = finite(ends->left), high = finite(ends->right);
    if (!low || !high) return std::nullopt;
    return NumberRange{*low, *high, true,
                       std::string{ends->left} + ".." + std::string{ends->right}};
}

std::optional<NumberRange> parse_around(std::string_view text) {
    constexpr std::string_view plain = "+-", typographic = "\xC2\xB1";
    auto parts = split(text, plain);
    if (!parts) parts = split(text, typographic);
    if (!parts) return std::nullopt;
    const bool percent = parts->right.ends_with('%');
    const auto written =
        percent ? without_blanks(parts->right.substr(0, parts->right.size() - 1)) : parts->right;
    const auto middle = finite(parts->left), more = finite(written);
    if (!middle || !more) return std::nullopt;
    const auto share = percent ? std::abs(*middle) * *more / 100 : *more;
    return NumberRange{
        *middle - share, *middle + share, is_whole(*middle) && is_whole(share),
        std::string{parts->left} + " +- " + std::string{written} + (percent ? "%" : "")};
}

bool holds(const NumberRange& range, std::string_view number) {
    const auto value = finite(number);
    if (!value) return false;
    // 0.3 + 0.1 is not 0.4.
    constexpr long double tiny = 1e-15L;
    const auto slack =
        range.exact ? 0.0L : tiny * std::max(std::abs(range.low), std::abs(range.high));
    return *value >= range.low - slack && *value <= range.high + slack;
}

}  // namespace muster
