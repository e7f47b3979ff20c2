#include <fmt/format.h>

#include <algorithm>

#include "drills/scenario/acts.h"
#include "engine/base/stopwatch.h"

namespace muster {

Result<ActEnd> perform(const ServiceOrder& order, Stage& stage, const Host& host) {
    const auto ended = [](const Result<>& done, std::string told) -> Result<ActEnd> {
        if (done) return ActEnd{true, std::move(told)};
        // A service that does not work is what a drill is held to find.
        if (done.error().code == ErrorCode::service_failed)
            return ActEnd{false, done.error().message};
        return Failure(done.error());
    };
    const auto grace = [&](const std::string& service) {
        return stage.parts().services.at(service).stop_within;
    };
    const auto& ending = order.stop.empty() ? order.kill : order.stop;
    if (!ending.empty() && stage.running(ending) == nullptr)
        return ActEnd{false, "it was not started, or has been stopped already"};
    if (!order.stop.empty())
        return ended(stage.stop(order.stop, grace(order.stop)), "it has ended");
    if (!order.kill.empty())
        return ended(stage.stop(order.kill, Duration::zero()), "it was killed");
    const auto& service = order.start.empty() ? order.restart : order.start;
    if (!order.restart.empty()) MUSTER_CHECK(stage.stop(service, grace(service)));
    if (stage.running(service) != nullptr) return ActEnd{true, "it runs already"};
    Stopwatch starting;
    const auto started = stage.start(service, host);
    const auto took = starting.lap();
    auto& drilled = stage.rehearsal().drilled;
    if (started && !drilled.recovery.empty()) {
        drilled.recovery.push_back({"start", took});
        drilled.restore_took += took;
    }
    const bool asked = stage.parts().services.at(service).healthy.has_value();
    return ended(started,
                 fmt::format("{} after {}", asked ? "healthy" : "it runs (nothing asks it)",
                             spell_duration(took)));
}

}  // namespace muster
