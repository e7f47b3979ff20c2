// What the machine gives a run, as a value: tests hand in their own clock and stop signal.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

struct Host {
    std::function<Time()> now;
    /// An Error (interrupted, terminated) once the run ought to stop; asked between pieces of work.
    std::function<Result<>()> keep_going;
    /// What is being done and how far it is, in bytes; for a progress bar.
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)> progress;
    std::string tool_version;
    fs::path scratch;  ///< for private copies
    fs::path cache;    ///< for what can be made again; empty: nothing is kept
    fs::path muster;   ///< this program, for drills that run it; empty: not known
    /// Environment variables that hold keys: no program that is run is given them.
    std::vector<std::string> secret_variables;
};

}  // namespace muster
