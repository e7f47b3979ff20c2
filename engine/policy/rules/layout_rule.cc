#include "engine/policy/rules/layout_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/nearest.h"
#include "engine/codec/node.h"

namespace muster::codec {
namespace {

std::optional<Complaint> complaint_about_words(std::string_view layout, Overwrite overwrite,
                                               bool object_store) {
    Words words{"target", "timestamp", "yyyy", "mm", "dd"};
    if (object_store) words.emplace_back("prefix");
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
    const auto lacks = [&](std::string_view word) {
        return layout.find(word) == std::string_view::npos;
    };
    if (lacks("{target}"))
        return Complaint{"without {target} snapshots would collide",
                         "for example {target}/{target}-{timestamp}"};
    if (!lacks("{timestamp}")) return std::nullopt;
    if (overwrite == Overwrite::never)
        return Complaint{
            "without {timestamp} snapshots would collide",
            "for example {target}/{target}-{timestamp}; or overwrite: same_day, where the last one of a day may replace the others"};
    for (const std::string_view needed : {"{yyyy}", "{mm}", "{dd}"})
        if (lacks(needed))
            return Complaint{
                fmt::format("without {} the snapshots of different days would collide", needed),
                "overwrite: same_day needs {yyyy}, {mm} and {dd}"};
    return std::nullopt;
}

}  // namespace

std::optional<Complaint> complaint_about_layout(std::string_view layout, Overwrite overwrite,
                                                bool object_store) {
    if (auto complaint = complaint_about_words(layout, overwrite, object_store)) return complaint;
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
