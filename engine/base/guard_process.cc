#include "engine/base/guard_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "engine/base/children.h"
#include "engine/base/program_output.h"

// Runs in a process that ends by _exit, which tells gcov nothing. GCOV_EXCL_START
namespace muster {
namespace {

using What = GuardReport::What;
constexpr int channel = 3;
constexpr int tick = 50;  // ms

void tell(int to, What what, int value) {
    const GuardReport report{what, value};
    static_cast<void>(::send(to, &report, sizeof report, MSG_NOSIGNAL));
}

[[noreturn]] void end_with(What what, int value) {
    tell(channel, what, value);
    ::_exit(0);
}

/// Afterwards nothing of ours is open here but the channel, and 0, 1 and 2 are the program's.
bool take_descriptors(const GuardTask& task) {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const int said = task.output >= 0 ? task.output : nothing;
    const bool taken = nothing >= 0 && ::dup3(task.channel, channel, O_CLOEXEC) >= 0 &&
                       ::dup2(said, STDOUT_FILENO) >= 0 && ::dup2(said, STDERR_FILENO) >= 0 &&
                       ::dup2(nothing, STDIN_FILENO) >= 0;
    if (taken) ::closefrom(channel + 1);
    return taken;
}

/// What a program that could not be started leaves in the memory it shares with its guard.
struct Mishap {
    What what = What::started;
    int error = 0;
};

[[noreturn]] void be_program(const GuardTask& task, pid_t guard, volatile Mishap& mishap) {
    if (task.rest != Rest::is_left) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // It may have died before it was asked for.
        if (::getppid() != guard) ::_exit(0);
    }
    ::setpgid(0, 0);
    // A signal that we ignore or block would stay so in the service for all its life.
    for (int each = 1; each < NSIG; ++each) ::signal(each, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const int refused = task.launch.enter_folder();
    mishap.error = refused != 0 ? refused : task.launch.become();
    mishap.what = refused != 0 ? What::no_folder : What::no_program;
    ::_exit(0);
}

/// Returns once it runs: its pid. By vfork: to copy the page tables of a large process once more
/// takes longer than most programs.
pid_t start_program(const GuardTask& task) {
    volatile Mishap mishap;
    const pid_t guard = ::getpid();
    const pid_t program = ::vfork();
    if (program == 0) be_program(task, guard, mishap);
    if (program < 0) end_with(What::no_program, errno);
    if (mishap.what != What::started) end_with(mishap.what, mishap.error);
    tell(channel, What::started, program);
    return program;
}

class Watch {
public:
    Watch(pid_t program, Rest rest) : program_(program), rest_(rest) {}

    [[noreturn]] void go_on() {
        sigset_t children;
        ::sigemptyset(&children);
        ::sigaddset(&children, SIGCHLD);
        children_ = ::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
        for (;;) {
            // First of all: a signal of before the descriptor was there is none for poll.
            look_after_children();
            std::array<pollfd, 2> news{pollfd{channel, POLLIN, 0}, pollfd{children_, POLLIN, 0}};
            ::poll(news.data(), news.size(), tick);
            if (news[0].revents != 0) take_order();
            drop_signals();
            keep_output_short(STDOUT_FILENO);
        }
    }

private:
    void take_order() {
        GuardOrder order{};
        const auto length = ::recv(channel, &order, sizeof order, MSG_DONTWAIT);
        if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
        const bool alone = length <= 0;
        if (alone && rest_ == Rest::is_left) ::_exit(0);
        if (alone || order == GuardOrder::kill) kill_all();
        waiting_ = true;
        if (!ended_)
            ::kill(-program_, SIGTERM);
        else
            signal_children(SIGTERM);
    }

    void look_after_children() {
        while (const pid_t dead = somebody_dead()) {
            // Not waited for yet: its number stays that of its group, and nobody else's.
            if (dead == program_ && rest_ == Rest::is_killed && !waiting_) kill_all();
            wait_for(dead);
        }
        if (ended_ && (rest_ == Rest::is_left || none_left_)) ::_exit(0);
    }

    /// 0: none of them.
    pid_t somebody_dead() {
        siginfo_t end{};
        const int answer = ::waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT);
        none_left_ = answer != 0 && errno == ECHILD;
        return answer == 0 ? end.si_pid : 0;
    }

    void wait_for(pid_t dead) {
        int status = 0;
        if (::waitpid(dead, &status, 0) != dead || dead != program_) return;
        ended_ = true;
        tell(channel, What::ended, status);
    }

    /// Whose parent dies becomes our child, so this comes to all of them in the end.
    [[noreturn]] void kill_all() {
        if (!ended_) ::kill(-program_, SIGKILL);
        for (;;) {
            const auto met = signal_children(SIGKILL);
            while (const pid_t dead = somebody_dead()) wait_for(dead);
            if (none_left_) ::_exit(0);
            if (met.looked ? met.reached == 0 && met.refused != 0 : ended_)
                end_with(What::unkillable, met.refused);
            pollfd news{children_, POLLIN, 0};
            ::poll(&news, 1, tick);
            drop_signals();
        }
    }

    void drop_signals() const {
        signalfd_siginfo info{};
        while (::read(children_, &info, sizeof info) > 0) {
        }
    }

    pid_t program_;
    Rest rest_;
    int children_ = -1;
    bool ended_ = false;    ///< the program
    bool waiting_ = false;  ///< it was told to end, and so was what it started
    bool none_left_ = false;
};

}  // namespace

void be_guard(const GuardTask& task) {
    // A signal to our group is not for the guard: it has to outlive us for a moment.
    ::setpgid(0, 0);
    ::prctl(PR_SET_NAME, "muster-guard");
    if (task.rest != Rest::is_left) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::signal(SIGCHLD, SIG_DFL);
    if (!take_descriptors(task)) {
        tell(task.channel, What::no_program, errno);
        ::_exit(0);
    }
    Watch{start_program(task), task.rest}.go_on();
}

}  // namespace muster
// GCOV_EXCL_STOP
