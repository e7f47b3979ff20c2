// The service of a target, stopped and started by the programs that its policy names.
#pragma once

#include "engine/base/host.h"
#include "engine/model/service_use.h"

namespace muster {

/// Remembers every call, also those that failed. `use` and `host` must outlive it.
class Service {
public:
    Service(const ServiceUse& use, const Host& host) : use_(use), host_(host) {
        handled_.name = use.name;
    }

    /// ErrorCode::service_failed names the program, how it ended and its last lines; whether the
    /// service still runs is not known then.
    Result<> stop();

    /// Runs its `start`; after a stop() that failed only where it does not prove to be healthy
    /// still. ErrorCode::service_failed as for stop().
    Result<> start();

    /// Where its policy tells how to see that: service_failed with the last answer when its time is
    /// over; the error of host.keep_going() once the run ought to stop.
    Result<> await_healthy();

    const ServiceHandled& handled() const { return handled_; }

private:
    Result<> run(ServiceAct act, const std::vector<std::string>& argv);

    const ServiceUse& use_;
    const Host& host_;
    ServiceHandled handled_;
    bool stop_failed_ = false;
};

}  // namespace muster
