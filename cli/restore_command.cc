#include "cli/restore_command.h"

#include <algorithm>
#include <array>
#include <map>

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

std::vector<std::string> argv_for(const ListedSnapshot& snapshot, const Arguments& arguments) {
    // What chose another one, and where the answer of that went.
    constexpr std::array<std::string_view, 5> left_out{"--pick", "--before", "--id", "--name",
                                                       "--output"};
    std::vector<std::string> out{"muster", "restore", arguments.value(restore_operand)};
    std::map<std::string_view, std::size_t> used;
    for (const auto& name : arguments.order) {
        if (name == restore_operand || std::ranges::find(left_out, name) != left_out.end())
            continue;
        out.push_back(name);
        const auto values = arguments.all(name);
        if (!values.empty()) out.push_back(values.at(used[name]++));
    }
    out.insert(out.end(), {"--id", snapshot.path});
    return out;
}

std::string command_for(const ListedSnapshot& snapshot, const Arguments& arguments) {
    std::string out;
    for (const auto& word : argv_for(snapshot, arguments))
        out += (out.empty() ? "" : " ") + shell_word(word);
    return out;
}

}  // namespace muster
