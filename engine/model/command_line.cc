#include "engine/model/command_line.h"

#include <string_view>

namespace muster {
namespace {

std::string shell_word(const std::string& text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=";
    if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
    std::string out = "'";
    for (const char each : text) out += each == '\'' ? std::string{"'\\''"} : std::string{each};
    return out + "'";
}

}  // namespace

std::string command_line(const std::vector<std::string>& argv) {
    std::string out;
    for (const auto& word : argv) out += (out.empty() ? "" : " ") + shell_word(word);
    return out;
}

}  // namespace muster
