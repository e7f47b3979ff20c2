#include "engine/codec/spell_end.h"

#include <fmt/format.h>

#include <vector>

#include "engine/codec/utf8.h"

namespace muster {

std::string spell_end(const ProgramEnd& end) {
    constexpr std::size_t most_lines = 8;
    std::string out = end.timed_out     ? "did not end in time and was killed"
                      : end.exit_status ? fmt::format("exit status {}", *end.exit_status)
                                        : fmt::format("ended by signal {}", end.signal);
    out += " after " + spell_duration(end.elapsed);
    std::vector<std::string> lines(1);
    for (const char each : codec::well_formed(end.said)) {
        if (each == '\n' && !lines.back().empty()) lines.emplace_back();
        if (static_cast<unsigned char>(each) >= ' ' && each != '\x7f') lines.back() += each;
    }
    if (lines.back().empty()) lines.pop_back();
    if (lines.size() > most_lines)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most_lines));
    if (!lines.empty()) out += fmt::format("; its last words: {}", fmt::join(lines, " | "));
    return out;
}

}  // namespace muster
