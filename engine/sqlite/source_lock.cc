#include "engine/sqlite/source_lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace muster {
namespace {

constexpr off_t pending_byte = 0x40000000;
constexpr off_t shared_first = pending_byte + 2;
constexpr off_t shared_size = 510;

struct flock range(short type, off_t start, off_t length) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = start;
    lock.l_len = length;
    return lock;
}

Error lock_error(int number, const fs::path& path) {
    Error error = system_error(number, "lock", path);
    error.hint = "put the database on a file system with byte-range locks";
    return error;
}

Result<bool> take(const File& file, struct flock lock) {
    if (::fcntl(file.descriptor(), F_OFD_SETLK, &lock) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    return Failure(lock_error(errno, file.path()));
}

Result<struct flock> conflict(const File& file, struct flock lock) {
    if (::fcntl(file.descriptor(), F_OFD_GETLK, &lock) != 0)
        return Failure(lock_error(errno, file.path()));
    return lock;
}

}  // namespace

Result<SourceLock> SourceLock::open(const fs::path& path) {
    MUSTER_TRY(auto file, File::open_read(path));
    return SourceLock{std::move(file)};
}

Result<bool> SourceLock::try_shared() {
    // As SQLite does: a waiting writer holds the pending byte so that new readers stay out.
    MUSTER_TRY(const bool door_open, take(file_, range(F_RDLCK, pending_byte, 1)));
    if (!door_open) return false;
    auto shared = take(file_, range(F_RDLCK, shared_first, shared_size));
    MUSTER_CHECK(take(file_, range(F_UNLCK, pending_byte, 1)));
    return shared;
}

void SourceLock::release() {
    struct flock all = range(F_UNLCK, pending_byte, 2 + shared_size);
    ::fcntl(file_.descriptor(), F_OFD_SETLK, &all);
}

Result<bool> SourceLock::writer_present() const {
    MUSTER_TRY(const auto found, conflict(file_, range(F_RDLCK, pending_byte, 2 + shared_size)));
    return found.l_type != F_UNLCK;
}

Result<bool> SourceLock::user_present() const {
    MUSTER_TRY(const auto found, conflict(file_, range(F_WRLCK, shared_first, shared_size)));
    // -1 tells an open file description lock: another muster, which reads only.
    return found.l_type != F_UNLCK && found.l_pid != -1;
}

Result<bool> SourceLock::is(const FileStatus& status) const {
    struct stat held {};
    if (::fstat(file_.descriptor(), &held) != 0)
        return Failure(system_error(errno, "examine", file_.path()));
    return status.exists && status.device == held.st_dev && status.inode == held.st_ino;
}

}  // namespace muster
