// A host with a clock that a test sets.
#pragma once

#include <memory>

#include "engine/base/host.h"

namespace muster::test {

struct TestHost {
    std::shared_ptr<Time> time =
        std::make_shared<Time>(*TextForm<Time>::parse("2026-11-20T10:00:00Z"));
    std::shared_ptr<bool> stopped = std::make_shared<bool>(false);
    Host host;

    TestHost() {
        host.now = [time = time] { return *time; };
        host.keep_going = [stopped = stopped]() -> Result<> {
            if (*stopped) return fail(ErrorCode::interrupted, "stopped by the test");
            return {};
        };
        host.progress = [](std::string_view, std::uint64_t, std::uint64_t) {};
        host.tool_version = "0.1.0";
    }
};

}  // namespace muster::test
