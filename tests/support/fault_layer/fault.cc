#include "fault.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <atomic>
#include <string>
#include <string_view>

namespace fault {
namespace {

enum class Mode { none, kill, torn, eio, enospc };

struct Order {
    Mode mode = Mode::none;
    long at = 0;
    bool onwards = false;
    std::string below;
    int trace = -1;
};

Order read_order() {
    Order out;
    const char* below = std::getenv("MUSTER_FAULT_BELOW");
    if (below != nullptr) out.below = below;
    // Raw calls: the layer's own must not come back to it.
    if (const char* trace = std::getenv("MUSTER_FAULT_TRACE"))
        out.trace = static_cast<int>(
            syscall(SYS_open, trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const char* text = std::getenv("MUSTER_FAULT");
    if (text == nullptr) return out;
    const std::string_view order = text;
    const auto at = order.find('@');
    const auto mode = order.substr(0, at);
    out.mode = mode == "kill"     ? Mode::kill
               : mode == "torn"   ? Mode::torn
               : mode == "eio"    ? Mode::eio
               : mode == "enospc" ? Mode::enospc
                                  : Mode::none;
    if (out.mode == Mode::none || at == std::string_view::npos) {
        std::fprintf(stderr, "MUSTER_FAULT=%s is no order of the fault layer\n", text);
        std::_Exit(99);
    }
    out.at = std::strtol(text + at + 1, nullptr, 10);
    out.onwards = order.back() == '+';
    return out;
}

const Order& order() {
    // Never destroyed: what runs at exit, such as the counts of a coverage build, opens files too.
    static const Order& out = *new Order{read_order()};
    return out;
}

std::atomic<long> count{0};
/// A write came back short for want of space; the next one gets the error.
std::atomic<bool> short_of_space{false};

bool counts(const std::string& path) {
    const std::string& below = order().below;
    return !below.empty() && path.compare(0, below.size(), below) == 0 &&
           (path.size() == below.size() || path[below.size()] == '/');
}

std::string absolute(const char* path) {
    if (path == nullptr) return {};
    if (path[0] == '/') return path;
    char here[PATH_MAX];
    return syscall(SYS_getcwd, here, sizeof here) > 0 ? std::string(here) + "/" + path
                                                      : std::string();
}

std::string path_of(int descriptor) {
    char link[64];
    char path[PATH_MAX];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(link, path, sizeof path);
    return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

/// Whether it is this call's turn.
bool struck(const char* call, const std::string& path) {
    const int saved = errno;
    bool out = false;
    if (counts(path)) {
        const long number = ++count;
        if (order().trace >= 0) {
            const std::string line = std::to_string(number) + " " + call + " " + path + "\n";
            static_cast<void>(syscall(SYS_write, order().trace, line.data(), line.size()));
        }
        out = order().mode != Mode::none &&
              (order().onwards ? number >= order().at : number == order().at);
    }
    errno = saved;
    return out;
}

/// A full disk still removes and renames what is there.
bool needs_space(Kind kind) {
    return kind == Kind::makes || kind == Kind::writes || kind == Kind::syncs;
}

int fate(Kind kind) {
    switch (order().mode) {
        case Mode::none: return 0;
        case Mode::kill:
        case Mode::torn: die();
        case Mode::eio: return EIO;
        case Mode::enospc: return needs_space(kind) ? ENOSPC : 0;
    }
    return 0;
}

}  // namespace

void die() {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

int before(const char* call, Kind kind, const char* path) {
    return struck(call, absolute(path)) ? fate(kind) : 0;
}

int before(const char* call, Kind kind, int descriptor) {
    return struck(call, path_of(descriptor)) ? fate(kind) : 0;
}

Write before_write(const char* call, int descriptor, std::size_t size) {
    const auto path = path_of(descriptor);
    const bool now = struck(call, path);
    if (counts(path) && short_of_space.exchange(false)) return {false, 0, ENOSPC, false};
    if (!now) return {};
    switch (order().mode) {
        case Mode::torn: return {false, size / 2, 0, true};
        case Mode::enospc: short_of_space = size / 2 > 0; return {false, size / 2, ENOSPC, false};
        default: return {false, 0, fate(Kind::writes), false};
    }
}

}  // namespace fault
