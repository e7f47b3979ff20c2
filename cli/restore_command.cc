#include "cli/restore_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/restore_choice.h"
#include "engine/model/command_line.h"

namespace muster {
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
