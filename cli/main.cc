#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "cli/console.h"
#include "cli/parse.h"
#include "cli/stop_signals.h"
#include "muster_version.h"

int main(int argc, char** argv) {
    using namespace muster;
    const std::vector<std::string> line{argv + 1, argv + argc};
    const auto parsed = parse(line);
    if (const auto* help = std::get_if<std::string>(&parsed)) {
        fmt::print("{}", *help);
        return 0;
    }
    Style unread;  // of a line that cannot be read whole
    unread.json = std::ranges::find(line, "--json") != line.end();
    if (const auto* error = std::get_if<Error>(&parsed))
        return deliver(unread, Refusal{*error, {}});
    const auto& [command, arguments] = std::get<Parsed>(parsed);
    const auto style = read_style(arguments);
    if (!style) return deliver(unread, Refusal{style.error(), {}});

    watch_stop_signals();
    Surroundings surroundings;
    surroundings.command_line = {"muster"};
    surroundings.command_line.insert(surroundings.command_line.end(), line.begin(), line.end());
    surroundings.host.now = [] {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    };
    surroundings.host.keep_going = keep_going;
    surroundings.host.progress = progress_bar(*style);
    surroundings.host.tool_version = version;
    std::error_code unknown;
    surroundings.host.muster = fs::read_symlink("/proc/self/exe", unknown);
    surroundings.watcher = event_sink(*style);
    try {
        return deliver(*style, command->run(arguments, surroundings));
    } catch (const std::exception& fault) {
        return deliver(*style, Refusal{{ErrorCode::internal,
                                        fmt::format("a fault of muster itself: {}", fault.what()),
                                        "please report it, with the command line",
                                        {}},
                                       {}});
    }
}
