#include "engine/codec/decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/tree_builder.h"

namespace muster::codec {
namespace {

/// What to write, where the slip is a known one.
std::string hint_for(const Node& node) {
    const auto* scalar = std::get_if<Scalar>(&node.value);
    return scalar && meaning_of(*scalar) == Meaning::null ? "give a value or remove the key" : "";
}

}  // namespace

Spot Spot::member(const Member& member) const {
    return {child_path(path, member.key), member.place};
}

Spot Spot::item(const Node& item, std::size_t index) const {
    return {item_path(path, index), item.place};
}

void Decoder::problem(TextPlace place, std::string path, std::string message, std::string hint) {
    if (problems_.size() < most_problems)
        problems_.push_back({files_.at(static_cast<std::size_t>(place.source)), place.line,
                             place.column, std::move(path), std::move(message), std::move(hint)});
}

void Decoder::wrong_type(const Node& node, const Spot& at, std::string_view expected,
                         std::string hint) {
    if (hint.empty()) hint = hint_for(node);
    problem(node.place, at.path, fmt::format("expected {}, found {}", expected, describe(node)),
            std::move(hint));
}

void Decoder::out_of_range(const Node& node, const Spot& at, std::string_view lowest,
                           std::string_view highest) {
    problem(node.place, at.path,
            fmt::format("{} is out of range: the least is {}, the greatest {}", describe(node),
                        lowest, highest),
            "");
}

void Decoder::unknown_word(const Node& node, const Spot& at, const Words& allowed) {
    const auto* scalar = std::get_if<Scalar>(&node.value);
    const auto close = scalar ? nearest(scalar->text, allowed) : std::nullopt;
    wrong_type(node, at, (allowed.size() > 1 ? "one of " : "") + joined(allowed),
               close ? fmt::format("did you mean \"{}\"?", *close) : "");
}

void Decoder::unknown_key(const Member& member, const Spot& parent, const Words& allowed) {
    problem(member.place, child_path(parent.path, member.key),
            "unknown key " + in_quotes(member.key), suggestion(member.key, allowed));
}

void Decoder::missing_key(const Spot& parent, std::string_view key, std::string_view doc) {
    problem(parent.named, child_path(parent.path, key),
            fmt::format("the key \"{}\" is missing", key), fmt::format("{}: {}", key, doc));
}

void Decoder::missing_choice(const Spot& at, const Words& choice) {
    problem(at.named, at.path, fmt::format("one of {} is needed", joined(choice)), "");
}

void Decoder::second_choice(const Member& second, const Member& first, const Spot& parent,
                            const Words& choice) {
    problem(
        second.place, child_path(parent.path, second.key),
        fmt::format("{} and {} exclude each other", in_quotes(second.key), in_quotes(first.key)),
        fmt::format("give one of {}", joined(choice)));
}

void Decoder::remember_place(const Node& node, const Spot& at) {
    if (author_ == Author::program) return;
    places_.emplace(at.path, std::holds_alternative<Scalar>(node.value) ? node.place : at.named);
}

Problems Decoder::take_problems() {
    std::ranges::stable_sort(problems_, [](const Problem& left, const Problem& right) {
        return std::pair{left.line, left.column} < std::pair{right.line, right.column};
    });
    return std::move(problems_);
}

}  // namespace muster::codec
