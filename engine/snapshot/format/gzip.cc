#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <new>

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/piece_filler.h"

namespace muster {
namespace {

class GzipCompressor : public Compressor {
public:
    GzipCompressor() {
        if (!state_) throw std::bad_alloc{};
    }

    Result<Piece> compress(PieceView content) override {
        Piece member(::libdeflate_gzip_compress_bound(state_.get(), content.size()));
        member.resize(::libdeflate_gzip_compress(state_.get(), content.data(), content.size(),
                                                 member.data(), member.size()));
        if (member.empty())
            return fail(ErrorCode::internal, "libdeflate wrote more than it said it would");
        return member;
    }

private:
    static constexpr int level = 6;
    std::unique_ptr<libdeflate_compressor, decltype(&::libdeflate_free_compressor)> state_{
        ::libdeflate_alloc_compressor(level), &::libdeflate_free_compressor};
};

class GzipDecompressor : public Decompressor {
public:
    explicit GzipDecompressor(std::string name) : name_(std::move(name)) {
        constexpr int only_gzip = 16;
        if (::inflateInit2(&state_, MAX_WBITS + only_gzip) != Z_OK) throw std::bad_alloc{};
    }
    GzipDecompressor(const GzipDecompressor&) = delete;
    GzipDecompressor& operator=(const GzipDecompressor&) = delete;
    ~GzipDecompressor() override { ::inflateEnd(&state_); }

    Result<> add(PieceView bytes, const PieceSink& sink) override {
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

    Result<> finish(const PieceSink& sink) override {
        if (!between_members_) return damaged("is cut off before its end");
        return filler_.flush(sink);
    }

private:
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
