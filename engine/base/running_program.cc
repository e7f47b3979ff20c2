#include "engine/base/running_program.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {

Result<RunningProgram> RunningProgram::start(const Program& program) {
    MUSTER_TRY(auto guard,
               Guard::start(program, program.leftovers == Leftovers::killed ? Rest::is_killed
                                                                            : Rest::is_held));
    return RunningProgram{std::move(guard)};
}

std::optional<ProgramEnd> RunningProgram::ended() {
    guard_.listen(Duration{0});
    if (!end_ && (guard_.status() || guard_.gone())) {
        end_ = guard_.program_end();
        end_->elapsed = watch_.lap();
    }
    return end_;
}

Result<> RunningProgram::stop(Duration grace) {
    using Clock = std::chrono::steady_clock;
    constexpr Duration longest_wait = std::chrono::minutes{1};
    const auto deadline = Clock::now() + grace;
    if (grace > Duration{0} && !guard_.gone()) guard_.order(GuardOrder::terminate);
    while (!guard_.gone() && Clock::now() < deadline)
        guard_.listen(std::min(longest_wait, std::chrono::ceil<Duration>(deadline - Clock::now())));
    if (!guard_.gone()) guard_.order(GuardOrder::kill);
    guard_.await_gone();
    ended();
    MUSTER_CHECK(guard_.all_gone());
    if (guard_.status()) return {};
    return fail(ErrorCode::io,
                fmt::format("the guard of process {} was killed: what that started outside of its "
                            "group may run on",
                            pid()),
                "look for it, and end it by hand");
}

}  // namespace muster
