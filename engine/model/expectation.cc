#include "engine/model/expectation.h"

#include <array>
#include <charconv>
#include <utility>

#include "engine/model/number_range.h"
#include "engine/model/text_pattern.h"

namespace muster {
namespace {

using Relation = Expectation::Relation;
constexpr std::array<std::pair<std::string_view, Relation>, 7> signs{
    std::pair{std::string_view{">="}, Relation::at_least},
    std::pair{std::string_view{"<="}, Relation::at_most},
    std::pair{std::string_view{"!="}, Relation::not_equal},
    std::pair{std::string_view{"=="}, Relation::equal},
    std::pair{std::string_view{">"}, Relation::greater},
    std::pair{std::string_view{"<"}, Relation::less},
    std::pair{std::string_view{"~"}, Relation::matches}};

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class Value>
bool compares(Relation relation, const Value& actual, const Value& wanted) {
    switch (relation) {
        case Relation::equal: return actual == wanted;
        case Relation::not_equal: return actual != wanted;
        case Relation::less: return actual < wanted;
        case Relation::at_most: return actual <= wanted;
        case Relation::greater: return actual > wanted;
        case Relation::at_least: return actual >= wanted;
        case Relation::between:
        case Relation::around:
        case Relation::matches: break;
    }
    return false;
}

/// Of a text without a sign before it.
std::optional<Expectation> ranged(std::string_view text) {
    if (const auto range = parse_between(text)) return Expectation{Relation::between, range->text};
    if (const auto range = parse_around(text)) return Expectation{Relation::around, range->text};
    return std::nullopt;
}

bool can_be_met(const Expectation& expectation) {
    switch (expectation.relation) {
        case Relation::equal:
        case Relation::not_equal: return !expectation.value.empty();
        case Relation::less:
        case Relation::at_most:
        case Relation::greater:
        case Relation::at_least: return number<double>(expectation.value).has_value();
        case Relation::between: {
            const auto range = parse_between(expectation.value);
            return range && range->low <= range->high;
        }
        case Relation::around: {
            const auto range = parse_around(expectation.value);
            return range && range->low <= range->high;
        }
        case Relation::matches: return !expectation.value.empty() && is_pattern(expectation.value);
    }
    return false;
}

bool in_range(const std::optional<NumberRange>& range, std::string_view actual) {
    return range && holds(*range, actual);
}

}  // namespace

bool meets(const Expectation& expectation, std::string_view actual) {
    if (expectation.relation == Relation::matches) return is_found(expectation.value, actual);
    if (expectation.relation == Relation::between)
        return in_range(parse_between(expectation.value), actual);
    if (expectation.relation == Relation::around)
        return in_range(parse_around(expectation.value), actual);
    // Whole numbers first: above 2^53 a double would call neighbours equal.
    const auto whole_actual = number<std::int64_t>(actual),
               whole_wanted = number<std::int64_t>(expectation.value);
    if (whole_actual && whole_wanted)
        return compares(expectation.relation, *whole_actual, *whole_wanted);
    const auto real_actual = number<double>(actual),
               real_wanted = number<double>(expectation.value);
    if (real_actual && real_wanted)
        return compares(expectation.relation, *real_actual, *real_wanted);
    if (expectation.relation == Relation::equal) return actual == expectation.value;
    if (expectation.relation == Relation::not_equal) return actual != expectation.value;
    return false;
}

std::optional<Expectation> TextForm<Expectation>::parse(std::string_view text) {
    text = trimmed(text);
    Expectation out;
    bool signed_text = false;
    for (const auto& [sign, relation] : signs) {
        if (!text.starts_with(sign)) continue;
        out.relation = relation;
        text = trimmed(text.substr(sign.size()));
        signed_text = true;
        break;
    }
    if (out.relation == Relation::equal && text.starts_with('='))
        return std::nullopt;  // "=> 1" is a slip for ">= 1"
    out.value = std::string{text};
    if (!signed_text) out = ranged(text).value_or(out);
    if (!can_be_met(out)) return std::nullopt;
    return out;
}

std::string TextForm<Expectation>::format(const Expectation& expectation) {
    for (const auto& [sign, relation] : signs)
        if (relation == expectation.relation && relation != Relation::equal)
            return std::string{sign} + " " + expectation.value;
    // A value that would be read as something else needs its sign.
    if (parse(expectation.value) == expectation) return expectation.value;
    return "== " + expectation.value;
}

}  // namespace muster
