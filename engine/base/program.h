// One program, run to its end: an argv, never a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

struct ProgramOptions {
    Duration timeout = std::chrono::minutes{1};
    std::vector<std::string> without;  ///< environment variables of ours that it is not given
    fs::path folder;                   ///< where it works; empty: where we do
};

struct ProgramEnd {
    enum class How { exited, killed, timed_out };
    How how = How::exited;
    int number = 0;      ///< its exit status, or the signal that killed it
    std::string output;  ///< the last whole lines of what it wrote, as bytes: see output_limit

    bool good() const { return how == How::exited && number == 0; }
};

inline constexpr std::size_t output_limit = 4096;

/// Runs `argv` (a path, or a name to be found in our PATH, and its arguments) and waits for its
/// end. It reads from /dev/null, what it writes to standard output and standard error comes into
/// one pipe, it is given no other descriptor, and its signals are as a new process has them. It
/// leads a process group, which is killed when the time is over, when `keep_going` (asked many
/// times a second) fails, and when the program has ended: nothing of that group is left behind.
///
/// Errors: not_found where there is no such program, or none that can be executed; what keep_going
/// returned; io where the system has no process or pipe to give. How the program ended is never an
/// Error. Safe from several threads.
Result<ProgramEnd> run_program(const std::vector<std::string>& argv, const ProgramOptions& options,
                               const std::function<Result<>()>& keep_going);

/// "exit status 3", "signal 9 (Killed)", "no end within 1 min".
std::string spell_end(const ProgramEnd& end, const ProgramOptions& options);

}  // namespace muster
