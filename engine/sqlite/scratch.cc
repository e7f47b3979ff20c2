#include "engine/sqlite/scratch.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace muster {
namespace {

constexpr std::string_view prefix = "muster-scratch-";

/// The folder's descriptor with the lock of its owner; -1 when somebody else is the owner.
int own(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) return -1;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
    ::close(descriptor);
    return -1;
}

bool is(const fs::path& folder, int descriptor) {
    struct stat named {};
    struct stat held {};
    return ::lstat(folder.c_str(), &named) == 0 && ::fstat(descriptor, &held) == 0 &&
           named.st_dev == held.st_dev && named.st_ino == held.st_ino && held.st_uid == ::geteuid();
}

}  // namespace

std::vector<fs::path> remove_abandoned(const fs::path& parent) {
    std::vector<fs::path> out;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (!entry.path().filename().string().starts_with(prefix)) continue;
        const int descriptor = own(entry.path());
        if (descriptor < 0) continue;
        if (is(entry.path(), descriptor) && fs::remove_all(entry.path(), ignored) > 0)
            out.push_back(entry.path());
        ::close(descriptor);
    }
    return out;
}

Result<ScratchFolder> ScratchFolder::make(const fs::path& parent) {
    std::error_code failed;
    const fs::path place = parent.empty() ? fs::temp_directory_path(failed) : parent;
    if (failed)
        return Failure(
            system_error(failed.value(), "find", "the folder for temporary files (TMPDIR)"));
    MUSTER_CHECK(make_folder(place));
    remove_abandoned(place);
    for (;;) {
        std::string name = (place / prefix).string() + "XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            return Failure(system_error(errno, "make a folder in", place));
        // Between mkdtemp and the lock another run may take the new folder for a dead one's.
        const int descriptor = own(name);
        if (descriptor >= 0 && is(name, descriptor)) return ScratchFolder{name, descriptor};
        if (descriptor >= 0) ::close(descriptor);
    }
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}
ScratchFolder::~ScratchFolder() {
    if (descriptor_ < 0) return;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    ::close(descriptor_);
}

Result<> copy_bytes(const File& from, const fs::path& to) {
    MUSTER_TRY(auto target, File::create(to));
    if (::ioctl(target.descriptor(), FICLONE, from.descriptor()) == 0) return {};
    MUSTER_TRY(const auto size, from.size());
    off_t offset = 0;
    while (static_cast<std::uint64_t>(offset) < size.count) {
        const std::size_t rest = size.count - static_cast<std::uint64_t>(offset);
        const auto count =
            ::copy_file_range(from.descriptor(), &offset, target.descriptor(), nullptr, rest, 0);
        if (count == 0) return {};
        if (count > 0 || errno == EINTR) continue;
        // Across file systems of different kinds the kernel refuses.
        if (offset == 0 &&
            (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
            return read_pieces(
                from, [&](std::span<const std::byte> piece) { return target.append(piece); });
        return Failure(system_error(errno, "copy " + from.path().string() + " to", to));
    }
    return {};
}

}  // namespace muster
