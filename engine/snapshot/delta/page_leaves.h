// What changed between two states, found with 32 bytes of each page of the former one.
#pragma once

#include <optional>

#include "engine/snapshot/delta/frame.h"
#include "engine/snapshot/delta/merkle.h"

namespace muster {

struct FoundPages {
    PageNumbers changed;  ///< other content, or there was none; empty without a former state
    std::uint64_t pages = 0;
    Sha256 sha256;       ///< over all pages
    Sha256 merkle_root;  ///< of their leaves
    /// Of the leaves it was compared with, and how many there were. Where both are the former
    /// state's own, `changed` is complete, whoever wrote those leaves; the root alone is also that
    /// of fewer leaves, which are inner nodes of its tree.
    std::optional<Sha256> former_root;
    std::uint64_t former_pages = 0;
};

/// Takes the pages of a state in order. Leaves are files of nothing but the leaf of each page, in
/// order.
class PageLeaves {
public:
    /// Leaves are appended to `leaves`. `former` is those of the former state, from its beginning.
    PageLeaves(std::uint32_t page_size, File& leaves, const File* former = nullptr);

    /// In pieces of any size.
    Result<> add(PieceView content);
    /// ErrorCode::damaged where what was added is no whole number of pages. `leaves` is not synced.
    Result<FoundPages> finish();

private:
    Result<> add_pages(PieceView content);
    Result<> add_page(PieceView page);
    Result<std::optional<Sha256>> next_former();
    Result<> flush();

    std::uint32_t page_size_;
    File& leaves_;
    const File* former_;
    std::uint64_t former_offset_ = 0;
    bool former_ended_ = false;
    Piece former_ahead_;
    std::size_t former_at_ = 0;
    Piece part_;  ///< of a page whose rest is to come
    Piece unwritten_;
    MerkleRoot root_, former_root_;
    Sha256Stream digest_;
    FoundPages found_;
};

}  // namespace muster
