// How much content an artifact may give: a few KiB can decompress to a full disk.
#pragma once

#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/snapshot/format/piece.h"

namespace muster {

/// With a limit, that much. Without one the content must be a database: compressed, it may be as
/// long as its header says, and 1 MiB more.
class ContentBound {
public:
    /// `name` is for messages.
    ContentBound(std::string name, std::optional<Bytes> limit);

    /// Asked with each piece in order before it is passed on; the first one holds the header.
    /// ErrorCode::not_a_database, or damaged where it goes past the bound.
    Result<> admit(PieceView piece, bool compressed);
    /// Asked at the end: ErrorCode::not_a_database where a database was needed and nothing came.
    Result<> finish() const;

private:
    Result<> read_header(PieceView piece, bool compressed);
    std::string name_;
    std::optional<Bytes> limit_;
    bool of_header_;  ///< the bound is, or will be, what the header says
    Bytes seen_;
};

}  // namespace muster
