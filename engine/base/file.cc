#include "engine/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "engine/base/rounds.h"

namespace muster {
namespace {

constexpr std::size_t piece_size = std::size_t{1} << 20U;

Result<int> open_descriptor(const fs::path& path, int flags, std::string_view action) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return Failure(system_error(errno, action, path));
    return descriptor;
}

FileStatus status_from(const struct stat& status) {
    return {true,
            S_ISREG(status.st_mode),
            S_ISDIR(status.st_mode),
            status.st_dev,
            status.st_ino,
            status.st_nlink,
            Bytes{static_cast<std::uint64_t>(status.st_size)},
            static_cast<std::uint32_t>(status.st_mode & 07777U),
            status.st_uid,
            status.st_gid,
            status.st_ctim.tv_sec * std::int64_t{1'000'000'000} + status.st_ctim.tv_nsec};
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

}  // namespace

Error system_error(int number, std::string_view action, const fs::path& path) {
    const std::string message =
        fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(number));
    switch (number) {
        case ENOENT:
        case ENOTDIR: return {ErrorCode::not_found, message, "check the path", {}};
        case EACCES:
        case EPERM:
        case EROFS:
            return {ErrorCode::permission_denied,
                    message,
                    "run as a user who may, or change the permissions",
                    {}};
        case ENOSPC:
        case EFBIG:
        case EDQUOT:
            return {ErrorCode::no_space, message, "free space there, or choose another place", {}};
        case EEXIST: return {ErrorCode::target_exists, message, "choose another name", {}};
        case EISDIR: return {ErrorCode::not_a_file, message, "name a file", {}};
        default: return {ErrorCode::io, message, "look at the system log for this device", {}};
    }
}

Result<File> File::open_read(const fs::path& path) {
    MUSTER_TRY(const int descriptor, open_descriptor(path, O_RDONLY, "read"));
    File file{descriptor, path};
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return Failure(system_error(errno, "examine", path));
    if (S_ISDIR(status.st_mode)) return Failure(system_error(EISDIR, "read", path));
    return file;
}

Result<File> File::open_read_write(const fs::path& path) {
    MUSTER_TRY(const int descriptor, open_descriptor(path, O_RDWR, "open"));
    return File{descriptor, path};
}

Result<File> File::create(const fs::path& path) {
    MUSTER_TRY(const int descriptor, open_descriptor(path, O_RDWR | O_CREAT | O_EXCL, "create"));
    return File{descriptor, path};
}

Result<File> File::create_nameless(const fs::path& path) {
    MUSTER_TRY(const int descriptor,
               open_descriptor(folder_of(path), O_RDWR | O_TMPFILE, "create a file in"));
    return File{descriptor, path};
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      begun_(other.begun_) {}
File& File::operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    std::swap(begun_, other.begun_);
    return *this;
}
File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<FileStatus> File::status() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return Failure(system_error(errno, "examine", path_));
    return status_from(status);
}

Result<Bytes> File::size() const {
    MUSTER_TRY(const auto told, status());
    return told.size;
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto count = ::pread(descriptor_, into.data() + done, into.size() - done,
                                   static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Failure(system_error(errno, "read", path_));
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Result<> File::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Failure(system_error(errno, "write", path_));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<> File::append(std::string_view text) {
    return append(std::as_bytes(std::span{text.data(), text.size()}));
}

Result<> File::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto count =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return Failure(system_error(errno, "write", path_));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<> File::resize(Bytes size) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size.count)) != 0)
        return Failure(system_error(errno, "set the length of", path_));
    return {};
}

void File::begin_sync() {
    const auto end = ::lseek(descriptor_, 0, SEEK_CUR);
    const auto begun = static_cast<off_t>(begun_);
    if (end - begun < static_cast<off_t>(piece_size)) return;
    // Where it fails, sync() does all of it, and tells what is wrong.
    ::sync_file_range(descriptor_, begun, end - begun, SYNC_FILE_RANGE_WRITE);
    begun_ = static_cast<std::uint64_t>(end);
}

