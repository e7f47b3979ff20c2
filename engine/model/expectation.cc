#include "engine/model/expectation.h"

#include <array>
#include <charconv>
#include <utility>

namespace muster {
namespace {

using Relation = Expectation::Relation;
constexpr std::array<std::pair<std::string_view, Relation>, 6> signs{
    std::pair{std::string_view{">="}, Relation::at_least},
    std::pair{std::string_view{"<="}, Relation::at_most},
    std::pair{std::string_view{"!="}, Relation::not_equal},
    std::pair{std::string_view{"=="}, Relation::equal},
    std::pair{std::string_view{">"}, Relation::greater},
    std::pair{std::string_view{"<"}, Relation::less}};

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
bool holds(Relation relation, const Value& actual, const Value& wanted) {
    switch (relation) {
        case Relation::equal: return actual == wanted;
        case Relation::not_equal: return actual != wanted;
        case Relation::less: return actual < wanted;
        case Relation::at_most: return actual <= wanted;
        case Relation::greater: return actual > wanted;
        case Relation::at_least: return actual >= wanted;
    }
    return false;
}

}  // namespace

bool meets(const Expectation& expectation, std::string_view actual) {
    // Whole numbers first: above 2^53 a double would call neighbours equal.
    const auto whole_actual = number<std::int64_t>(actual),
               whole_wanted = number<std::int64_t>(expectation.value);
    if (whole_actual && whole_wanted)
        return holds(expectation.relation, *whole_actual, *whole_wanted);
    const auto real_actual = number<double>(actual),
               real_wanted = number<double>(expectation.value);
    if (real_actual && real_wanted) return holds(expectation.relation, *real_actual, *real_wanted);
    if (expectation.relation == Relation::equal) return actual == expectation.value;
    if (expectation.relation == Relation::not_equal) return actual != expectation.value;
    return false;
}

std::optional<Expectation> TextForm<Expectation>::parse(std::string_view text) {
    text = trimmed(text);
    Expectation out;
    for (const auto& [sign, relation] : signs) {
        if (!text.starts_with(sign)) continue;
        out.relation = relation;
        text = trimmed(text.substr(sign.size()));
        break;
    }
    if (out.relation == Relation::equal && text.starts_with('='))
        return std::nullopt;  // "=> 1" is a slip for ">= 1"
    const bool ordering = out.relation != Relation::equal && out.relation != Relation::not_equal;
    if (text.empty() || (ordering && !number<double>(text))) return std::nullopt;
    out.value = std::string{text};
    return out;
}

std::string TextForm<Expectation>::format(const Expectation& expectation) {
    for (const auto& [sign, relation] : signs)
        if (relation == expectation.relation && relation != Relation::equal)
            return std::string{sign} + " " + expectation.value;
    // A value that begins like a comparison needs its sign back.
    for (const auto& [sign, relation] : signs)
        if (expectation.value.starts_with(sign)) return "== " + expectation.value;
    return expectation.value;
}

}  // namespace muster
