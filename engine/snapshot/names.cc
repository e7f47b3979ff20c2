#include "engine/snapshot/names.h"

#include <array>
#include <utility>

namespace muster {

std::string expand_layout(std::string_view layout, std::string_view target, Time time) {
    const std::string stamp = file_stamp(time);
    const std::array<std::pair<std::string_view, std::string>, 5> words{
        std::pair{std::string_view{"{target}"}, std::string{target}},
        std::pair{std::string_view{"{timestamp}"}, stamp},
        std::pair{std::string_view{"{yyyy}"}, stamp.substr(0, 4)},
        std::pair{std::string_view{"{mm}"}, stamp.substr(4, 2)},
        std::pair{std::string_view{"{dd}"}, stamp.substr(6, 2)}};
    std::string out{layout};
    for (const auto& [word, value] : words)
        for (auto at = out.find(word); at != std::string::npos;
             at = out.find(word, at + value.size()))
            out.replace(at, word.size(), value);
    for (const auto plain : {".sqlite", ".sqlite3", ".db"})
        if (out.ends_with(plain)) return out;
    return out + ".sqlite";
}

}  // namespace muster
