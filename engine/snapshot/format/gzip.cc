#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <memory>
#include <new>

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/piece_filler.h"

namespace muster {
namespace {

/// Much of what databases hold is random or repeats beyond gzip's window of 32 KiB: then thorough
/// searching takes twice the time or more and saves nothing. Each piece is judged by a sample.
class GzipCompressor : public Compressor {
public:
    GzipCompressor() {
        if (!quick_ || !thorough_) throw std::bad_alloc{};
    }

    Result<Piece> compress(PieceView content) override {
        return compress(worth_the_effort(content) ? thorough_ : quick_, content);
    }

private:
    using State = std::unique_ptr<libdeflate_compressor, decltype(&::libdeflate_free_compressor)>;
    static State make(int level) {
        return {::libdeflate_alloc_compressor(level), &::libdeflate_free_compressor};
    }

    static Result<Piece> compress(const State& state, PieceView content) {
        Piece member(::libdeflate_gzip_compress_bound(state.get(), content.size()));
        member.resize(::libdeflate_gzip_compress(state.get(), content.data(), content.size(),
                                                 member.data(), member.size()));
        if (member.empty())
            return fail(ErrorCode::internal, "libdeflate wrote more than it said it would");
        return member;
    }

    bool worth_the_effort(PieceView content) const {
        constexpr std::size_t slice = 16U << 10U;
        constexpr std::size_t slices = 2;
        constexpr std::size_t least_gain = 50;  // one part of so many
        if (content.size() < 8 * slices * slice) return true;
        Piece sample;
        for (std::size_t i = 0; i < slices; ++i) {
            const auto part = content.subspan((2 * i + 1) * content.size() / (2 * slices), slice);
            sample.insert(sample.end(), part.begin(), part.end());
        }
        const auto quick = compress(quick_, sample), thorough = compress(thorough_, sample);
        return quick && thorough &&
               quick->size() > thorough->size() + thorough->size() / least_gain;
    }

    State quick_ = make(1);
    State thorough_ = make(6);
};

/// zlib takes any file, piece by piece. Members of at most a piece, as muster writes them, go whole
/// through libdeflate, which is some three times as fast; the first one that does not ends that.
class GzipDecompressor : public Decompressor {
public:
    explicit GzipDecompressor(std::string name) : name_(std::move(name)) {
        constexpr int only_gzip = 16;
        if (!whole_ || ::inflateInit2(&state_, MAX_WBITS + only_gzip) != Z_OK)
            throw std::bad_alloc{};
    }
    GzipDecompressor(const GzipDecompressor&) = delete;
    GzipDecompressor& operator=(const GzipDecompressor&) = delete;
    ~GzipDecompressor() override { ::inflateEnd(&state_); }

    Result<> add(PieceView bytes, const PieceSink& sink) override {
        if (!small_members_) return inflate(bytes, sink);
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
        return take_members(longest_member, sink);
    }

    Result<> finish(const PieceSink& sink) override {
        if (small_members_) MUSTER_CHECK(take_members(1, sink));
        if (!between_members_) return damaged("is cut off before its end");
        return filler_.flush(sink);
    }

private:
    /// Stored blocks, their headers, and the member's own.
    static constexpr std::size_t longest_member = piece_size + (std::size_t{64} << 10U);

    /// All that begin with at least `enough` bytes at hand.
    Result<> take_members(std::size_t enough, const PieceSink& sink) {
        std::size_t used = 0;
        while (waiting_.size() - used >= enough) {
            const auto rest = PieceView{waiting_}.subspan(used);
            Piece content(piece_size);
            std::size_t read = 0, length = 0;
            if (::libdeflate_gzip_decompress_ex(whole_.get(), rest.data(), rest.size(),
                                                content.data(), content.size(), &read,
                                                &length) != LIBDEFLATE_SUCCESS) {
                small_members_ = false;
                auto inflated = inflate(rest, sink);
                waiting_ = {};
                return inflated;
            }
            used += read;
            ++members_;
            content.resize(length);
            MUSTER_CHECK(filler_.add(std::move(content), sink));
        }
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used));
        return {};
    }

    Result<> inflate(PieceView bytes, const PieceSink& sink) {
        // zlib only reads there; its interface is older than const.
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
        state_.avail_in = static_cast<uInt>(bytes.size());
        bool full = false;  // what is decompressed already may lie in zlib
        while (state_.avail_in != 0 || full) {
            if (between_members_) {
                if (*state_.next_in != 0x1f && members_ != 0) return continued();
                ::inflateReset(&state_);
                between_members_ = false;
            }
            const auto room = filler_.room();
            state_.next_out = reinterpret_cast<Bytef*>(room.data());
            state_.avail_out = static_cast<uInt>(room.size());
            const int status = ::inflate(&state_, Z_NO_FLUSH);
            full = state_.avail_out == 0 && status == Z_OK;
            MUSTER_CHECK(filler_.filled(room.size() - state_.avail_out, sink));
            if (status == Z_MEM_ERROR) throw std::bad_alloc{};
            if (status == Z_STREAM_END) {
                between_members_ = true;
                ++members_;
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                return refused();
            }
        }
        return {};
    }

    Failure refused() const {
        const std::string reason = state_.msg == nullptr ? "unknown to zlib" : state_.msg;
        if (members_ != 0 && reason == "incorrect header check") return continued();
        return damaged(fmt::format("was changed: {}", reason));
    }
    Failure continued() const { return damaged("is followed by something that is no gzip"); }
    Failure damaged(const std::string& how) const {
        return fail(ErrorCode::damaged,
                    fmt::format("{} is compressed with gzip, and {}", name_, how),
                    "use another backup");
    }

    z_stream state_{};
    std::unique_ptr<libdeflate_decompressor, decltype(&::libdeflate_free_decompressor)> whole_{
        ::libdeflate_alloc_decompressor(), &::libdeflate_free_decompressor};
    bool small_members_ = true;
    Piece waiting_;  ///< less than a member, for all that is known
    std::string name_;
    PieceFiller filler_;
    std::uint64_t members_ = 0;
    bool between_members_ = true;
};

}  // namespace

std::unique_ptr<Compressor> make_gzip_compressor() {
    return std::make_unique<GzipCompressor>();
}
std::unique_ptr<Decompressor> make_gzip_decompressor(std::string name) {
    return std::make_unique<GzipDecompressor>(std::move(name));
}

}  // namespace muster
