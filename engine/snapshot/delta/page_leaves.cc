#include "engine/snapshot/delta/page_leaves.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/workers.h"

namespace muster {
namespace {

constexpr std::size_t leaf_size = Sha256{}.bytes.size();
static_assert(sizeof(Sha256) == leaf_size);  // leaves side by side are the bytes of their file
constexpr std::size_t leaves_at_once = 2048;

}  // namespace

PageLeaves::PageLeaves(std::uint32_t page_size, File& leaves, const File* former)
    : page_size_(page_size), leaves_(leaves), former_(former) {}

/// The digest over all takes as long as the leaves.
Result<> PageLeaves::add(PieceView content) {
    constexpr std::size_t worth_a_thread = std::size_t{256} << 10U;
    Result<> added;
    in_parallel(2, content.size() < worth_a_thread ? 1 : 2, [&](std::size_t part) {
        if (part == 0)
            digest_.add(content);
        else
            added = add_pages(content);
        return true;
    });
    return added;
}

Result<> PageLeaves::add_pages(PieceView content) {
    if (!part_.empty()) {
        const auto rest = content.first(std::min(page_size_ - part_.size(), content.size()));
        part_.insert(part_.end(), rest.begin(), rest.end());
        content = content.subspan(rest.size());
        if (part_.size() < page_size_) return {};
        MUSTER_CHECK(add_page(part_));
        part_.clear();
    }
    for (; content.size() >= page_size_; content = content.subspan(page_size_))
        MUSTER_CHECK(add_page(content.first(page_size_)));
    part_.assign(content.begin(), content.end());
    return {};
}

Result<FoundPages> PageLeaves::finish() {
    if (!part_.empty())
        return fail(ErrorCode::damaged,
                    fmt::format("the database ends within page {} of {} bytes", found_.pages + 1,
                                page_size_),
                    "look at the disk of the database; nothing was kept of this copy");
    MUSTER_CHECK(flush());
    if (former_ != nullptr) {
        for (;;) {
            MUSTER_TRY(const auto gone, next_former());
            if (!gone) break;
        }
        found_.former_root = former_root_.finish();
    }
    found_.sha256 = digest_.finish();
    found_.merkle_root = root_.finish();
    return std::move(found_);
}

Result<> PageLeaves::add_page(PieceView page) {
    const auto leaf = leaf_of(page);
    ++found_.pages;
    root_.add(leaf);
    if (former_ != nullptr) {
        MUSTER_TRY(const auto was, next_former());
        if (was != leaf) found_.changed.push_back(static_cast<std::uint32_t>(found_.pages));
    }
    const auto bytes = std::as_bytes(std::span{leaf.bytes});
    unwritten_.insert(unwritten_.end(), bytes.begin(), bytes.end());
    return unwritten_.size() < leaves_at_once * leaf_size ? Result<>{} : flush();
}

/// A part of a leaf at the end is none.
Result<std::optional<Sha256>> PageLeaves::next_former() {
    if (former_ended_) return std::optional<Sha256>{};
    if (former_at_ + leaf_size > former_ahead_.size()) {
        former_ahead_.resize(leaves_at_once * leaf_size);
        MUSTER_TRY(const auto count, former_->read_at(former_offset_, former_ahead_));
        former_ahead_.resize(count);
        former_offset_ += count;
        former_at_ = 0;
        former_ended_ = count < leaf_size;
        if (former_ended_) return std::optional<Sha256>{};
    }
    Sha256 leaf;
    std::ranges::transform(PieceView{former_ahead_}.subspan(former_at_, leaf_size),
                           leaf.bytes.begin(), std::to_integer<unsigned char>);
    former_at_ += leaf_size;
    former_root_.add(leaf);
    ++found_.former_pages;
    return std::optional{leaf};
}

Result<> PageLeaves::flush() {
    MUSTER_CHECK(leaves_.append(unwritten_));
    unwritten_.clear();
    return {};
}

}  // namespace muster
