#include "engine/service/service.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/program.h"
#include "engine/codec/spell_end.h"
#include "engine/model/command_line.h"
#include "engine/service/health.h"

namespace muster {

Result<> Service::run(ServiceAct act, const std::vector<std::string>& argv) {
    host_.progress(
        fmt::format("{} {}", act == ServiceAct::stop ? "stopping" : "starting", use_.name), 0, 1);
    // What it leaves running is the service. A stop signal of ours does not cut it short: what a
    // half-run program leaves is not known.
    const auto end =
        run_program({argv, use_.folder, use_.withheld, use_.service.timeout, Leftovers::kept});
    ServiceCall call;
    call.act = act;
    call.argv = argv;
    if (end) {
        call.exit_status = end->exit_status;
        call.elapsed = end->elapsed;
        call.succeeded = end->succeeded();
    }
    if (!call.succeeded) call.problem = end ? spell_end(*end) : end.error().text();
    handled_.calls.push_back(call);
    if (call.succeeded) return {};
    return fail(ErrorCode::service_failed,
                fmt::format("the service of {} could not be {}: '{}': {}", use_.name,
                            act == ServiceAct::stop ? "stopped" : "started", command_line(argv),
                            call.problem),
                "run that program by hand, and see what it says");
}

Result<> Service::stop() {
    auto done = run(ServiceAct::stop, use_.service.stop);
    stop_failed_ = !done;
    return done;
}

Result<> Service::start() {
    const bool may_run = std::exchange(stop_failed_, false) && use_.service.healthy;
    if (may_run && is_healthy(use_)) return {};
    return run(ServiceAct::start, use_.service.start);
}

Result<> Service::await_healthy() {
    if (!use_.service.healthy) return {};
    ServiceCall call;
    auto healthy = await_health(use_, host_, call);
    handled_.calls.push_back(call);
    return healthy;
}

}  // namespace muster
