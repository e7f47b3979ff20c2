// Authenticated encryption of an artifact in one pass; docs/formats/sealed.md is its format.
#pragma once

#include <sodium.h>

#include <array>
#include <optional>
#include <string>

#include "engine/snapshot/format/key.h"
#include "engine/snapshot/format/piece.h"

namespace muster {

/// How every sealed file begins, whatever its version.
inline constexpr std::string_view seal_mark = "muster-sealed/";
/// The first bytes of a sealed file, up to the first chunk.
inline constexpr std::size_t seal_header_size = 16 + 17 + 24;

struct SealHeader {
    std::string key_id;
    std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> stream{};

    /// Magic line and key id, as they stand in the file and as the first chunk vouches for them.
    std::string lines() const;
};

/// The header at the start of `first`; nothing when this is no sealed file. ErrorCode::damaged when
/// it is cut off or changed, not_available when a newer version sealed it. `name` is for messages.
Result<std::optional<SealHeader>> parse_seal_header(PieceView first, const std::string& name);

class Sealer {
public:
    /// `out` gets the header of the file.
    Sealer(const Key& key, Piece& out);
    Sealer(const Sealer&) = delete;
    Sealer& operator=(const Sealer&) = delete;
    ~Sealer();

    /// What is sealed of it already is added to `out`.
    void add(PieceView bytes, Piece& out);
    /// The rest, and the end.
    void finish(Piece& out);

private:
    void seal_chunk(unsigned char tag, Piece& out);
    crypto_secretstream_xchacha20poly1305_state state_{};
    std::string vouched_;  ///< additional data of the next chunk
    Piece chunk_;
};

/// Gives the bytes back. Every failure is ErrorCode::damaged and says whether the file is cut off,
/// changed (also: its chunks are in another order), or continued past its end; nothing of a chunk
/// is given out before it is known to be whole.
class SealOpener {
public:
    SealOpener(const Key& key, const SealHeader& header, std::string name);
    SealOpener(const SealOpener&) = delete;
    SealOpener& operator=(const SealOpener&) = delete;
    ~SealOpener();

    /// Takes the file's bytes after the header.
    Result<> add(PieceView bytes, Piece& out);
    Result<> finish();

private:
    Result<> open_chunk(Piece& out);
    Failure damaged(std::string_view how) const;
    crypto_secretstream_xchacha20poly1305_state state_{};
    std::string name_;
    std::string vouched_;
    Piece frame_;  ///< a chunk with its length before it
    std::size_t wanted_;
    bool ended_ = false;
};

}  // namespace muster
