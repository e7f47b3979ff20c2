// Does a service work?
#pragma once

#include "engine/base/host.h"
#include "engine/model/service_use.h"

namespace muster {

/// Asks again and again until it is healthy, or its time is over. Errors: service_failed with the
/// last answer; that of host.keep_going() once the run ought to stop. `call` tells what was done.
Result<> await_health(const ServiceUse& use, const Host& host, ServiceCall& call);

/// The same, asked once.
bool is_healthy(const ServiceUse& use);

}  // namespace muster
