// A service that a rehearsal starts, and stops for certain.
#pragma once

#include <string>

#include "engine/base/host.h"
#include "engine/base/running_program.h"
#include "engine/model/policy/scenario_spec.h"

namespace muster {

/// When this process dies, however it dies, nothing of the service is left.
class DrillService {
public:
    /// `spec` without words; messages tell `as_written`, for what was filled in may be a secret.
    /// Errors: those of RunningProgram::start().
    static Result<DrillService> start(std::string name, std::vector<std::string> as_written,
                                      DrillServiceSpec spec, const fs::path& folder,
                                      const Host& host);

    /// Until it is healthy; without a rule for that, until it has not ended for a moment.
    /// service_failed where it ends, or its time is over: with its last lines; what
    /// host.keep_going() returned.
    Result<> await_healthy(const Host& host);

    /// service_failed where it has ended by itself, with its last lines.
    Result<> still_runs();

    Result<> stop(Duration grace) { return program_.stop(grace); }

private:
    DrillService(std::string name, std::vector<std::string> as_written, DrillServiceSpec spec,
                 fs::path folder, std::vector<std::string> withheld, RunningProgram program)
        : name_(std::move(name)),
          as_written_(std::move(as_written)),
          spec_(std::move(spec)),
          folder_(std::move(folder)),
          withheld_(std::move(withheld)),
          program_(std::move(program)) {}

    std::string name_;
    std::vector<std::string> as_written_;
    DrillServiceSpec spec_;
    fs::path folder_;
    std::vector<std::string> withheld_;
    RunningProgram program_;
};

}  // namespace muster