Result<> File::sync() {
    if (::fsync(descriptor_) != 0) return Failure(system_error(errno, "sync", path_));
    return {};
}

Result<FileStatus> status_of(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return FileStatus{};
        return Failure(system_error(errno, "examine", path));
    }
    return status_from(status);
}

fs::path real_path(const fs::path& path) {
    constexpr int most_links = 40;  // as the kernel
    std::error_code error;
    fs::path at = fs::absolute(path, error);
    if (error || at.native().size() >= PATH_MAX) return path;  // it can lie nowhere
    std::vector<fs::path> not_there;                           // names, the last one first
    for (int links = 0;;) {
        std::array<char, PATH_MAX> real{};
        if (::realpath(at.c_str(), real.data()) != nullptr) {
            at = real.data();
            break;
        }
        const bool turning = errno == ELOOP;
        // A link whose file is not there tells where it would lie.
        if (!turning && links < most_links && fs::is_symlink(fs::symlink_status(at, error))) {
            ++links;
            at = at.parent_path() / fs::read_symlink(at, error);
            continue;
        }
        if (at == at.root_path()) break;
        not_there.push_back(at.filename());
        at = at.parent_path();
    }
    for (auto name = not_there.rbegin(); name != not_there.rend(); ++name) {
        if (*name == "..")
            at = at.parent_path();
        else if (!name->empty() && *name != ".")
            at /= *name;
    }
    return at;
}

Result<std::string> read_text(const fs::path& path, Bytes limit) {
    // A pipe would be waited for, a device read without end.
    MUSTER_TRY(const auto there, status_of(path));
    if (there.exists && !there.regular && !there.directory)
        return fail(ErrorCode::not_a_file, fmt::format("{} is no regular file", path.string()),
                    "name a file");
    MUSTER_TRY(const auto file, File::open_read(path));
    std::string text;
    const auto read = read_pieces(file, [&](std::span<const std::byte> piece) -> Result<> {
        if (text.size() + piece.size() > limit.count)
            return fail(ErrorCode::usage,
                        fmt::format("{} is longer than {}", path.string(), spell_bytes(limit)),
                        "check that this is the file you mean");
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
    });
    MUSTER_CHECK(read);
    return text;
}

Result<> read_pieces(const File& file,
                     const std::function<Result<>(std::span<const std::byte>)>& sink) {
    MUSTER_TRY(const auto size, file.size());
    // What tells no size, as below /proc, is read all the same.
    std::vector<std::byte> piece(std::clamp<std::uint64_t>(size.count, 4096, piece_size));
    for (std::uint64_t offset = 0;;) {
        MUSTER_TRY(const std::size_t count, file.read_at(offset, piece));
        if (count == 0) return {};
        MUSTER_CHECK(sink(std::span{piece}.first(count)));
        offset += count;
    }
}

Result<Sha256> sha256_of_file(const fs::path& path) {
    MUSTER_TRY(const auto file, File::open_read(path));
    Sha256Stream stream;
    const auto read = read_pieces(file, [&](std::span<const std::byte> piece) -> Result<> {
        stream.add(piece);
        return {};
    });
    MUSTER_CHECK(read);
    return stream.finish();
}

