// Programs of a policy, run and waited for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

struct Program {
    std::vector<std::string> argv;      ///< the first is looked for in PATH; no shell sees any
    fs::path folder;                    ///< where it is run
    std::vector<std::string> withheld;  ///< environment variables that it does not get
    Duration timeout{};
};

struct ProgramEnd {
    std::optional<int> exit_status;  ///< none: a signal ended it
    int signal = 0;
    bool timed_out = false;
    Duration elapsed{};
    std::string said;  ///< the last 4 KiB of its output and errors, as they came

    bool succeeded() const { return exit_status == 0; }
};

/// Runs it with nothing on its standard input, in a process group of its own: a Ctrl-C at the
/// terminal does not reach it. It may leave processes behind, which is what starting a service is;
/// they inherit none of our files but that of the output, so that no lock of ours lives on in them.
/// At the timeout the whole group is killed. A stop signal of ours does not cut it short: what a
/// half-run program leaves is not known.
///
/// Errors: not_found, permission_denied, io where it cannot be run at all; names the program.
Result<ProgramEnd> run_program(const Program& program);

/// How it ended where it did not succeed, with its last lines: "exit status 5 after 0.2 s; its last
/// words: Unit shop not found". Control characters are left out.
std::string spell_end(const ProgramEnd& end);

}  // namespace muster
