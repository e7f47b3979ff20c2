#include "engine/base/program_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "engine/base/file.h"
#include "engine/base/guard_process.h"

namespace muster {
namespace {

constexpr std::size_t most_said = 4096;
constexpr off_t most_on_disk = 1 << 20;

}  // namespace

ProgramOutput::ProgramOutput() {
    std::error_code unknown;
    auto name = (fs::temp_directory_path(unknown) / "muster-said-XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_APPEND | O_CLOEXEC);
    if (descriptor_ >= 0) ::unlink(name.c_str());
    descriptor_ = lifted_descriptor(descriptor_);
}

ProgramOutput::~ProgramOutput() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

ProgramOutput::ProgramOutput(ProgramOutput&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProgramOutput& ProgramOutput::operator=(ProgramOutput&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

std::string ProgramOutput::tail() const {
    struct stat state {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &state) != 0) return {};
    const auto size = static_cast<std::size_t>(state.st_size);
    std::string out(std::min(size, most_said), '\0');
    const auto read =
        ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(size - out.size()));
    out.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
    return out;
}

void keep_output_short(int descriptor) {
    struct stat state {};
    constexpr blkcnt_t block = 512;
    if (::fstat(descriptor, &state) != 0 || state.st_blocks * block < most_on_disk) return;
    // By a hole, for what is written meanwhile stays; where the file system knows none, what was
    // said so far goes rather than fill the disk.
    const auto before = state.st_size - static_cast<off_t>(most_said);
    constexpr int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    if (::fallocate(descriptor, hole, 0, before) != 0 && ::ftruncate(descriptor, 0) != 0)
        return;  // it grows until the program is stopped
}

int lifted_descriptor(int descriptor) {
    if (descriptor < 0 || descriptor >= guard_descriptors) return descriptor;
    const int higher = ::fcntl(descriptor, F_DUPFD_CLOEXEC, guard_descriptors);
    ::close(descriptor);
    return higher;
}

}  // namespace muster
