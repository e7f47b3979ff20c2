#include "tests/support/child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace muster::test {

Child::Child(const std::function<void(const Ready&)>& body) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ends[0]);
        body([&] {
            const char word = 'r';
            if (::write(ends[1], &word, 1) != 1) ::_exit(98);
        });
        ::_exit(0);
    }
    ::close(ends[1]);
    char word = 0;
    const bool ready = ::read(ends[0], &word, 1) == 1;
    ::close(ends[0]);
    if (!ready) {
        const int status = wait();
        if (status != 0)
            throw std::runtime_error("the child ended with " + std::to_string(status) +
                                     " before it was ready");
    }
}

void Child::kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
}

int Child::wait() {
    if (pid_ <= 0) return 0;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void stay() {
    for (;;) ::pause();
}

}  // namespace muster::test
