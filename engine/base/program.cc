#include "engine/base/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>

namespace muster {
namespace {

constexpr std::chrono::milliseconds look_again{20};
/// In one go: whoever writes faster than we read must not keep us from looking at the clock.
constexpr int reads_in_one_go = 16;
constexpr std::array signals{SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD};

/// The end of a pipe that we read, and the last of what came out of it.
class Output {
public:
    static Result<Output> open(int& write_end) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return Failure(system_error(errno, "make", "a pipe"));
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        write_end = ends[1];
        return Output{ends[0]};
    }
    Output(Output&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Output& operator=(Output&&) = delete;
    ~Output() { close(); }

    void wait() const {
        pollfd pipe{descriptor_, POLLIN, 0};
        ::poll(&pipe, 1, static_cast<int>(look_again.count()));  // no descriptor: only the time
    }

    void read() {
        std::array<char, 65536> buffer;
        for (int i = 0; i < reads_in_one_go && descriptor_ >= 0; ++i) {
            const auto count = ::read(descriptor_, buffer.data(), buffer.size());
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
            if (count <= 0) return close();
            text_.append(buffer.data(), static_cast<std::size_t>(count));
            if (text_.size() <= output_limit) continue;
            text_.erase(0, text_.size() - output_limit);
            cut_ = true;
        }
    }

    std::string last_lines() && {
        const auto line = text_.find('\n');
        if (cut_ && line != std::string::npos && line + 1 < text_.size()) text_.erase(0, line + 1);
        return std::move(text_);
    }

private:
    explicit Output(int descriptor) : descriptor_(descriptor) {}
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }

    int descriptor_;
    std::string text_;
    bool cut_ = false;
};

/// Pointers into `words`, as the system wants them.
std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (auto& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> environment_without(const std::vector<std::string>& names) {
    std::vector<std::string> out;
    for (char** each = ::environ; *each != nullptr; ++each) {
        const std::string_view entry{*each};
        if (std::ranges::find(names, entry.substr(0, entry.find('='))) == names.end())
            out.emplace_back(entry);
    }
    return out;
}

/// What the new process is to be, in the system's words.
class Birth {
public:
    Birth(int output, const fs::path& folder) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
        if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&files_, folder.c_str());
        ::posix_spawnattr_init(&attributes_);
        sigset_t none, usual;
        ::sigemptyset(&none);
        ::sigemptyset(&usual);
        for (const int signal : signals) ::sigaddset(&usual, signal);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &usual);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Birth(const Birth&) = delete;
    Birth& operator=(const Birth&) = delete;
    ~Birth() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    /// An errno value; 0 when it runs.
    int give(pid_t& process, std::vector<std::string> argv, std::vector<std::string> environment) {
        return ::posix_spawnp(&process, argv.front().c_str(), &files_, &attributes_,
                              pointers(argv).data(), pointers(environment).data());
    }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

Result<pid_t> start(const std::vector<std::string>& argv, const ProgramOptions& options,
                    int output) {
    pid_t process = 0;
    const int failed =
        Birth{output, options.folder}.give(process, argv, environment_without(options.without));
    if (failed == 0) return process;
    const bool absent = failed == ENOENT || failed == ENOTDIR || failed == EACCES ||
                        failed == EPERM || failed == ENOEXEC || failed == ELOOP;
    return fail(absent ? ErrorCode::not_found : ErrorCode::io,
                fmt::format("cannot run {}: {}", argv.front(), std::strerror(failed)),
                absent ? "install it, or name it by its whole path"
                       : "look at the limits of this user and this machine");
}

/// Not taken from the system yet: its number stays that of its group.
bool has_ended(pid_t process) {
    siginfo_t end{};
    return ::waitid(P_PID, static_cast<id_t>(process), &end, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           end.si_pid == process;
}

}  // namespace

Result<ProgramEnd> run_program(const std::vector<std::string>& argv, const ProgramOptions& options,
                               const std::function<Result<>()>& keep_going) {
    if (argv.empty()) return fail(ErrorCode::not_found, "no program is named", "name one");
    int write_end = -1;
    MUSTER_TRY(auto output, Output::open(write_end));
    const auto deadline = std::chrono::steady_clock::now() + options.timeout;
    const auto process = start(argv, options, write_end);
    ::close(write_end);
    if (!process) return Failure(process.error());

    ProgramEnd end;
    std::optional<Error> stopped;
    while (!has_ended(*process)) {
        output.read();
        if (auto going = keep_going(); !going) stopped = going.error();
        if (std::chrono::steady_clock::now() >= deadline) end.how = ProgramEnd::How::timed_out;
        if (stopped || end.how == ProgramEnd::How::timed_out) break;
        output.wait();
    }
    ::kill(-*process, SIGKILL);
    int status = 0;
    while (::waitpid(*process, &status, 0) < 0 && errno == EINTR) {
    }
    if (stopped) return Failure(*stopped);
    output.read();
    end.output = std::move(output).last_lines();
    if (end.how == ProgramEnd::How::timed_out) return end;
    end.how = WIFEXITED(status) ? ProgramEnd::How::exited : ProgramEnd::How::killed;
    end.number = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    return end;
}

std::string spell_end(const ProgramEnd& end, const ProgramOptions& options) {
    switch (end.how) {
        case ProgramEnd::How::exited: return fmt::format("exit status {}", end.number);
        case ProgramEnd::How::killed:
            return fmt::format("signal {} ({})", end.number, ::strsignal(end.number));
        case ProgramEnd::How::timed_out: break;
    }
    return fmt::format("no end within {}", spell_duration(options.timeout));
}

}  // namespace muster
