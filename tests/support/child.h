// A real process beside the test: a writer that can be killed at a place of the test's choosing.
#pragma once

#include <sys/types.h>

#include <functional>

namespace muster::test {

/// Forks and runs `body`, which calls ready() when the test may go on; the child ends when `body`
/// returns, or is killed. The test must hold no connection to a database the child opens.
class Child {
public:
    using Ready = std::function<void()>;
    explicit Child(const std::function<void(const Ready&)>& body);
    ~Child() { kill(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// SIGKILL, and waited for.
    void kill();
    /// Waits for its end; the exit status, or -signal.
    int wait();
    pid_t pid() const { return pid_; }

private:
    pid_t pid_ = -1;
};

/// Sleeps until killed: the end of a body that must stay as it is.
[[noreturn]] void stay();

}  // namespace muster::test
