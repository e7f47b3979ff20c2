// The command line, as the command rows describe it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace muster {

struct Parsed {
    const Command* command;
    Arguments arguments;
};

/// What to do, or the help that was asked for, or why the line cannot be understood
/// (ErrorCode::usage).
std::variant<Parsed, std::string, Error> parse(const std::vector<std::string>& line);

}  // namespace muster