namespace {

Result<> fill(File& file, const std::function<Result<>(const Sink&)>& write, std::uint32_t mode) {
    MUSTER_CHECK(write([&](std::string_view piece) { return file.append(piece); }));
    if (::fchmod(file.descriptor(), mode) != 0)
        return Failure(system_error(errno, "set the mode of", file.path()));
    return file.sync();
}

/// false when something has that name.
Result<bool> give_name(const File& file, const fs::path& name) {
    const auto handle = fmt::format("/proc/self/fd/{}", file.descriptor());
    if (::linkat(AT_FDCWD, handle.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0)
        return true;
    if (errno == EEXIST) return false;
    return Failure(system_error(errno, "create", name));
}

Result<> replace_by(const fs::path& beside, const fs::path& path) {
    auto renamed = rename_durably(beside, path, Replace::yes);
    if (!renamed) ::unlink(beside.c_str());
    return renamed;
}

fs::path name_beside(const fs::path& path, int count) {
    return folder_of(path) / fmt::format(".{}.{}-{}", path.filename().string(), ::getpid(), count);
}

}  // namespace

Result<> write_durably(const fs::path& path, std::string_view text, std::uint32_t mode) {
    return write_durably(
        path, [&](const Sink& sink) { return sink(text); }, mode);
}

Result<> write_durably(const fs::path& path, const std::function<Result<>(const Sink&)>& write,
                       std::uint32_t mode) {
    MUSTER_TRY(const auto there, status_of(path));
    if (there.exists && !there.regular)  // renaming over a device would replace it
        return fail(ErrorCode::not_a_file, fmt::format("{} is no regular file", path.string()),
                    "name a file that may be replaced");
    MUSTER_CHECK(make_folder(folder_of(path)));
    if (auto file = File::create_nameless(path)) {
        MUSTER_CHECK(fill(*file, write, mode));
        MUSTER_TRY(const bool new_name, give_name(*file, path));
        if (new_name) return sync_folder(folder_of(path));
        for (int count = 0;; ++count) {
            MUSTER_TRY(const bool given, give_name(*file, name_beside(path, count)));
            if (given) return replace_by(name_beside(path, count), path);
        }
    }
    for (int count = 0;; ++count) {
        const auto beside = name_beside(path, count);
        auto file = File::create(beside);
        if (!file && file.error().code == ErrorCode::target_exists) continue;
        if (!file) return Failure(file.error());
        if (const auto filled = fill(*file, write, mode); !filled) {
            ::unlink(beside.c_str());
            return Failure(filled.error());
        }
        return replace_by(beside, path);
    }
}

Result<> rename_durably(const fs::path& from, const fs::path& to, Replace replace) {
    const unsigned flags = replace == Replace::no ? RENAME_NOREPLACE : 0;
    if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0)
        return Failure(system_error(errno, fmt::format("rename {} to", from.string()), to));
    return sync_folder(folder_of(to));
}

Result<> remove_durably(const fs::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return Failure(system_error(errno, "remove", path));
    return sync_folder(folder_of(path));
}

namespace {

Result<> sync_folder_now(const fs::path& folder) {
    MUSTER_TRY(const int descriptor,
               open_descriptor(folder, O_RDONLY | O_DIRECTORY, "open folder"));
    const int status = ::fsync(descriptor);
    const int number = errno;
    ::close(descriptor);
    if (status != 0) return Failure(system_error(number, "sync folder", folder));
    return {};
}

}  // namespace

Result<> sync_folder(const fs::path& folder) {
    static Rounds rounds;
    return rounds.join(folder.native(), [&] { return sync_folder_now(folder); });
}

Result<> make_folder(const fs::path& folder) {
    MUSTER_TRY(const auto status, status_of(folder));
    if (status.directory) return {};
    if (status.exists) return Failure(system_error(ENOTDIR, "make folder", folder));
    if (folder.has_parent_path() && folder.parent_path() != folder)
        MUSTER_CHECK(make_folder(folder.parent_path()));
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(folder_of(folder));
    if (errno != EEXIST) return Failure(system_error(errno, "make folder", folder));
    return {};
}

Result<Bytes> free_space(const fs::path& path) {
    fs::path existing = fs::absolute(path).lexically_normal();
    std::error_code ignored;
    while (!fs::exists(existing, ignored) && existing.has_relative_path())
        existing = existing.parent_path();
    struct statvfs status {};
    if (::statvfs(existing.c_str(), &status) != 0)
        return Failure(system_error(errno, "measure free space at", existing));
    return Bytes{static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
}

Result<> require_space(const fs::path& path, Bytes needed, std::string_view purpose) {
    MUSTER_TRY(const auto available, free_space(path));
    if (available < needed)
        return fail(ErrorCode::no_space,
                    fmt::format("{} needs {} at {}, and {} are free", purpose, spell_bytes(needed),
                                path.string(), spell_bytes(available)),
                    "free space there, or choose another place");
    return {};
}

}  // namespace muster
