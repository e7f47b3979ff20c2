#include "engine/base/guard.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace muster {
namespace {

Failure cannot_run(int error, const Program& program) {
    auto failure = system_error(error, "run", program.argv.front());
    if (failure.code == ErrorCode::not_found)
        failure.hint = fmt::format("install it, or name it by its path; programs are run in {}",
                                   program.folder.string());
    return Failure(failure);
}

Failure cannot_enter(int error, const Program& program) {
    return Failure(
        system_error(error, fmt::format("run {} in", program.argv.front()), program.folder));
}

/// No handler of ours may run in the guard.
pid_t fork_guard(const GuardTask& task) {
    sigset_t all, former;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &former);
    const pid_t guard = ::_Fork();
    if (guard == 0) be_guard(task);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
    errno = error;
    return guard;
}

}  // namespace

Result<Guard> Guard::start(const Program& program, Rest rest) {
    if (program.argv.empty()) return fail(ErrorCode::not_found, "no program is named", "name one");
    const Launch launch{program};
    ProgramOutput output;
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return cannot_run(errno, program);
    const int ours = ends[0], theirs = lifted_descriptor(ends[1]);
    const pid_t pid = fork_guard({launch, theirs, output.descriptor(), rest});
    const int error = errno;
    ::close(theirs);
    if (pid < 0) {
        ::close(ours);
        return cannot_run(error, program);
    }
    Guard guard{program.argv.front(), std::move(output), ours, pid};
    while (guard.program_ == 0 && !guard.gone()) guard.listen(std::chrono::minutes{1});
    if (guard.program_ != 0) return guard;
    if (!guard.refusal_)
        return fail(ErrorCode::io,
                    fmt::format("cannot run {}: its guard was killed", program.argv.front()),
                    "run it again");
    return guard.refusal_->what == GuardReport::What::no_folder
               ? cannot_enter(guard.refusal_->value, program)
               : cannot_run(guard.refusal_->value, program);
}

Guard::Guard(Guard&& other) noexcept
    : name_(std::move(other.name_)),
      output_(std::move(other.output_)),
      channel_(std::exchange(other.channel_, -1)),
      guard_(other.guard_),
      program_(other.program_),
      refusal_(other.refusal_),
      status_(other.status_),
      unkillable_(other.unkillable_) {}

Guard& Guard::operator=(Guard&& other) noexcept {
    std::swap(name_, other.name_);
    std::swap(output_, other.output_);
    std::swap(channel_, other.channel_);
    std::swap(guard_, other.guard_);
    std::swap(program_, other.program_);
    std::swap(refusal_, other.refusal_);
    std::swap(status_, other.status_);
    std::swap(unkillable_, other.unkillable_);
    return *this;
}

Guard::~Guard() {
    if (!gone()) order(GuardOrder::kill);
    await_gone();
}

void Guard::listen(Duration at_most) {
    if (gone()) return;
    pollfd news{channel_, POLLIN, 0};
    if (::poll(&news, 1, static_cast<int>(at_most.count())) <= 0) return;
    for (;;) {
        GuardReport report;
        const auto length = ::recv(channel_, &report, sizeof report, MSG_DONTWAIT);
        if (length == sizeof report)
            take(report);
        else if (length == 0)
            return part();
        // Where it ended before it read an order, a reset comes before its last words.
        else if (errno != EINTR && errno != ECONNRESET)
            return;
    }
}

void Guard::await_gone() {
    while (!gone()) listen(std::chrono::minutes{1});
}

void Guard::order(GuardOrder order) const {
    static_cast<void>(::send(channel_, &order, sizeof order, MSG_NOSIGNAL));
}

Result<> Guard::all_gone() const {
    if (!unkillable_) return {};
    return fail(ErrorCode::permission_denied,
                *unkillable_ == 0
                    ? fmt::format("cannot see the processes that {} left behind", name_)
                    : fmt::format("cannot end process {}, which {} started: it may not be killed",
                                  *unkillable_, name_),
                "it runs as another user; end it by hand");
}

ProgramEnd Guard::program_end() const {
    ProgramEnd end;
    if (!status_)
        end.signal = SIGKILL;
    else if (WIFEXITED(*status_))
        end.exit_status = WEXITSTATUS(*status_);
    else
        end.signal = WTERMSIG(*status_);
    end.said = tail();
    return end;
}

void Guard::take(const GuardReport& report) {
    switch (report.what) {
        case GuardReport::What::started: program_ = report.value; break;
        case GuardReport::What::no_folder:
        case GuardReport::What::no_program: refusal_ = report; break;
        case GuardReport::What::ended: status_ = report.value; break;
        case GuardReport::What::unkillable: unkillable_ = report.value; break;
    }
}

void Guard::part() {
    ::close(std::exchange(channel_, -1));
    // Somebody killed the guard: the program is dead by that, its group not yet.
    if (program_ > 0 && !status_ && !unkillable_) ::kill(-program_, SIGKILL);
    while (::waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace muster
