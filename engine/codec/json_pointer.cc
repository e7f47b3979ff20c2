#include "engine/codec/json_pointer.h"

#include <string>

namespace muster::codec {
namespace {

std::string unescaped(std::string_view word) {
    std::string out;
    for (std::size_t at = 0; at < word.size(); ++at) {
        if (word.substr(at, 2) == "~0" || word.substr(at, 2) == "~1")
            out += word[++at] == '0' ? '~' : '/';
        else
            out += word[at];
    }
    return out;
}

const Node* step_into(const Node& node, const std::string& word) {
    if (const auto* mapping = std::get_if<Mapping>(&node.value)) return find(*mapping, word);
    const auto* sequence = std::get_if<Sequence>(&node.value);
    if (sequence == nullptr || word.empty() || (word.size() > 1 && word.front() == '0'))
        return nullptr;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
    const bool whole = error == std::errc{} && end == word.data() + word.size();
    return whole && index < sequence->size() ? &(*sequence)[index] : nullptr;
}

}  // namespace

const Node* find_pointer(const Node& document, std::string_view pointer) {
    const auto* node = &document;
    while (node != nullptr && !pointer.empty()) {
        if (pointer.front() != '/') return nullptr;
        pointer.remove_prefix(1);
        const auto word = pointer.substr(0, pointer.find('/'));
        node = step_into(*node, unescaped(word));
        pointer.remove_prefix(word.size());
    }
    return node;
}

}  // namespace muster::codec
