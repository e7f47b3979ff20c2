#include "engine/base/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "engine/base/stopwatch.h"

extern char** environ;

namespace muster {
namespace {

constexpr std::size_t most_said = 4096;
constexpr off_t most_on_disk = 1 << 20;

/// A file without a name, not a pipe: a service that keeps its starter's output would die of a
/// closed pipe as soon as we end.
class Output {
public:
    Output() {
        auto name = (fs::temp_directory_path(unknown_) / "muster-said-XXXXXX").string();
        descriptor_ = ::mkostemp(name.data(), O_APPEND | O_CLOEXEC);
        if (descriptor_ >= 0) ::unlink(name.c_str());
    }
    ~Output() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Negative where there is no room for one: a service is not left stopped for that.
    int descriptor() const { return descriptor_; }

    /// Gives back the disk of all but the end. By a hole, for what is written meanwhile stays;
    /// where the file system knows none, what was said so far goes rather than fill the disk.
    void keep_short() {
        struct stat state {};
        constexpr blkcnt_t block = 512;
        if (descriptor_ < 0 || ::fstat(descriptor_, &state) != 0 ||
            state.st_blocks * block < most_on_disk)
            return;
        const auto before = state.st_size - static_cast<off_t>(most_said);
        constexpr int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        if (::fallocate(descriptor_, hole, 0, before) != 0 && ::ftruncate(descriptor_, 0) != 0)
            return;  // it grows until the timeout
    }

    std::string tail() const {
        struct stat state {};
        if (descriptor_ < 0 || ::fstat(descriptor_, &state) != 0) return {};
        const auto size = static_cast<std::size_t>(state.st_size);
        std::string out(std::min(size, most_said), '\0');
        const auto read =
            ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(size - out.size()));
        out.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
        return out;
    }

private:
    std::error_code unknown_;
    int descriptor_ = -1;
};

std::vector<char*> environment_without(const std::vector<std::string>& withheld) {
    std::vector<char*> out;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view entry{*each};
        if (std::ranges::find(withheld, entry.substr(0, entry.find('='))) == withheld.end())
            out.push_back(*each);
    }
    out.push_back(nullptr);
    return out;
}

/// What posix_spawn is told, freed with it.
struct Orders {
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
    Orders() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
    }
    ~Orders() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    Orders(const Orders&) = delete;
    Orders& operator=(const Orders&) = delete;
};

Result<pid_t> spawn(const Program& program, int output) {
    Orders orders;
    auto* files = &orders.files;
    ::posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (output >= 0)
        ::posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    else
        ::posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(files, STDOUT_FILENO, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    if (!program.folder.empty())
        ::posix_spawn_file_actions_addchdir_np(files, program.folder.c_str());
    // A signal that we ignore or block would stay so in the service for all its life.
    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&orders.attributes, &all);
    ::posix_spawnattr_setsigmask(&orders.attributes, &none);
    ::posix_spawnattr_setpgroup(&orders.attributes, 0);
    ::posix_spawnattr_setflags(
        &orders.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> argv;
    for (const auto& word : program.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    auto environment = environment_without(program.withheld);
    pid_t child = -1;
    const int error = ::posix_spawnp(&child, argv.front(), files, &orders.attributes, argv.data(),
                                     environment.data());
    if (error == 0) return child;
    auto failure = system_error(error, "run", program.argv.front());
    if (failure.code == ErrorCode::not_found)
        failure.hint = fmt::format("install it, or name it by its path; programs are run in {}",
                                   program.folder.string());
    return Failure(failure);
}

/// Not taken from the system yet: its number stays that of its group, and nobody else's.
bool has_ended(pid_t child) {
    siginfo_t end{};
    return ::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           end.si_pid == child;
}

}  // namespace

Result<ProgramEnd> run_program(const Program& program,
                               const std::function<Result<>()>& keep_going) {
    constexpr Duration pause = std::chrono::milliseconds{5};
    if (program.argv.empty()) return fail(ErrorCode::not_found, "no program is named", "name one");
    Output output;
    Stopwatch watch;
    MUSTER_TRY(const auto child, spawn(program, output.descriptor()));
    const auto deadline = std::chrono::steady_clock::now() + program.timeout;
    ProgramEnd end;
    Result<> may_go_on;
    while (!has_ended(child)) {
        end.timed_out = std::chrono::steady_clock::now() >= deadline;
        may_go_on = keep_going();
        if (end.timed_out || !may_go_on) break;
        output.keep_short();
        std::this_thread::sleep_for(pause);
    }
    if (end.timed_out || !may_go_on || program.leftovers == Leftovers::killed)
        ::kill(-child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    MUSTER_CHECK(may_go_on);
    end.elapsed = watch.lap();
    if (WIFEXITED(status) && !end.timed_out) end.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    end.said = output.tail();
    return end;
}

}  // namespace muster
