// The file of what changed between two states of a database; docs/formats/delta.md is its format.
#pragma once

#include <array>

#include "engine/snapshot/delta/frame.h"
#include "engine/snapshot/format/progress.h"

namespace muster {

struct DeltaFacts {
    std::uint32_t page_size = 0;
    std::uint64_t pages = 0;         ///< of the latter state
    std::uint64_t former_pages = 0;  ///< of the one it is told by
    Sha256 former_sha256;            ///< over all pages of each
    Sha256 latter_sha256;
    Sha256 merkle_root;  ///< of the latter state
    bool operator==(const DeltaFacts&) const = default;
};

/// The first bytes of a page's leaf: enough to tell which page is damaged. That none is tells the
/// root.
using PageMark = std::array<std::byte, 8>;

struct DeltaFrame {
    std::uint64_t offset = 0;  ///< in the file
    std::uint32_t bytes = 0;
    std::uint32_t instructions =
        0;  ///< bytes of them, once decompressed, and of the literals behind them
    std::uint32_t literals = 0;
    PageNumbers pages;
    std::vector<PageMark> marks;  ///< of each page
};

struct DeltaIndex {
    DeltaFacts facts;
    std::vector<DeltaFrame> frames;  ///< their pages ascend through all of them
};

struct DeltaOptions {
    unsigned workers = 0;         ///< threads that describe pages; 0: one for each core
    PieceProgress progress = {};  ///< in bytes of changed pages
};

/// Appends to `artifact`, which is empty, and does not sync it: the pages `changed` of `latter`,
/// told by `former`, whose digest somebody has checked (manifest_mismatch where it has not
/// facts.former_pages of them). Every page behind the former's last one
/// is among the changed. What changed is read once, what it was before about twice; memory is at
/// most 160 MiB for anchors and 4 MiB for each worker.
Result<> write_delta(const DatabaseState& former, const File& latter, const PageNumbers& changed,
                     const DeltaFacts& facts, File& artifact, const DeltaOptions& options = {});

/// ErrorCode::damaged where the file is cut off, changed, or none; not_available where a newer
/// version wrote it. Needs about 12 bytes of memory for each changed page.
Result<DeltaIndex> read_delta_index(const File& artifact);

/// The pages of one frame. ErrorCode::damaged where it was changed in a way that shows; which pages
/// are those that were told is not looked at.
Result<Piece> make_delta_frame(const File& artifact, const DeltaIndex& index,
                               const DeltaFrame& frame, FormerBytes& former);
/// The same, each page the one its mark tells: ErrorCode::damaged names the frame's first one that
/// is not.
Result<Piece> read_delta_frame(const File& artifact, const DeltaIndex& index,
                               const DeltaFrame& frame, FormerBytes& former);

}  // namespace muster
