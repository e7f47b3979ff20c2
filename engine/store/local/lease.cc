#include "engine/store/local/lease.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <fstream>
#include <sstream>
#include <thread>

namespace muster {
namespace {

constexpr std::chrono::milliseconds poll_interval{50};

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

enum class Grip { held, busy, gone };

/// Locks the open file and makes sure that it is still the one the path names: its last holder
/// may have removed it between our open and our lock.
Result<Grip> grip(const File& file) {
    if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return Grip::busy;
        return Failure(system_error(errno, "lock", file.path()));
    }
    MUSTER_TRY(const auto named, status_of(file.path()));
    MUSTER_TRY(const auto opened, file.status());
    if (!named.same_file(opened)) return Grip::gone;
    // What a holder that died wrote of itself.
    if (opened.size.count > 0 && ::ftruncate(file.descriptor(), 0) != 0)
        return Failure(system_error(errno, "write", file.path()));
    return Grip::held;
}

Result<File> open_or_create(const fs::path& path) {
    for (;;) {
        auto made = File::create(path);
        if (made || made.error().code != ErrorCode::target_exists) return made;
        auto found = File::open_read_write(path);
        if (found || found.error().code != ErrorCode::not_found) return found;
    }
}

}  // namespace

Result<Lease> Lease::take(const fs::path& path, std::string_view doing, Time now, Duration wait,
                          LeaseFile afterwards) {
    MUSTER_CHECK(make_folder(path.parent_path()));
    const auto deadline = std::chrono::steady_clock::now() + wait;
    for (;;) {
        MUSTER_TRY(auto file, open_or_create(path));
        MUSTER_TRY(const auto got, grip(file));
        if (got == Grip::held) {
            Lease lease{std::move(file), afterwards};  // also ends when it cannot be written
            MUSTER_CHECK(
                lease.file_->append(fmt::format("pid {} on {} since {}, doing {}", ::getpid(),
                                                host_name(), format_time(now), doing)));
            return lease;
        }
        if (got == Grip::gone) continue;
        if (std::chrono::steady_clock::now() >= deadline) {
            const auto owner = read_text(path, Bytes{4096}).value_or("");
            return fail(ErrorCode::lease_held,
                        fmt::format("another run works on the same thing: {}",
                                    owner.empty() ? "its owner is just starting" : owner),
                        "wait until it has ended, then try again");
        }
        std::this_thread::sleep_for(poll_interval);
    }
}

bool is_held(const fs::path& path) {
    const auto there = status_of(path);
    if (!there || !there->exists) return false;
    const auto told = read_text(path, Bytes{4096}).value_or("");
    std::ifstream locks{"/proc/locks"};
    for (std::string line; std::getline(locks, line);) {
        // "12: FLOCK  ADVISORY  WRITE 4711 fe:00:131 0 EOF"
        std::istringstream words{line};
        std::string number, kind, advice, mode, pid, file;
        words >> number >> kind >> advice >> mode >> pid >> file;
        if (kind != "FLOCK" || !file.ends_with(fmt::format(":{}", there->inode))) continue;
        const auto device =
            fmt::format("{:02x}:{:02x}:", major(there->device), minor(there->device));
        // Some file systems show another device here than to stat().
        if (file.starts_with(device) || told.starts_with(fmt::format("pid {} ", pid))) return true;
    }
    return false;
}

Lease& Lease::operator=(Lease&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(afterwards_, other.afterwards_);
    return *this;
}

Lease::~Lease() {
    if (!file_ || file_->descriptor() < 0) return;
    // While still locked: whoever opened it meanwhile finds that the path no longer names it, or
    // nothing of this holder in it.
    if (afterwards_ == LeaseFile::removed)
        ::unlink(file_->path().c_str());
    else
        static_cast<void>(::ftruncate(file_->descriptor(), 0) == 0);
}

}  // namespace muster
