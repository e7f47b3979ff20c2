#include "cli/restore_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/restore_choice.h"

namespace muster {
namespace {

/// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=";
    if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
    std::string out = "'";
    for (const char each : text) out += each == '\'' ? std::string{"'\\''"} : std::string{each};
    return out + "'";
}

}  // namespace

std::string command_for(const ListedSnapshot& snapshot, const Arguments& arguments) {
    // What chose another one, and where the answer of that went.
    constexpr std::array<std::string_view, 5> left_out{"--pick", "--before", "--id", "--name",
                                                       "--output"};
    auto out = "muster restore " + shell_word(arguments.value(restore_operand));
    for (const auto& [name, values] : arguments.values) {
        if (name == restore_operand || std::ranges::find(left_out, name) != left_out.end())
            continue;
        if (values.empty()) out += " " + name;
        for (const auto& value : values) out += " " + name + " " + shell_word(value);
    }
    return fmt::format("{} --id {}", out, shell_word(snapshot.path));
}

}  // namespace muster
