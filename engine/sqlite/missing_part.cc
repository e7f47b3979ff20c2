#include "engine/sqlite/missing_part.h"

#include <array>

namespace muster {
namespace {

struct Phrase {
    std::string_view said;
    std::string_view part;
};

constexpr std::array phrases{
    Phrase{"no such collation sequence: ", "collation"},
    Phrase{"no such function: ", "function"},
    Phrase{"unknown function: ", "function"},
    Phrase{"no such module: ", "module"},
    Phrase{"no such tokenizer: ", "tokenizer"},
    Phrase{"unknown tokenizer: ", "tokenizer"},
};

}  // namespace

std::optional<std::string> missing_part(std::string_view message) {
    for (const auto& [said, part] : phrases) {
        const auto at = message.find(said);
        if (at == std::string_view::npos) continue;
        const auto name = message.substr(at + said.size());
        return std::string{part} + " " + std::string{name.substr(0, name.find_first_of(" ;)"))};
    }
    return std::nullopt;
}

}  // namespace muster
