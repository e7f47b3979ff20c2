#include "cli/stop_signals.h"

#include <atomic>
#include <csignal>

namespace muster {
namespace {

/// Set by the signal, read by any thread.
std::atomic<int> received = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void note(int signal) {
    received = signal;
}

}  // namespace

void watch_stop_signals() {
    struct sigaction action {};
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

Result<> keep_going() {
    const int signal = received;
    if (signal == 0) return {};
    return fail(
        signal == SIGINT ? ErrorCode::interrupted : ErrorCode::terminated,
        signal == SIGINT ? "stopped by SIGINT" : "stopped by SIGTERM",
        "what is done stays, what was begun is rolled back; run the command again to go on");
}

}  // namespace muster
