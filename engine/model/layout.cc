#include "engine/model/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace muster {
namespace {

constexpr std::array<std::string_view, 3> plain_extensions{".sqlite", ".sqlite3", ".db"};

/// `value` for each `word` from `begin` on.
void put(std::string& text, std::string_view word, std::string_view value, std::size_t begin = 0) {
    for (auto at = text.find(word, begin); at != std::string::npos;
         at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
}

}  // namespace

std::string fill_in(std::string_view layout, std::string_view target, Time time) {
    const std::string stamp = file_stamp(time);
    const std::array<std::pair<std::string_view, std::string>, 6> words{
        std::pair{std::string_view{"{target}"}, std::string{target}},
        std::pair{std::string_view{"{timestamp}"}, stamp},
        std::pair{std::string_view{"{epoch}"}, fmt::format("{}", time.time_since_epoch().count())},
        std::pair{std::string_view{"{yyyy}"}, stamp.substr(0, 4)},
        std::pair{std::string_view{"{mm}"}, stamp.substr(4, 2)},
        std::pair{std::string_view{"{dd}"}, stamp.substr(6, 2)}};
    std::string out{layout};
    const auto named = words.front().first;
    if (const auto name = out.rfind('/'); name != std::string::npos && out.find(named) < name)
        put(out, named, target.substr(target.rfind('/') + 1), name);
    for (const auto& [word, value] : words) put(out, word, value);
    return out;
}

std::string artifact_name(std::string_view layout, std::string_view target, Time time,
                          std::string_view extension) {
    auto name = fill_in(layout, target, time);
    if (name.ends_with(extension)) name.resize(name.size() - extension.size());
    const bool plain = std::ranges::any_of(
        plain_extensions, [&](std::string_view each) { return name.ends_with(each); });
    return name + (plain ? "" : ".sqlite") + std::string{extension};
}

}  // namespace muster
