#include "engine/snapshot/delta/zstd_state.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <mutex>

#include "engine/snapshot/format/piece.h"

namespace muster {
namespace {

struct ZstdFrame {
    std::uint64_t offset = 0;  ///< in the file
    std::size_t bytes = 0;
    std::uint64_t content_offset = 0;
    std::size_t content_bytes = 0;
};

constexpr std::uint64_t most_content = std::uint64_t{16} << 20U;
/// RFC 8878, 3.1.1: the longest header of a frame, with its magic number.
constexpr std::size_t longest_header = 18;
constexpr std::size_t block_header = 3;

/// Bytes of the frame header that begins with `descriptor` behind the magic number, with both.
std::size_t header_size(unsigned descriptor) {
    constexpr std::array<std::size_t, 4> content_size_field{0, 2, 4, 8},
        dictionary_field{0, 1, 2, 4};
    const bool single_segment = (descriptor >> 5U & 1U) != 0;
    auto content_size = content_size_field[descriptor >> 6U];
    if (single_segment && content_size == 0) content_size = 1;
    return 4 + 1 + (single_segment ? 0 : 1) + dictionary_field[descriptor & 3U] + content_size;
}

/// Behind the last block of the frame at `offset`; nothing where there is none.
Result<std::optional<std::uint64_t>> end_of_blocks(const File& artifact, std::uint64_t offset,
                                                   std::uint64_t size) {
    for (bool last = false; !last;) {
        std::array<std::byte, block_header> bytes{};
        MUSTER_TRY(const auto there, artifact.read_at(offset, bytes));
        if (there < bytes.size()) return std::optional<std::uint64_t>{};
        unsigned header = 0;
        for (std::size_t i = bytes.size(); i-- > 0;)
            header = header << 8U | std::to_integer<unsigned>(bytes[i]);
        constexpr unsigned repeated = 1;  // one byte stands for the whole block
        const auto length = (header >> 1U & 3U) == repeated ? 1U : header >> 3U;
        offset += block_header + length;
        last = (header & 1U) != 0;
        if (offset > size) return std::optional<std::uint64_t>{};
    }
    return std::optional{offset};
}

/// Nothing where they cannot be read one by one.
Result<std::optional<std::vector<ZstdFrame>>> frames_of(const File& artifact) {
    const std::optional<std::vector<ZstdFrame>> none;
    MUSTER_TRY(const auto size, artifact.size());
    std::vector<ZstdFrame> out;
    std::uint64_t content = 0;
    for (std::uint64_t offset = 0; offset < size.count;) {
        std::array<std::byte, longest_header> header{};
        MUSTER_TRY(const auto there, artifact.read_at(offset, header));
        const auto told = ::ZSTD_getFrameContentSize(header.data(), there);
        if (told == ZSTD_CONTENTSIZE_ERROR || told == ZSTD_CONTENTSIZE_UNKNOWN ||
            told > most_content || std::to_integer<unsigned>(header[0]) != 0x28)
            return none;
        const auto descriptor = std::to_integer<unsigned>(header[4]);
        MUSTER_TRY(auto end, end_of_blocks(artifact, offset + header_size(descriptor), size.count));
        constexpr unsigned checksum = 4;
        if (end && (descriptor & checksum) != 0) *end += 4;
        if (!end || *end > size.count) return none;
        out.push_back({offset, static_cast<std::size_t>(*end - offset), content,
                       static_cast<std::size_t>(told)});
        content += told;
        offset = *end;
    }
    if (out.empty()) return none;
    return std::optional{std::move(out)};
}

/// What was made of parts of a file lately: the last `most` bytes, or two pieces where that is
/// more. For several threads.
class MadePieces {
public:
    using Content = std::shared_ptr<const Piece>;

    explicit MadePieces(Bytes most) : most_bytes_(most.count) {}

    /// Of the part of that number; nothing where it is to be made (again).
    Content find(std::size_t part) {
        const std::lock_guard lock{mutex_};
        const auto found = std::ranges::find(kept_, part, &Made::part);
        if (found == kept_.end()) return nullptr;
        std::rotate(kept_.begin(), found, found + 1);
        return kept_.front().content;
    }
    void keep(std::size_t part, Content content) {
        const std::lock_guard lock{mutex_};
        if (std::ranges::find(kept_, part, &Made::part) != kept_.end()) return;
        bytes_ += content->size();
        kept_.push_front({part, std::move(content)});
        while (kept_.size() > 2 && bytes_ > most_bytes_) {
            bytes_ -= kept_.back().content->size();
            kept_.pop_back();
        }
    }

private:
    struct Made {
        std::size_t part;
        Content content;
    };
    const std::uint64_t most_bytes_;
    std::mutex mutex_;
    std::deque<Made> kept_;  ///< the latest first
    std::size_t bytes_ = 0;
};

class ZstdState final : public DatabaseState {
public:
    ZstdState(const File& artifact, std::vector<ZstdFrame> frames, Bytes kept)
        : artifact_(artifact), frames_(std::move(frames)), made_(kept) {}

    Bytes size() const override {
        return {frames_.back().content_offset + frames_.back().content_bytes};
    }

    Result<> read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset > size().count || into.size() > size().count - offset)
            return past_the_end(offset, into.size(), size(), artifact_.path());
        while (!into.empty()) {
            const auto behind =
                std::ranges::upper_bound(frames_, offset, {}, &ZstdFrame::content_offset);
            const auto number = static_cast<std::size_t>(behind - frames_.begin()) - 1;
            MUSTER_TRY(const auto content, content_of(number));
            const auto rest = PieceView{*content}.subspan(
                static_cast<std::size_t>(offset - frames_[number].content_offset));
            const auto part = rest.first(std::min(rest.size(), into.size()));
            std::ranges::copy(part, into.begin());
            into = into.subspan(part.size());
            offset += part.size();
        }
        return {};
    }

private:
    Result<MadePieces::Content> content_of(std::size_t number) const {
        if (auto made = made_.find(number)) return made;
        const auto& frame = frames_[number];
        Piece bytes(frame.bytes), content(frame.content_bytes);
        MUSTER_TRY(const auto there, artifact_.read_at(frame.offset, bytes));
        const auto told = there < bytes.size() ? std::size_t{0}
                                               : ::ZSTD_decompress(content.data(), content.size(),
                                                                   bytes.data(), bytes.size());
        if (told != content.size())
            return fail(ErrorCode::damaged,
                        fmt::format("{} is compressed with zstd, and was changed at byte {} or "
                                    "behind it",
                                    artifact_.path().string(), frame.offset),
                        "use another backup");
        auto made = std::make_shared<const Piece>(std::move(content));
        made_.keep(number, made);
        return made;
    }

    const File& artifact_;
    std::vector<ZstdFrame> frames_;
    mutable MadePieces made_;
};

}  // namespace

Result<std::unique_ptr<DatabaseState>> zstd_state(const File& artifact, Bytes kept) {
    MUSTER_TRY(auto frames, frames_of(artifact));
    if (!frames) return std::unique_ptr<DatabaseState>{};
    return std::make_unique<ZstdState>(artifact, *std::move(frames), kept);
}

}  // namespace muster
