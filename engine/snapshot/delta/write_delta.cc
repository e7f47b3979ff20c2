#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/workers.h"
#include "engine/snapshot/delta/delta_layout.h"
#include "engine/snapshot/delta/varint.h"
#include "engine/snapshot/format/compress.h"

namespace muster {
namespace {

/// So much content may be needed for one page of it; more makes smaller files.
constexpr std::size_t frame_content = std::size_t{256} << 10U;
constexpr unsigned most_describers = 8;
constexpr std::size_t frames_a_worker = 8;

/// One call of write_delta.
class Writing {
public:
    Writing(const DatabaseState& former, const File& latter, const PageNumbers& changed,
            const DeltaFacts& facts, File& artifact, const DeltaOptions& options)
        : former_(former),
          latter_(latter),
          changed_(changed),
          facts_(facts),
          artifact_(artifact),
          options_(options),
          anchors_(content_to_anchor()) {}

    Result<> run() {
        const auto expected = facts_.former_pages * facts_.page_size;
        if (former_.size().count != expected)
            return fail(ErrorCode::manifest_mismatch,
                        fmt::format("the former state has {} bytes, and the one that {} is to be "
                                    "told by has {}",
                                    former_.size().count, latter_.path().string(), expected),
                        "take a full snapshot");
        MUSTER_CHECK(append(std::as_bytes(std::span{delta_magic})));
        MUSTER_CHECK(drop_anchors());
        const std::size_t pages_a_frame =
            std::max<std::size_t>(1, frame_content / facts_.page_size);
        const std::size_t frames = (changed_.size() + pages_a_frame - 1) / pages_a_frame;
        for (std::size_t first = 0; first < frames;) {
            const auto count = std::min(frames - first, workers() * frames_a_worker);
            std::vector<Result<Ready>> ready(count, Ready{});
            in_parallel(count, workers(), [&](std::size_t i) {
                const auto begin = (first + i) * pages_a_frame;
                const auto pages = std::span{changed_}.subspan(
                    begin, std::min(pages_a_frame, changed_.size() - begin));
                ready[i] = make(pages);
                return ready[i].has_value();
            });
            for (auto& each : ready) {
                MUSTER_CHECK(each);
                MUSTER_CHECK(add(*std::move(each)));
            }
            first += count;
        }
        return finish();
    }

private:
    struct Ready {
        DeltaFrame frame;
        Piece compressed;
    };

    std::size_t workers() const {
        const auto asked =
            options_.workers != 0 ? options_.workers : std::thread::hardware_concurrency();
        return std::clamp(asked, 1U, most_describers);
    }
    Bytes content_to_anchor() const {
        const auto gone = facts_.former_pages - std::min(facts_.former_pages, facts_.pages);
        return {(changed_.size() + gone) * facts_.page_size};
    }

    /// Where the former selves of the changed pages, and what is gone, can be found again.
    Result<> drop_anchors() {
        std::uint64_t first = 0, behind = 0;  // of pages side by side that were not read yet
        std::vector<std::byte> run;
        const auto flush = [&]() -> Result<> {
            run.resize((behind - first) * facts_.page_size);
            const auto offset = first * facts_.page_size;
            MUSTER_CHECK(former_.read(offset, run));
            anchors_.add(offset, run);
            return {};
        };
        const auto longest_run =
            std::max<std::uint64_t>(1, (std::uint64_t{1} << 20U) / facts_.page_size);
        const auto add = [&](std::uint64_t page) -> Result<> {
            if (page != behind || behind - first >= longest_run) {
                MUSTER_CHECK(flush());
                first = page;
            }
            behind = page + 1;
            return {};
        };
        for (const auto number : changed_) {
            if (number > facts_.former_pages) break;
            MUSTER_CHECK(add(number - 1));
        }
        for (auto page = facts_.pages; page < facts_.former_pages; ++page) MUSTER_CHECK(add(page));
        return flush();
    }

    Result<Ready> make(std::span<const std::uint32_t> pages) const {
        Ready out;
        Piece content(pages.size() * facts_.page_size);
        out.frame.pages.assign(pages.begin(), pages.end());
        for (std::size_t i = 0; i < pages.size(); ++i) {
            const auto page = std::span{content}.subspan(i * facts_.page_size, facts_.page_size);
            MUSTER_TRY(const auto count,
                       latter_.read_at(std::uint64_t{pages[i] - 1} * facts_.page_size, page));
            if (count < page.size())
                return fail(ErrorCode::damaged,
                            latter_.path().string() + " is shorter than its pages");
            out.frame.marks.push_back(mark_of(page));
        }
        FormerBytes former{former_};
        MUSTER_TRY(auto text, describe_pages(pages, content, facts_.page_size, anchors_, former));
        out.frame.instructions = static_cast<std::uint32_t>(text.instructions.size());
        out.frame.literals = static_cast<std::uint32_t>(text.literals.size());
        text.instructions.insert(text.instructions.end(), text.literals.begin(),
                                 text.literals.end());
        MUSTER_TRY(out.compressed, make_zstd_compressor()->compress(text.instructions));
        return out;
    }

    Result<> add(Ready ready) {
        auto& frame = ready.frame;
        append_varint(index_, ready.compressed.size());
        append_varint(index_, frame.instructions);
        append_varint(index_, frame.literals);
        append_varint(index_, frame.pages.size());
        for (const auto page : frame.pages) {
            append_varint(index_, page - last_page_);
            last_page_ = page;
        }
        for (const auto& mark : frame.marks) index_.insert(index_.end(), mark.begin(), mark.end());
        ++frames_;
        done_ += frame.pages.size() * facts_.page_size;
        MUSTER_CHECK(append(ready.compressed));
        if (!options_.progress) return {};
        return options_.progress(done_, changed_.size() * facts_.page_size);
    }

    Result<> finish() {
        MUSTER_TRY(const auto index, make_zstd_compressor()->compress(index_));
        DeltaTrailer trailer;
        trailer.facts = facts_;
        trailer.index_offset = written_;
        trailer.index_bytes = static_cast<std::uint32_t>(index.size());
        trailer.index_length = static_cast<std::uint32_t>(index_.size());
        trailer.frames = frames_;
        auto last = checked_part(trailer);
        const auto check = check_of(index, trailer);
        for (const auto byte : check.bytes) last.push_back(static_cast<std::byte>(byte));
        MUSTER_CHECK(append(index));
        MUSTER_CHECK(append(last));
        return append(std::as_bytes(std::span{delta_magic}));
    }

    Result<> append(PieceView bytes) {
        written_ += bytes.size();
        return artifact_.append(bytes);
    }

    const DatabaseState& former_;
    const File& latter_;
    const PageNumbers& changed_;
    const DeltaFacts& facts_;
    File& artifact_;
    const DeltaOptions& options_;
    Anchors anchors_;
    Piece index_;
    std::uint32_t frames_ = 0;
    std::uint32_t last_page_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t done_ = 0;
};

}  // namespace

Result<> write_delta(const DatabaseState& former, const File& latter, const PageNumbers& changed,
                     const DeltaFacts& facts, File& artifact, const DeltaOptions& options) {
    return Writing{former, latter, changed, facts, artifact, options}.run();
}

}  // namespace muster
