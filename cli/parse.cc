#include "cli/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <list>
#include <optional>

#include "engine/base/error.h"
#include "engine/codec/nearest.h"
#include "muster_version.h"

namespace muster {
namespace {

std::string exit_statuses() {
    return "Exit status: 0 fine; 1 unexpected failure; 2 plan --detailed-exitcode: changes are due; 3 some steps failed, the rest is done;\n"
           "4 checked and found bad; 5 strict plan not clean; 6 plan stale; 7 refused for safety; 8 policy or usage invalid;\n"
           "9 another run holds the lease; 10 store unreachable or not permitted; 130 or 143 interrupted.\n";
}

/// What CLI11 fills in for one row.
struct Slots {
    std::list<std::pair<std::string, bool>> switches;
    std::list<std::pair<std::string, std::optional<std::string>>> words;
    std::list<std::pair<std::string, std::vector<std::string>>> values;
};

void add_option(CLI::App& app, const Option& option, Slots& slots) {
    const std::string flag{option.flag};
    if (option.value.empty()) {
        auto& slot = slots.switches.emplace_back(flag, false);
        app.add_flag(flag, slot.second, std::string{option.help});
    } else {
        auto& slot = slots.values.emplace_back(flag, std::vector<std::string>{});
        app.add_option(flag, slot.second, std::string{option.help})
            ->type_name(std::string{option.value})
            ->expected(1)
            ->take_all()
            ->allow_extra_args(false);  // what follows its value is an operand
    }
}

void add_operand(CLI::App& app, const Operand& operand, Slots& slots) {
    std::string name{operand.name};
    const bool optional = name.starts_with('[');
    if (optional) name = name.substr(1, name.size() - 2);
    const bool several = name.ends_with("...");
    if (several) {
        name.resize(name.size() - 3);
        app.add_option(name, slots.values.emplace_back(name, std::vector<std::string>{}).second)
            ->required(!optional);
    } else {
        app.add_option(name, slots.words.emplace_back(name, std::nullopt).second)
            ->required(!optional);
    }
}

std::string usage_of(const Command& command) {
    std::string out = fmt::format("muster {}", command.name);
    for (const auto& operand : command.operands) out += fmt::format(" {}", operand.name);
    return out + " [OPTIONS]";
}

std::string help_of(const Command& command) {
    std::string out =
        fmt::format("Usage: {}\n\n", usage_of(command)) + std::string{command.summary} + "\n\n";
    const auto row = [&](std::string_view left, std::string_view help) {
        out += fmt::format("  {:<26} {}\n", left, help);
    };
    for (const auto& operand : command.operands) row(operand.name, operand.help);
    if (!command.options.empty()) out += "\nOptions:\n";
    for (const auto& option : command.options)
        row(fmt::format("{} {}", option.flag, option.value), option.help);
    out += "\nOptions of every command:\n";
    for (const auto& option : common_options())
        row(fmt::format("{} {}", option.flag, option.value), option.help);
    if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
    return out + "\n" + exit_statuses();
}

std::string help_of_all() {
    std::string out = fmt::format(
        "muster {}: backs up SQLite databases and proves that the restore works.\n\nUsage: muster COMMAND ...\n\n",
        version);
    for (const auto& command : commands())
        out += fmt::format("  {:<15} {}\n", command.name, command.summary);
    return out +
           "\n'muster COMMAND --help' tells more. A first look: muster restore-smoke DATABASE\n\n" +
           exit_statuses();
}

const Command* find(std::string_view name) {
    for (const auto& command : commands())
        if (command.name == name || (!command.alias.empty() && command.alias == name))
            return &command;
    return nullptr;
}

/// The first flag that the command does not take, with what may have been meant.
std::optional<Error> unknown_flag(const Command& command, const std::vector<std::string>& words) {
    codec::Words known{"--help"};
    for (const auto& option : command.options) known.push_back(option.flag);
    for (const auto& option : common_options()) known.push_back(option.flag);
    for (const auto& word : words) {
        if (word == "--") return std::nullopt;
        const auto flag = word.substr(0, word.find('='));
        if (!flag.starts_with('-') || flag.size() < 2 ||
            std::isdigit(static_cast<unsigned char>(flag[1])) != 0 ||
            std::ranges::find(known, flag) != known.end())
            continue;
        const auto close = codec::nearest(flag, known);
        return Error{ErrorCode::usage,
                     fmt::format("{}: there is no flag {}", command.name, flag),
                     close ? fmt::format("did you mean {}?", *close)
                           : fmt::format("try 'muster {} --help'", command.name),
                     {}};
    }
    return std::nullopt;
}

Error unknown_command(const std::string& word) {
    codec::Words known;
    for (const auto& command : commands()) known.push_back(command.name);
    const auto close = codec::nearest(word, known);
    return {ErrorCode::usage,
            fmt::format("'{}' is no command", word),
            close ? fmt::format("did you mean 'muster {}'?", *close) : "try 'muster --help'",
            {}};
}

bool asks_for_help(const std::vector<std::string>& words) {
    for (const auto& word : words) {
        if (word == "--") return false;
        if (word == "--help" || word == "-h") return true;
    }
    return false;
}

}  // namespace

std::variant<Parsed, std::string, Error> parse(const std::vector<std::string>& line) {
    if (line.empty())
        return Error{ErrorCode::usage, "no command was given", "try 'muster --help'", {}};
    if (line[0] == "--help" || line[0] == "-h" || line[0] == "help") {
        if (line.size() == 1) return help_of_all();
        const Command* named = find(line[1]);
        if (named == nullptr) return unknown_command(line[1]);
        return help_of(*named);
    }
    const Command* command = find(line[0] == "--version" ? "version" : line[0]);
    if (command == nullptr) return unknown_command(line[0]);
    std::vector<std::string> words{line.begin() + 1, line.end()};
    if (asks_for_help(words)) return help_of(*command);
    if (auto unknown = unknown_flag(*command, words)) return *std::move(unknown);

    CLI::App app;
    app.set_help_flag();
    Slots slots;
    for (const auto& operand : command->operands) add_operand(app, operand, slots);
    for (const auto& option : command->options) add_option(app, option, slots);
    for (const auto& option : common_options()) add_option(app, option, slots);
    try {
        std::vector<std::string> reversed{words.rbegin(), words.rend()};
        app.parse(reversed);
    } catch (const CLI::ExtrasError&) {
        return Error{
            ErrorCode::usage,
            fmt::format("{}: '{}' is one word too many", command->name, app.remaining().front()),
            fmt::format("write it like: {}", usage_of(*command)),
            {}};
    } catch (const CLI::ParseError& error) {
        return Error{ErrorCode::usage,
                     fmt::format("{}: {}", command->name, error.what()),
                     fmt::format("try 'muster {} --help'", command->name),
                     {}};
    }
    Parsed parsed{command, {}};
    for (const auto* option : app.parse_order())
        parsed.arguments.order.push_back(option->get_name());
    for (const auto& [name, on] : slots.switches)
        if (on) parsed.arguments.values[name] = {};
    for (const auto& [name, word] : slots.words)
        if (word) parsed.arguments.values[name] = {*word};
    for (auto& [name, values] : slots.values)
        if (!values.empty()) parsed.arguments.values[name] = std::move(values);
    for (const auto& [name, values] : parsed.arguments.values)
        if (std::ranges::find(values, "") != values.end())
            return Error{ErrorCode::usage,
                         fmt::format("{}: {} is empty", command->name, name),
                         fmt::format("try 'muster {} --help'", command->name),
                         {}};
    return parsed;
}

}  // namespace muster
