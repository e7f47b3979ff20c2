#include "engine/model/words.h"

#include <algorithm>

namespace muster {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Gives each stretch of plain text and each word, in order.
void walk(std::string_view text, const std::function<void(std::string_view)>& plain,
          const std::function<void(std::string_view word)>& word) {
    while (true) {
        const auto open = text.find('{');
        if (open == std::string_view::npos) return plain(text);
        plain(text.substr(0, open));
        const bool escaped = text.substr(open + 1).starts_with('{');
        const auto begin = open + (escaped ? 2 : 1);
        const auto close = text.find('}', begin);
        if (close == std::string_view::npos || !is_word(text.substr(begin, close - begin))) {
            plain("{");
            text.remove_prefix(open + 1);
            continue;
        }
        if (escaped)
            plain(text.substr(open + 1, close - open));
        else
            word(text.substr(begin, close - begin));
        text.remove_prefix(close + 1);
    }
}

}  // namespace

bool is_word(std::string_view name) {
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> out;
    walk(
        text, [](std::string_view) {}, [&](std::string_view word) { out.emplace_back(word); });
    return out;
}

std::string fill_words(
    std::string_view text,
    const std::function<std::optional<std::string>(const std::string& word)>& value_of) {
    std::string out;
    walk(
        text, [&](std::string_view plain) { out += plain; },
        [&](std::string_view word) {
            const std::string name{word};
            if (auto value = value_of(name))
                out += *value;
            else
                out += "{" + name + "}";
        });
    return out;
}

}  // namespace muster
