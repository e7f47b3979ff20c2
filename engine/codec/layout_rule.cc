#include "engine/codec/layout_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/nearest.h"
#include "engine/codec/node.h"

namespace muster::codec {
namespace {

const Words words{"target", "timestamp", "yyyy", "mm", "dd"};

std::optional<Complaint> complaint_about_words(std::string_view layout) {
    for (std::size_t at = layout.find_first_of("{}"); at != std::string_view::npos;
         at = layout.find_first_of("{}", at)) {
        const auto end = layout.find_first_of("{}", at + 1);
        if (layout[at] == '}' || end == std::string_view::npos || layout[end] == '{')
            return Complaint{"a brace has no partner", "words are written {target}"};
        const auto word = layout.substr(at + 1, end - at - 1);
        if (std::ranges::find(words, word) == words.end())
            return Complaint{"unknown word " + in_quotes(word), suggestion(word, words)};
        at = end + 1;
    }
    for (const std::string_view needed : {"{target}", "{timestamp}"})
        if (layout.find(needed) == std::string_view::npos)
            return Complaint{fmt::format("without {} snapshots would collide", needed),
                             "for example {target}/{target}-{timestamp}"};
    return std::nullopt;
}

}  // namespace

std::optional<Complaint> complaint_about_layout(std::string_view layout) {
    if (auto complaint = complaint_about_words(layout)) return complaint;
    if (layout.starts_with('/'))
        return Complaint{"the layout is absolute", "it is a place below the store's directory"};
    while (true) {
        const auto slash = std::min(layout.find('/'), layout.size());
        const auto part = layout.substr(0, slash);
        if (part.empty() || part == "." || part == "..")
            return Complaint{fmt::format("the folder {} is not allowed", in_quotes(part)),
                             "snapshots stay below the store's directory"};
        if (slash == layout.size()) return std::nullopt;
        layout.remove_prefix(slash + 1);
    }
}

}  // namespace muster::codec
