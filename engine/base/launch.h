// All that exec needs, made beforehand: between fork and exec nothing may be allocated.
#pragma once

#include <string>
#include <vector>

#include "engine/base/program.h"

namespace muster {

/// `program` must outlive it.
class Launch {
public:
    explicit Launch(const Program& program);

    /// Goes to the folder. errno, or 0. Async-signal-safe.
    int enter_folder() const;

    /// Becomes the program, or gives back errno. A script without an interpreter is none: no shell
    /// is tried. Async-signal-safe.
    int become() const;

private:
    const Program& program_;
    std::vector<std::string> places_;  ///< where it may lie, in the order of PATH
    std::vector<std::string> variables_;
    std::vector<char*> argv_;
    std::vector<char*> environment_;
};

}  // namespace muster
