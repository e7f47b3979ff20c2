// Programs that a policy names, run and waited for: an argv, never a shell.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

/// What becomes of processes that a program leaves behind when it has ended.
enum class Leftovers { killed, kept };

struct Program {
    std::vector<std::string> argv;      ///< the first is looked for in our PATH
    fs::path folder;                    ///< where it is run
    std::vector<std::string> withheld;  ///< environment variables that it does not get
    Duration timeout = std::chrono::minutes{1};
    Leftovers leftovers = Leftovers::killed;
    /// Set besides what it inherits; wins over that, and over `withheld`.
    std::map<std::string, std::string> environment{};
};

struct ProgramEnd {
    std::optional<int> exit_status;  ///< none: a signal ended it
    int signal = 0;
    bool timed_out = false;
    Duration elapsed{};
    std::string said;  ///< the last 4 KiB of its output and errors, as they came

    bool succeeded() const { return exit_status == 0; }
};

/// Runs it with nothing on its standard input, in a process group of its own: a Ctrl-C at the
/// terminal does not reach it. It and what it leaves behind inherit none of our files but that of
/// the output, so that no lock of ours lives on in them. May be used by several threads.
///
/// A small process of ours, its guard, stands between. With Leftovers::killed everything that the
/// program started is killed and gone before this returns, also what left its group or session: at
/// its end, at the timeout, and where `keep_going` (asked many times a second) fails. It is killed
/// too when we are, by SIGKILL as well; and where the guard is killed, the program and its group
/// are, and the end reads as by SIGKILL. With Leftovers::kept the group alone is killed, at the
/// timeout and where keep_going fails; nothing is when we are killed: what a half-run start of a
/// service leaves is not known.
///
/// Errors: not_found, permission_denied, io where it cannot be run at all, naming the program;
/// permission_denied naming a process that may not be killed, for it took another user; what
/// keep_going returned. How the program ended is never an Error.
Result<ProgramEnd> run_program(
    const Program& program,
    const std::function<Result<>()>& keep_going = [] { return Result<>{}; });

}  // namespace muster
