#include "cli/restore_command.h"

#include <algorithm>
#include <array>
#include <map>

#include "cli/restore_choice.h"

namespace muster {

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

}  // namespace muster
