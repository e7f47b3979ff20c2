#include "engine/snapshot/format/seal.h"

#include <algorithm>

namespace muster {
namespace {

constexpr std::size_t chunk_size = std::size_t{1} << 16U;
constexpr std::size_t length_size = 4;
constexpr std::size_t added_size = crypto_secretstream_xchacha20poly1305_ABYTES;

unsigned char* raw(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const void* bytes) {
    return static_cast<const unsigned char*>(bytes);
}

void append(Piece& out, PieceView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Random numbers, and the fast code of this processor; may be repeated.
void make_ready() {
    if (::sodium_init() < 0) std::abort();  // as libsodium itself where there is no randomness
}

}  // namespace

Sealer::Sealer(const Key& key, Piece& out) {
    SealHeader header{key.id(), {}};
    make_ready();
    crypto_secretstream_xchacha20poly1305_init_push(&state_, header.stream.data(),
                                                    key.secret().data());
    vouched_ = header.lines();
    append(out, std::as_bytes(std::span{vouched_}));
    append(out, std::as_bytes(std::span{header.stream}));
    chunk_.reserve(chunk_size);
}

Sealer::~Sealer() {
    ::sodium_memzero(&state_, sizeof state_);
}

void Sealer::add(PieceView bytes, Piece& out) {
    while (!bytes.empty()) {
        // A full chunk waits until it is known whether it is the last.
        if (chunk_.size() == chunk_size)
            seal_chunk(crypto_secretstream_xchacha20poly1305_TAG_MESSAGE, out);
        const auto taken = bytes.first(std::min(bytes.size(), chunk_size - chunk_.size()));
        append(chunk_, taken);
        bytes = bytes.subspan(taken.size());
    }
}

void Sealer::finish(Piece& out) {
    seal_chunk(crypto_secretstream_xchacha20poly1305_TAG_FINAL, out);
}

void Sealer::seal_chunk(unsigned char tag, Piece& out) {
    const std::size_t length = chunk_.size() + added_size;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        out.push_back(static_cast<std::byte>(length >> shift));
    const std::size_t start = out.size();
    out.resize(start + length);
    crypto_secretstream_xchacha20poly1305_push(&state_, raw(out.data() + start), nullptr,
                                               raw(chunk_.data()), chunk_.size(),
                                               raw(vouched_.data()), vouched_.size(), tag);
    vouched_.clear();
    chunk_.clear();
}

SealOpener::SealOpener(const Key& key, const SealHeader& header, std::string name)
    : name_(std::move(name)), vouched_(header.lines()), wanted_(length_size) {
    make_ready();
    // Its result is that of a check no header of this length fails.
    static_cast<void>(crypto_secretstream_xchacha20poly1305_init_pull(&state_, header.stream.data(),
                                                                      key.secret().data()));
    frame_.reserve(length_size + chunk_size + added_size);
}

SealOpener::~SealOpener() {
    ::sodium_memzero(&state_, sizeof state_);
}

Result<> SealOpener::add(PieceView bytes, Piece& out) {
    while (!bytes.empty()) {
        if (ended_) return damaged("something was added past its end");
        const auto taken = bytes.first(std::min(bytes.size(), wanted_ - frame_.size()));
        append(frame_, taken);
        bytes = bytes.subspan(taken.size());
        if (frame_.size() < wanted_) return {};
        if (wanted_ > length_size) {
            MUSTER_CHECK(open_chunk(out));
            continue;
        }
        std::size_t length = 0;
        for (const std::byte each : frame_) length = length << 8U | std::to_integer<unsigned>(each);
        if (length < added_size || length > chunk_size + added_size)
            return damaged("it was changed after it was sealed");
        wanted_ += length;
    }
    return {};
}

Result<> SealOpener::open_chunk(Piece& out) {
    const auto sealed = PieceView{frame_}.subspan(length_size);
    const std::size_t start = out.size();
    out.resize(start + sealed.size() - added_size);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state_, raw(out.data() + start), nullptr, &tag,
                                                   raw(sealed.data()), sealed.size(),
                                                   raw(vouched_.data()), vouched_.size()) != 0) {
        out.resize(start);
        return damaged("it was changed after it was sealed");
    }
    ended_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    vouched_.clear();
    frame_.clear();
    wanted_ = length_size;
    return {};
}

Result<> SealOpener::finish() {
    if (!ended_) return damaged("it is cut off before its end");
    return {};
}

Failure SealOpener::damaged(std::string_view how) const {
    return fail(ErrorCode::damaged, name_ + " is encrypted, and " + std::string{how},
                "use another backup; this one cannot be trusted");
}

}  // namespace muster
