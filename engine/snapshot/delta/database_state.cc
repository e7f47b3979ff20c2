#include "engine/snapshot/delta/database_state.h"

#include <fmt/format.h>

namespace muster {
namespace {

class FileState final : public DatabaseState {
public:
    FileState(const File& file, Bytes size) : file_(file), size_(size) {}

    Bytes size() const override { return size_; }
    Result<> read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset > size_.count || into.size() > size_.count - offset)
            return past_the_end(offset, into.size(), size_, file_.path());
        MUSTER_TRY(const auto count, file_.read_at(offset, into));
        if (count == into.size()) return {};
        return fail(ErrorCode::damaged,
                    fmt::format("{} ends after {} bytes, and has to have {}", file_.path().string(),
                                offset + count, size_.count),
                    "choose another snapshot; what this one refers to is cut off");
    }

private:
    const File& file_;
    Bytes size_;
};

}  // namespace

std::unique_ptr<DatabaseState> file_state(const File& file, Bytes size) {
    return std::make_unique<FileState>(file, size);
}

Failure past_the_end(std::uint64_t offset, std::size_t count, Bytes size, const fs::path& path) {
    return fail(ErrorCode::damaged,
                fmt::format("{} bytes from {} on are needed of the state in {}, which has {}",
                            count, offset, path.string(), size.count),
                "choose another snapshot; this one refers to what never was");
}

}  // namespace muster
