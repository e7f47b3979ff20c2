#include "engine/snapshot/delta/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/snapshot/delta/varint.h"

namespace muster {
namespace {

/// Shorter ones cost about as much as they save; those from elsewhere also time, when they are
/// read.
constexpr std::size_t shortest_in_place = 16, shortest_moved = 64;

/// Where the bytes of a frame stand in the latter state.
class Places {
public:
    Places(std::span<const std::uint32_t> numbers, std::uint32_t page_size)
        : numbers_(numbers), page_size_(page_size) {}

    std::uint64_t of(std::size_t at) const {
        return std::uint64_t{numbers_[at / page_size_] - 1} * page_size_ + at % page_size_;
    }
    std::size_t page_of(std::size_t at) const { return at / page_size_; }
    std::size_t in_page(std::size_t at) const { return at % page_size_; }
    std::size_t page_size() const { return page_size_; }

private:
    std::span<const std::uint32_t> numbers_;
    std::uint32_t page_size_;
};

class Describing {
public:
    Describing(std::span<const std::uint32_t> numbers, PieceView content, std::uint32_t page_size,
               const Anchors& anchors, FormerBytes& former)
        : places_(numbers, page_size), content_(content), anchors_(anchors), former_(former) {}

    Result<FrameText> run() {
        while (at_ < content_.size()) {
            MUSTER_CHECK(enter_page());
            if (copy_in_place()) continue;
            hash_.add(content_[at_]);
            if (hash_.at_anchor()) {
                MUSTER_TRY(const bool along,
                           copy_moved(places_.of(at_) + static_cast<std::uint64_t>(shift_)));
                if (along) continue;
                if (const auto there = anchors_.find(hash_)) {
                    MUSTER_TRY(const bool moved, copy_moved(*there));
                    if (moved) continue;
                }
            }
            ++at_;
        }
        add_literals(content_.size());
        return std::move(text_);
    }

private:
    /// The page at hand as it was, in self_; empty where there was none.
    Result<> enter_page() {
        const auto page = places_.page_of(at_);
        if (page == entered_) return {};
        entered_ = page;
        const auto begin = places_.of(at_) - places_.in_page(at_);
        self_.resize(begin < former_.size() ? places_.page_size() : 0);
        return former_.copy(begin, self_);
    }

    bool copy_in_place() {
        if (self_.empty()) return false;
        const auto was = PieceView{self_}.subspan(places_.in_page(at_));
        const auto is = content_.subspan(at_, was.size());
        const auto equal = static_cast<std::size_t>(
            std::mismatch(was.begin(), was.end(), is.begin()).first - was.begin());
        if (equal < shortest_in_place) return false;
        add_copy(at_, equal, places_.of(at_));
        return true;
    }

    /// What stands at `there` may be what stands here.
    Result<bool> copy_moved(std::uint64_t there) {
        if (there >= former_.size()) return false;
        MUSTER_TRY(const auto forward, former_.equal_from(there, content_.subspan(at_)));
        if (forward == 0) return false;
        const auto before = content_.subspan(told_, at_ - told_);
        MUSTER_TRY(const auto backward, former_.equal_before(there, before));
        if (forward + backward < shortest_moved) return false;
        add_copy(at_ - backward, backward + forward, there - backward);
        return true;
    }

    void add_copy(std::size_t begin, std::size_t length, std::uint64_t former_offset) {
        append_varint(text_.instructions, begin - told_);
        append_varint(text_.instructions, length);
        const auto shift = static_cast<std::int64_t>(former_offset - places_.of(begin));
        append_varint(text_.instructions, zigzag(shift - shift_));
        add_literals(begin);
        shift_ = shift;
        at_ = told_ = begin + length;
        hash_.forget();
    }

    void add_literals(std::size_t end) {
        const auto literal = content_.subspan(told_, end - told_);
        text_.literals.insert(text_.literals.end(), literal.begin(), literal.end());
    }

    Places places_;
    PieceView content_;
    const Anchors& anchors_;
    FormerBytes& former_;
    Piece self_;
    std::size_t entered_ = std::numeric_limits<std::size_t>::max();
    FrameText text_;
    RollingHash hash_;
    std::size_t at_ = 0;
    std::size_t told_ = 0;  ///< all before it is in the text
    std::int64_t shift_ = 0;
};

}  // namespace

Result<FrameText> describe_pages(std::span<const std::uint32_t> numbers, PieceView content,
                                 std::uint32_t page_size, const Anchors& anchors,
                                 FormerBytes& former) {
    return Describing{numbers, content, page_size, anchors, former}.run();
}

Result<Piece> make_pages(std::span<const std::uint32_t> numbers, PieceView instructions,
                         PieceView literals, std::uint32_t page_size, FormerBytes& former,
                         const fs::path& artifact) {
    const auto malformed = [&](std::string_view reason) {
        return fail(ErrorCode::damaged,
                    fmt::format("{} holds what changed in a database, and the text of changed "
                                "pages is malformed: {}",
                                artifact.string(), reason),
                    "use another copy of it, or an older snapshot");
    };
    const Places places{numbers, page_size};
    Piece content(numbers.size() * page_size);
    std::size_t at = 0;
    std::int64_t shift = 0;
    VarintReader reader{instructions}, text{literals};
    const auto add_literals = [&](std::uint64_t count) {
        if (count > content.size() - at) return false;
        const auto literal = text.bytes(static_cast<std::size_t>(count));
        if (!literal) return false;
        std::ranges::copy(*literal, content.begin() + static_cast<std::ptrdiff_t>(at));
        at += literal->size();
        return true;
    };
    while (!reader.done()) {
        const auto literal = reader.number(), length = reader.number(), turn = reader.number();
        if (!literal || !length || !turn) return malformed("an instruction is cut off");
        if (!add_literals(*literal)) return malformed("more literals than there are");
        if (*length == 0 || *length > content.size() - at) return malformed("a copy is too long");
        shift = static_cast<std::int64_t>(static_cast<std::uint64_t>(shift) +
                                          static_cast<std::uint64_t>(unzigzag(*turn)));
        const auto from = places.of(at) + static_cast<std::uint64_t>(shift);
        if (from > former.size() || *length > former.size() - from)
            return malformed("a copy reaches past the former state");
        const auto count = static_cast<std::size_t>(*length);
        MUSTER_CHECK(former.copy(from, std::span{content}.subspan(at, count)));
        at += count;
    }
    if (!add_literals(content.size() - at)) return malformed("literals are missing");
    if (at != content.size() || text.bytes(1)) return malformed("literals are left over");
    return content;
}

}  // namespace muster
