#include "engine/sqlite/system_faults.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <type_traits>
#include <utility>

#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

constexpr std::size_t most_faults = 16;

thread_local std::vector<SystemFault> faults_of_thread;

bool is_fault(int number) {
    constexpr std::array ordinary{ENOENT, ENOTDIR, EACCES, EPERM, EROFS,
                                  EISDIR, EEXIST,  ELOOP,  EINTR};
    return std::ranges::find(ordinary, number) == ordinary.end();
}

/// Keeps errno, which SQLite reads next.
void note(std::string_view doing, fs::path path) {
    const int number = errno;
    if (is_fault(number)) {
        if (faults_of_thread.size() == most_faults)
            faults_of_thread.erase(faults_of_thread.begin());
        faults_of_thread.push_back({doing, std::move(path), number});
    }
    errno = number;
}

fs::path path_of(int descriptor) {
    const int number = errno;
    std::error_code ignored;
    auto path = fs::read_symlink(fmt::format("/proc/self/fd/{}", descriptor), ignored);
    errno = number;
    return path;
}

/// A system call of SQLite's unix VFS, watched. `Name` gives its name and what it does.
template <class Name, class Signature>
struct Watched;

template <class Name, class Answer, class Subject, class... Rest>
struct Watched<Name, Answer(Subject, Rest...)> {
    static inline Answer (*original)(Subject, Rest...) = nullptr;

    static Answer call(Subject subject, Rest... rest) {
        const Answer answer = original(subject, rest...);
        if (answer < 0) {
            if constexpr (std::is_same_v<Subject, int>)
                note(Name::doing, path_of(subject));
            else
                note(Name::doing, subject);
        }
        return answer;
    }

    /// https://sqlite.org/c3ref/vfs.html, xSetSystemCall: a build has only some of them.
    static void install(sqlite3_vfs& vfs) {
        const auto current = vfs.xGetSystemCall(&vfs, Name::name);
        if (current == nullptr) return;
        original = reinterpret_cast<Answer (*)(Subject, Rest...)>(current);
        vfs.xSetSystemCall(&vfs, Name::name, reinterpret_cast<sqlite3_syscall_ptr>(&call));
    }
};

struct Open {
    static constexpr const char* name = "open";
    static constexpr std::string_view doing = "open";
};
struct Write {
    static constexpr const char* name = "write";
    static constexpr std::string_view doing = "write";
};
struct WriteAt : Write {
    static constexpr const char* name = "pwrite";
};
struct WriteAt64 : Write {
    static constexpr const char* name = "pwrite64";
};
struct Shorten {
    static constexpr const char* name = "ftruncate";
    static constexpr std::string_view doing = "shorten";
};
struct Remove {
    static constexpr const char* name = "unlink";
    static constexpr std::string_view doing = "remove";
};

/// Syncs are no system call that can be watched. os_unix.c, unixLogErrorAtLine: "os_unix.c:LINE:
/// (ERRNO) full_fsync(PATH) - REASON".
void read_log(void*, int code, const char* message) {
    if (code != SQLITE_IOERR_FSYNC) return;
    const std::string_view said = message;
    const auto begin = said.find("fsync("), end = said.rfind(") - ");
    const bool named = begin != std::string_view::npos && end != std::string_view::npos;
    const int number = errno;
    if (number == 0) errno = EIO;
    note("sync", named ? fs::path{said.substr(begin + 6, end - begin - 6)} : fs::path{"a file"});
    errno = number;
}

bool install_watches() {
    // The log can be set only before SQLite is first used; later it stays as it is.
    sqlite3_config(SQLITE_CONFIG_LOG, &read_log, nullptr);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (auto* vfs = sqlite3_vfs_find("unix"); vfs != nullptr && vfs->iVersion >= 3) {
        Watched<Open, int(const char*, int, int)>::install(*vfs);
        Watched<Write, ssize_t(int, const void*, std::size_t)>::install(*vfs);
        Watched<WriteAt, ssize_t(int, const void*, std::size_t, off_t)>::install(*vfs);
        Watched<WriteAt64, ssize_t(int, const void*, std::size_t, off64_t)>::install(*vfs);
        Watched<Shorten, int(int, off_t)>::install(*vfs);
        Watched<Remove, int(const char*)>::install(*vfs);
    }
    return true;
}

bool is_of(const fs::path& file, const fs::path& database) {
    if (file == database) return true;
    return std::ranges::any_of(sqlite_sidecars, [&](std::string_view suffix) {
        return file == sidecar(database, suffix);
    });
}

}  // namespace

Error SystemFault::error() const {
    return system_error(number, doing, path);
}

void watch_for_system_faults() {
    [[maybe_unused]] static const bool installed = install_watches();
}

std::vector<SystemFault> take_system_faults() {
    return std::exchange(faults_of_thread, {});
}

std::optional<SystemFault> take_system_fault_of(const fs::path& database) {
    const auto resolved = real_path(database);
    const auto found = std::find_if(
        faults_of_thread.rbegin(), faults_of_thread.rend(),
        [&](const SystemFault& each) { return is_of(real_path(each.path), resolved); });
    if (found == faults_of_thread.rend()) return std::nullopt;
    const auto fault = *found;
    std::erase_if(faults_of_thread,
                  [&](const SystemFault& each) { return is_of(real_path(each.path), resolved); });
    return fault;
}

}  // namespace muster
