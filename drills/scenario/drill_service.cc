#include "drills/scenario/drill_service.h"

#include <fmt/format.h>

#include <thread>

#include "engine/codec/spell_end.h"
#include "engine/model/command_line.h"
#include "engine/service/health.h"

namespace muster {

Result<DrillService> DrillService::start(std::string name, std::vector<std::string> as_written,
                                         DrillServiceSpec spec, const fs::path& folder,
                                         const Host& host) {
    host.progress("starting " + name, 0, 1);
    Program program;
    program.argv = spec.start;
    program.folder = folder;
    program.withheld = host.secret_variables;
    program.environment = spec.environment;
    MUSTER_TRY(auto running, RunningProgram::start(program));
    return DrillService{std::move(name), std::move(as_written), std::move(spec),
                        folder,          host.secret_variables, std::move(running)};
}

Result<> DrillService::still_runs() {
    const auto end = program_.ended();
    if (!end) return {};
    return fail(ErrorCode::service_failed,
                fmt::format("the service {} has ended: '{}': {}", name_, command_line(as_written_),
                            spell_end(*end)),
                "run that program by hand, and see what it says");
}

Result<> DrillService::await_healthy(const Host& host) {
    Host watched = host;
    watched.keep_going = [&]() -> Result<> {
        MUSTER_CHECK(still_runs());
        return host.keep_going();
    };
    if (!spec_.healthy) {
        constexpr Duration moment = std::chrono::milliseconds{200};
        std::this_thread::sleep_for(moment);
        return watched.keep_going();
    }
    ServiceUse use;
    use.name = name_;
    use.service.healthy = spec_.healthy;
    use.folder = folder_.string();
    use.withheld = withheld_;
    ServiceCall call;
    auto healthy = await_health(use, watched, call);
    MUSTER_CHECK(still_runs());
    if (healthy || healthy.error().code != ErrorCode::service_failed) return healthy;
    auto error = healthy.error();
    if (const auto said = program_.tail(); !said.empty())
        error.message += "; its last lines: " + said;
    return Failure(error);
}

}  // namespace muster
