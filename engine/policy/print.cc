#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/draft.h"
#include "engine/codec/json_text.h"
#include "engine/codec/tree_builder.h"
#include "engine/policy/load.h"

namespace muster {
namespace {

using codec::Mapping;
using codec::Node;
using codec::Scalar;
using codec::Sequence;

constexpr std::size_t comment_column = 52;

/// Writes a tree as YAML with a comment behind each value; lives for one call of print_policy.
class Printer {
public:
    explicit Printer(const LoadedPolicy& loaded) : loaded_(loaded) {}

    void mapping(const Mapping& members, const std::string& path, std::size_t indent) {
        for (const auto& [key, value, place] : members)
            entry(spelled_key(key) + ":", value, codec::child_path(path, key), indent);
    }

    std::string take() { return std::move(out_); }

private:
    /// Lists of scalars and whatever is empty stand on one line.
    static bool is_short(const Node& node) {
        if (std::holds_alternative<Scalar>(node.value)) return true;
        if (const auto* mapping = std::get_if<Mapping>(&node.value)) return mapping->empty();
        return std::ranges::all_of(std::get<Sequence>(node.value), [](const Node& item) {
            return std::holds_alternative<Scalar>(item.value);
        });
    }

    static std::string spelled_key(const std::string& key) {
        const bool plain = !key.empty() &&
                           key.find_first_not_of(
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_-") == std::string::npos &&
                           codec::meaning_of({key, false}) == codec::Meaning::text;
        return plain ? key : codec::json_text(codec::text_node(key), codec::Layout::line);
    }

    /// As JSON, which YAML reads; "${" is doubled so that it is not filled in again.
    static std::string spelled(const Node& node) {
        if (const auto* scalar = std::get_if<Scalar>(&node.value); scalar && scalar->quoted) {
            auto text = scalar->text;
            for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3))
                text.insert(at, "$");
            const bool plain = !text.empty() && text.size() < 80 &&
                               codec::meaning_of({text, false}) == codec::Meaning::text &&
                               text.find_first_not_of(
                                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_./-") == std::string::npos &&
                               text.front() != '-' && text.front() != '.';
            return plain ? text : codec::json_text(codec::text_node(text), codec::Layout::line);
        }
        if (const auto* list = std::get_if<Sequence>(&node.value)) {
            std::string out;
            for (const auto& item : *list) out += (out.empty() ? "" : ", ") + spelled(item);
            return "[" + out + "]";
        }
        return codec::json_text(node, codec::Layout::line);
    }

    std::string origin_of(const std::string& path) const {
        const auto found = loaded_.places.find(path);
        if (found == loaded_.places.end()) return "default";
        const auto& source = loaded_.sources.at(static_cast<std::size_t>(found->second.source));
        auto out = fmt::format("{}:{}", source.file, found->second.line);
        if (const auto filled = loaded_.filled.find(path); filled != loaded_.filled.end())
            out += " " + codec::in_quotes(filled->second);
        return out;
    }

    void line(std::size_t indent, const std::string& text, const std::string& comment) {
        auto whole = std::string(indent, ' ') + text;
        if (!comment.empty()) {
            if (whole.size() < comment_column) whole.resize(comment_column, ' ');
            whole += "  # " + comment;
        }
        out_ += whole + "\n";
    }

    void entry(const std::string& head, const Node& value, const std::string& path,
               std::size_t indent) {
        if (is_short(value)) return line(indent, head + " " + spelled(value), origin_of(path));
        line(indent, head, "");
        if (const auto* members = std::get_if<Mapping>(&value.value))
            return mapping(*members, path, indent + 2);
        const auto& items = std::get<Sequence>(value.value);
        for (std::size_t i = 0; i < items.size(); ++i)
            entry("-", items[i], codec::item_path(path, i), indent + 2);
    }

    const LoadedPolicy& loaded_;
    std::string out_;
};

}  // namespace

std::string print_policy(const LoadedPolicy& loaded) {
    Printer printer{loaded};
    auto root = codec::tree_of(*loaded.policy);
    auto& sections = std::get<Mapping>(root.value);
    // Their work is done; what they gave stands in the other sections.
    for (const std::string_view spent : {"include", "vars"})
        std::erase_if(sections, [&](const auto& section) { return section.key == spent; });
    printer.mapping(sections, "", 0);
    return printer.take();
}

}  // namespace muster
