#include "engine/model/text_pattern.h"

#include <re2/re2.h>

namespace muster {
namespace {

constexpr std::size_t longest_pattern = 512;

re2::StringPiece piece_of(std::string_view text) {
    return {text.data(), text.size()};
}

RE2::Options pattern_options() {
    constexpr std::int64_t most_memory = 1 << 20;
    RE2::Options out;
    out.set_log_errors(false);
    out.set_never_capture(true);
    out.set_max_mem(most_memory);
    return out;
}

}  // namespace

bool is_pattern(std::string_view text) {
    return text.size() <= longest_pattern && RE2{piece_of(text), pattern_options()}.ok();
}

bool is_found(std::string_view pattern, std::string_view text) {
    if (pattern.size() > longest_pattern) return false;
    const RE2 compiled{piece_of(pattern), pattern_options()};
    return compiled.ok() && RE2::PartialMatch(piece_of(text), compiled);
}

}  // namespace muster
