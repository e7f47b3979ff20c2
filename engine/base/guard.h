// A program under its guard, from our side; run_program() and RunningProgram are what to use.
#pragma once

#include <sys/types.h>

#include <optional>

#include "engine/base/guard_process.h"
#include "engine/base/program.h"
#include "engine/base/program_output.h"

namespace muster {

/// Used by one thread at a time; several may start some at once. The destructor kills, and waits
/// until nothing is left.
class Guard {
public:
    /// Returns once the program runs. Errors: as of run_program().
    static Result<Guard> start(const Program& program, Rest rest);

    Guard(Guard&& other) noexcept;
    Guard& operator=(Guard&& other) noexcept;
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard();

    /// Takes what the guard tells; waits for that for at most so long.
    void listen(Duration at_most);
    void await_gone();
    void order(GuardOrder order) const;

    pid_t program() const { return program_; }
    /// The wait status of the program, once it has ended and the guard told.
    std::optional<int> status() const { return status_; }
    /// The guard has ended: nothing below it is left, but for what all_gone() tells.
    bool gone() const { return channel_ < 0; }
    /// permission_denied naming what could not be killed.
    Result<> all_gone() const;
    /// Without `timed_out` and `elapsed`. By SIGKILL where the guard could not tell how.
    ProgramEnd program_end() const;
    std::string tail() const { return output_.tail(); }

private:
    Guard(std::string name, ProgramOutput output, int channel, pid_t guard)
        : name_(std::move(name)), output_(std::move(output)), channel_(channel), guard_(guard) {}
    void take(const GuardReport& report);
    void part();

    std::string name_;
    ProgramOutput output_;
    int channel_ = -1;
    pid_t guard_ = -1;
    pid_t program_ = 0;
    std::optional<GuardReport> refusal_;
    std::optional<int> status_;
    std::optional<pid_t> unkillable_;
};

}  // namespace muster
