#include "engine/codec/nearest.h"

#include <algorithm>

namespace muster::codec {
namespace {
constexpr std::size_t longest_word = 64;
constexpr std::size_t most_words = 24;
}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to) {
    // Three rows of the table: two back (for swaps), above, and the one being filled.
    std::vector<std::size_t> older, above(to.size() + 1), row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j) above[j] = j;
    older = above;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const bool same = from[i - 1] == to[j - 1];
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped =
                i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
        }
        std::swap(older, above);
        std::swap(above, row);
    }
    return above[to.size()];
}

std::optional<std::string_view> nearest(std::string_view word, const Words& known) {
    if (word.size() > longest_word) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t least = std::max<std::size_t>(word.size() / 3, 1);
    for (const auto candidate : known) {
        const auto longer = std::max(candidate.size(), word.size());
        const auto shorter = std::min(candidate.size(), word.size());
        if (longer - shorter > least) continue;
        const auto distance = edit_distance(word, candidate);
        if (distance >= longer || distance > least || (best && distance == least)) continue;
        best = candidate;
        least = distance;
    }
    return best;
}

std::string joined(const Words& words) {
    std::string out;
    for (const auto word : words) (out += out.empty() ? "" : ", ") += word;
    return out;
}

std::string suggestion(std::string_view word, const Words& known) {
    if (const auto close = nearest(word, known))
        return "did you mean \"" + std::string{*close} + "\"?";
    if (known.empty() || known.size() > most_words) return "";
    return "allowed: " + joined(known);
}

}  // namespace muster::codec
