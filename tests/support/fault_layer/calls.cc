// The calls of libc that change files, as muster, SQLite and std::filesystem make them.
// What SQLite writes through shared memory (-shm) makes no call; a lost -shm is made anew.
#include "fault.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <cerrno>
#include <cstdarg>

using fault::before;
using fault::Kind;

namespace {

template <typename Call>
Call* real(Call*, const char* name) {
    return reinterpret_cast<Call*>(dlsym(RTLD_NEXT, name));
}

template <typename Result>
Result fail(int error) {
    errno = error;
    return static_cast<Result>(-1);
}

/// Half of the bytes of a write that runs out of space are there, as a file system does it: first
/// the short count, and the error when the rest is tried.
template <typename Half>
ssize_t part(const fault::Write& fate, Half&& half) {
    const ssize_t done = fate.bytes > 0 ? half(fate.bytes) : 0;
    if (fate.dies) fault::die();
    return done > 0 ? done : fail<ssize_t>(fate.error);
}

bool changes(int flags) {
    return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

mode_t mode_argument(int flags, va_list arguments) {
    return changes(flags) ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

#define REAL(name) static const auto actual = real(&::name, #name)
#define FAIL_OR(type, ...) \
    if (const int error = before(__VA_ARGS__)) return fail<type>(error)

extern "C" {

#define OPEN(name)                                           \
    int name(const char* path, int flags, ...) {             \
        REAL(name);                                          \
        va_list arguments;                                   \
        va_start(arguments, flags);                          \
        const mode_t mode = mode_argument(flags, arguments); \
        va_end(arguments);                                   \
        if (changes(flags)) {                                \
            FAIL_OR(int, "open", Kind::makes, path);         \
        }                                                    \
        return actual(path, flags, mode);                    \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int descriptor, const void* data, size_t size) {
    REAL(write);
    const auto fate = fault::before_write("write", descriptor, size);
    if (fate.whole) return actual(descriptor, data, size);
    return part(fate, [&](size_t half) { return actual(descriptor, data, half); });
}

#define PWRITE(name, offset_type)                                                               \
    ssize_t name(int descriptor, const void* data, size_t size, offset_type offset) {           \
        REAL(name);                                                                             \
        const auto fate = fault::before_write("pwrite", descriptor, size);                      \
        if (fate.whole) return actual(descriptor, data, size, offset);                          \
        return part(fate, [&](size_t half) { return actual(descriptor, data, half, offset); }); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int descriptor, const iovec* pieces, int count) {
    REAL(writev);
    size_t size = 0;
    for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
    const auto fate = fault::before_write("writev", descriptor, size);
    if (fate.whole) return actual(descriptor, pieces, count);
    return part(fate, [&](size_t half) { return actual(descriptor, pieces, half > 0 ? 1 : 0); });
}

ssize_t copy_file_range(int from, off64_t* in, int to, off64_t* out, size_t size, unsigned flags) {
    REAL(copy_file_range);
    const auto fate = fault::before_write("copy_file_range", to, size);
    if (fate.whole) return actual(from, in, to, out, size, flags);
    return part(fate, [&](size_t half) { return actual(from, in, to, out, half, flags); });
}

ssize_t sendfile(int to, int from, off_t* offset, size_t size) {
    static const auto actual =
        reinterpret_cast<ssize_t (*)(int, int, off_t*, size_t)>(dlsym(RTLD_NEXT, "sendfile"));
    const auto fate = fault::before_write("sendfile", to, size);
    if (fate.whole) return actual(to, from, offset, size);
    return part(fate, [&](size_t half) { return actual(to, from, offset, half); });
}

/// Only of a file that was written to: the descriptor is gone whatever is answered.
int close(int descriptor) {
    REAL(close);
    const int flags = fcntl(descriptor, F_GETFL);
    const bool written = flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
    const int error = written ? before("close", Kind::closes, descriptor) : 0;
    const int done = actual(descriptor);
    return error != 0 ? fail<int>(error) : done;
}

#define SHAPE(kind, call, name, parameters, subject, arguments) \
    int name parameters {                                       \
        REAL(name);                                             \
        FAIL_OR(int, call, Kind::kind, subject);                \
        return actual arguments;                                \
    }
SHAPE(syncs, "fsync", fsync, (int descriptor), descriptor, (descriptor))
SHAPE(syncs, "fdatasync", fdatasync, (int descriptor), descriptor, (descriptor))
SHAPE(writes, "fallocate", posix_fallocate, (int descriptor, off_t from, off_t size), descriptor,
      (descriptor, from, size))
SHAPE(writes, "fallocate", fallocate, (int descriptor, int mode, off_t from, off_t size),
      descriptor, (descriptor, mode, from, size))
SHAPE(shapes, "ftruncate", ftruncate, (int descriptor, off_t size), descriptor, (descriptor, size))
SHAPE(shapes, "ftruncate", ftruncate64, (int descriptor, off64_t size), descriptor,
      (descriptor, size))
SHAPE(shapes, "truncate", truncate, (const char* path, off_t size), path, (path, size))
SHAPE(makes, "mkdir", mkdir, (const char* path, mode_t mode), path, (path, mode))
SHAPE(names, "rename", rename, (const char* from, const char* to), to, (from, to))
SHAPE(makes, "link", link, (const char* from, const char* to), to, (from, to))
SHAPE(makes, "link", linkat, (int a, const char* from, int b, const char* to, int flags), to,
      (a, from, b, to, flags))
SHAPE(makes, "symlink", symlink, (const char* from, const char* to), to, (from, to))
SHAPE(removes, "unlink", unlink, (const char* path), path, (path))
SHAPE(removes, "rmdir", rmdir, (const char* path), path, (path))
SHAPE(removes, "remove", remove, (const char* path), path, (path))
SHAPE(shapes, "chmod", chmod, (const char* path, mode_t mode), path, (path, mode))
SHAPE(shapes, "chmod", fchmod, (int descriptor, mode_t mode), descriptor, (descriptor, mode))
SHAPE(shapes, "chmod", fchmodat, (int folder, const char* path, mode_t mode, int flags), path,
      (folder, path, mode, flags))
SHAPE(shapes, "chown", chown, (const char* path, uid_t owner, gid_t group), path,
      (path, owner, group))
SHAPE(shapes, "chown", fchown, (int descriptor, uid_t owner, gid_t group), descriptor,
      (descriptor, owner, group))

int unlinkat(int folder, const char* path, int flags) {
    REAL(unlinkat);
    // Relative to a folder that remove_all has open: told by the folder.
    const bool by_name = folder == AT_FDCWD || path[0] == '/';
    const int error =
        by_name ? before("unlink", Kind::removes, path) : before("unlink", Kind::removes, folder);
    if (error != 0) return fail<int>(error);
    return actual(folder, path, flags);
}

char* mkdtemp(char* pattern) {
    REAL(mkdtemp);
    if (const int error = before("mkdir", Kind::makes, pattern)) {
        errno = error;
        return nullptr;
    }
    return actual(pattern);
}

// renameat2 is called by its number.
long syscall(long number, ...) {
    static const auto actual = reinterpret_cast<long (*)(long, ...)>(dlsym(RTLD_NEXT, "syscall"));
    va_list arguments;
    va_start(arguments, number);
    long a[6];
    for (long& each : a) each = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_renameat2) {
        FAIL_OR(long, "rename", Kind::names, reinterpret_cast<const char*>(a[3]));
    }
    return actual(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"
