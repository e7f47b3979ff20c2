#include "engine/codec/tree_builder.h"

#include <fmt/format.h>

#include <numeric>

#include "engine/codec/utf8.h"

namespace muster::codec {
namespace {
constexpr std::size_t longest_key = 1000;
}  // namespace

void TreeBuilder::begin(Node collection) {
    count(1, collection.place);
    if (open_.size() >= static_cast<std::size_t>(limits_.depth)) {
        problem(collection.place, fmt::format("nested more than {} levels deep", limits_.depth),
                "");
        stop_ = true;
    }
    open_.push_back({std::move(collection), std::nullopt, "", {}});
}

void TreeBuilder::end() {
    Node closed = std::move(open_.back().node);
    open_.pop_back();
    --nodes_;  // begin() counted it already
    add(std::move(closed));
}

void TreeBuilder::key(std::string text, TextPlace place) {
    auto& open = open_.back();
    // Paths hold the keys above them: a long one would be told again with every
    // value below it.
    if (text.size() > longest_key) {
        problem(place, fmt::format("a key is longer than {} bytes", longest_key), "");
        stop_ = true;
        text.resize(longest_key);
    }
    const auto [earlier, is_new] = open.keys.emplace(text, place);
    open.key = std::move(text);
    open.key_place = place;
    if (!is_new)
        problem(place,
                fmt::format("the key {} stands twice: here and in line {}", in_quotes(open.key),
                            earlier->second.line),
                "keep one of them");
}

void TreeBuilder::add(Node node) {
    count(1, node.place);
    if (open_.empty()) {
        root_ = std::move(node);
        last_ = &root_;
        return;
    }
    auto& open = open_.back();
    if (auto* sequence = std::get_if<Sequence>(&open.node.value)) {
        last_ = &sequence->emplace_back(std::move(node));
        return;
    }
    auto& mapping = std::get<Mapping>(open.node.value);
    last_ =
        &mapping.emplace_back(Member{std::move(open.key), std::move(node), *open.key_place}).value;
    open.key_place.reset();
}

bool TreeBuilder::expects_key() const {
    return !open_.empty() && std::holds_alternative<Mapping>(open_.back().node.value) &&
           !open_.back().key_place;
}

std::optional<TextPlace> TreeBuilder::pending_key() const {
    return open_.empty() ? std::nullopt : open_.back().key_place;
}

void TreeBuilder::problem(TextPlace place, std::string message, std::string hint) {
    problems_.push_back(
        {file_, place.line, place.column, path(), std::move(message), std::move(hint)});
    if (problems_.size() >= most_problems) stop_ = true;
}

void TreeBuilder::count(std::size_t nodes, TextPlace place) {
    nodes_ += nodes;
    if (stop_ || nodes_ <= limits_.nodes) return;
    problem(place,
            fmt::format("the document has more than {} values, aliases expanded", limits_.nodes),
            "");
    stop_ = true;
}

std::string TreeBuilder::path() const {
    std::string out;
    for (const auto& open : open_) {
        if (const auto* sequence = std::get_if<Sequence>(&open.node.value))
            out = item_path(out, sequence->size());
        else if (open.key_place)
            out = child_path(out, open.key);
    }
    return out;
}

std::size_t count_nodes(const Node& node) {
    std::size_t count = 1;
    if (const auto* sequence = std::get_if<Sequence>(&node.value))
        for (const auto& item : *sequence) count += count_nodes(item);
    if (const auto* mapping = std::get_if<Mapping>(&node.value))
        for (const auto& member : *mapping) count += count_nodes(member.value);
    return count;
}

std::string child_path(const std::string& parent, std::string_view key) {
    std::string name = in_quotes(key);
    const bool plain = name.size() == key.size() + 2 && !key.empty() &&
                       key.find_first_of(" .[]:") == std::string_view::npos;
    if (plain) name = std::string{key};
    return parent.empty() ? name : parent + "." + name;
}

std::string item_path(const std::string& parent, std::size_t index) {
    return fmt::format("{}[{}]", parent, index);
}

}  // namespace muster::codec
