#include "engine/base/children.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

// Runs in a process that ends by _exit, which tells gcov nothing. GCOV_EXCL_START
namespace muster {
namespace {

std::optional<pid_t> as_pid(std::string_view text) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
    return pid;
}

/// Another pid namespace than ours gives other processes the same numbers.
bool tells_of_us(int proc) {
    std::array<char, 32> name{};
    const auto length = ::readlinkat(proc, "self", name.data(), name.size());
    return length > 0 &&
           as_pid({name.data(), static_cast<std::size_t>(length)}) == std::optional{::getpid()};
}

std::optional<pid_t> parent_of(int proc, std::string_view pid) {
    constexpr std::string_view file = "/stat";
    std::array<char, 64> path{};
    if (pid.size() + file.size() >= path.size()) return std::nullopt;
    std::ranges::copy(file, std::ranges::copy(pid, path.begin()).out);
    const int stat = ::openat(proc, path.data(), O_RDONLY | O_CLOEXEC);
    if (stat < 0) return std::nullopt;
    std::array<char, 512> text{};
    const auto length = ::read(stat, text.data(), text.size());
    ::close(stat);
    if (length <= 0) return std::nullopt;
    std::string_view rest{text.data(), static_cast<std::size_t>(length)};
    // "17 (a name) of any kind) S 1 …": behind its end stand the state and the parent.
    constexpr std::string_view state = ") S ";
    const auto name_end = rest.rfind(')');
    if (name_end == std::string_view::npos || rest.size() < name_end + state.size())
        return std::nullopt;
    rest.remove_prefix(name_end + state.size());
    return as_pid(rest.substr(0, rest.find(' ')));
}

void signal_one(pid_t child, int signal, Signalled& out) {
    if (::kill(child, signal) == 0)
        ++out.reached;
    else if (errno == EPERM)
        out.refused = child;
}

}  // namespace

Signalled signal_children(int signal) {
    Signalled out;
    // Not opendir(), which allocates.
    const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0) return out;
    out.looked = tells_of_us(proc);
    alignas(dirent64) std::array<char, 8192> entries{};
    for (;;) {
        const auto size = ::syscall(SYS_getdents64, proc, entries.data(), entries.size());
        if (!out.looked || size <= 0) break;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
            at += entry->d_reclen;
            const std::string_view name{&entry->d_name[0]};
            const auto pid = as_pid(name);
            if (pid && parent_of(proc, name) == std::optional{::getpid()})
                signal_one(*pid, signal, out);
        }
    }
    ::close(proc);
    return out;
}

}  // namespace muster
// GCOV_EXCL_STOP
