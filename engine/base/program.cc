#include "engine/base/program.h"

#include "engine/base/guard.h"
#include "engine/base/stopwatch.h"

namespace muster {

Result<ProgramEnd> run_program(const Program& program,
                               const std::function<Result<>()>& keep_going) {
    using Clock = std::chrono::steady_clock;
    constexpr Duration pause = std::chrono::milliseconds{5};
    Stopwatch watch;
    MUSTER_TRY(auto guard,
               Guard::start(program, program.leftovers == Leftovers::killed ? Rest::is_killed
                                                                            : Rest::is_left));
    const auto deadline = Clock::now() + program.timeout;
    bool timed_out = false;
    Result<> may_go_on;
    for (guard.listen(pause); !guard.status() && !guard.gone(); guard.listen(pause)) {
        timed_out = Clock::now() >= deadline;
        may_go_on = keep_going();
        if (timed_out || !may_go_on) break;
    }
    if (timed_out || !may_go_on) guard.order(GuardOrder::kill);
    guard.await_gone();
    MUSTER_CHECK(may_go_on);
    MUSTER_CHECK(guard.all_gone());
    auto end = guard.program_end();
    end.timed_out = timed_out;
    if (timed_out) end.exit_status.reset();
    end.elapsed = watch.lap();
    return end;
}

}  // namespace muster
