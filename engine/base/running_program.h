// A program that goes on while we work.
#pragma once

#include "engine/base/guard.h"
#include "engine/base/stopwatch.h"

namespace muster {

/// Runs below a guard as run_program() says, and however we end, nothing of it is left. Its
/// `timeout` is not looked at. With Leftovers::kept, processes that it leaves behind when it ends
/// by itself (a service that makes itself a daemon) go on until stop(). Used by one thread at a
/// time; the destructor is stop() without grace.
class RunningProgram {
public:
    /// Returns once it runs. Errors: as of run_program().
    static Result<RunningProgram> start(const Program& program);

    /// How it ended, once it has. By SIGKILL also where somebody killed its guard.
    std::optional<ProgramEnd> ended();

    /// The last 4 KiB of its output and errors, and of what it left behind.
    std::string tail() const { return guard_.tail(); }

    /// SIGTERM to its group, and to what it left behind; after `grace` SIGKILL to all that it ever
    /// started. Returns when none of them is left; that is also so where it had ended. Errors:
    /// permission_denied naming a process that may not be killed; io where its guard was killed.
    Result<> stop(Duration grace);

    /// For messages; that of the group as well.
    pid_t pid() const { return guard_.program(); }

private:
    explicit RunningProgram(Guard guard) : guard_(std::move(guard)) {}

    Guard guard_;
    Stopwatch watch_;
    std::optional<ProgramEnd> end_;
};

}  // namespace muster
