// What a person sees: answers, errors, a progress bar, log lines.
#pragma once

#include <string>

#include "cli/command.h"

namespace muster {

/// How the common options of a command line want it. Values are checked by read_style().
struct Style {
    bool json = false;
    bool quiet = false;
    bool color = false;
    bool progress = false;
    enum class Level { error, warning, info } level = Level::warning;
    bool log_json = false;
    std::string output;
    std::string events;
};

/// ErrorCode::usage when an option has a value that it cannot have.
Result<Style> read_style(const Arguments& arguments);

/// Prints the reply, writes --output, and returns the exit status.
int deliver(const Style& style, const Reply& reply);
/// The same for a line that could not even be read.
int deliver(const Style& style, const Refusal& refusal);

/// Prints journal events as log lines, as the style wants them; on a terminal also each act of a
/// rehearsal as it ends; and writes them to --events.
EventSink event_sink(const Style& style);
/// Draws the bar, for work over a second.
std::function<void(std::string_view, std::uint64_t, std::uint64_t)> progress_bar(
    const Style& style);

}  // namespace muster
