#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/piece_filler.h"

namespace muster {
namespace {

class ZstdCompressor : public Compressor {
public:
    ZstdCompressor() {
        if (!state_) throw std::bad_alloc{};
        constexpr int level = 2;
        ::ZSTD_CCtx_setParameter(state_.get(), ZSTD_c_compressionLevel, level);
        ::ZSTD_CCtx_setParameter(state_.get(), ZSTD_c_checksumFlag, 1);
    }

    Result<Piece> compress(PieceView content) override {
        Piece frame(::ZSTD_compressBound(content.size()));
        const std::size_t length = ::ZSTD_compress2(state_.get(), frame.data(), frame.size(),
                                                    content.data(), content.size());
        if (::ZSTD_isError(length) != 0)
            return fail(ErrorCode::internal,
                        fmt::format("zstd cannot compress: {}", ::ZSTD_getErrorName(length)));
        frame.resize(length);
        return frame;
    }

private:
    std::unique_ptr<ZSTD_CCtx, decltype(&::ZSTD_freeCCtx)> state_{::ZSTD_createCCtx(),
                                                                  &::ZSTD_freeCCtx};
};

class ZstdDecompressor : public Decompressor {
public:
    explicit ZstdDecompressor(std::string name) : name_(std::move(name)) {
        if (!state_) throw std::bad_alloc{};
        constexpr int largest_window = 27;  // 128 MiB, as zstd -d itself without options
        ::ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, largest_window);
    }

    Result<> add(PieceView bytes, const PieceSink& sink) override {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        bool full = false;  // what is decompressed already may lie in zstd
        while (in.pos < in.size || full) {
            const auto room = filler_.room();
            ZSTD_outBuffer out{room.data(), room.size(), 0};
            const std::size_t status = ::ZSTD_decompressStream(state_.get(), &out, &in);
            if (::ZSTD_isError(status) != 0) return refused(status);
            between_frames_ = status == 0;
            full = out.pos == out.size && !between_frames_;
            MUSTER_CHECK(filler_.filled(out.pos, sink));
        }
        return {};
    }

    Result<> finish(const PieceSink& sink) override {
        if (!between_frames_) return damaged("is cut off before its end");
        return filler_.flush(sink);
    }

private:
    Failure refused(std::size_t status) const {
        switch (::ZSTD_getErrorCode(status)) {
            case ZSTD_error_memory_allocation: throw std::bad_alloc{};
            case ZSTD_error_prefix_unknown:
                return damaged("is followed by something that is no zstd");
            case ZSTD_error_frameParameter_windowTooLarge:
                return fail(ErrorCode::not_available,
                            fmt::format("{} is compressed with zstd and a window of more than "
                                        "128 MiB",
                                        name_),
                            "decompress it with: zstd -d --long=31");
            default: return damaged(fmt::format("was changed: {}", ::ZSTD_getErrorName(status)));
        }
    }
    Failure damaged(const std::string& how) const {
        return fail(ErrorCode::damaged,
                    fmt::format("{} is compressed with zstd, and {}", name_, how),
                    "use another backup");
    }

    std::unique_ptr<ZSTD_DCtx, decltype(&::ZSTD_freeDCtx)> state_{::ZSTD_createDCtx(),
                                                                  &::ZSTD_freeDCtx};
    std::string name_;
    PieceFiller filler_;
    bool between_frames_ = true;
};

}  // namespace

std::unique_ptr<Compressor> make_zstd_compressor() {
    return std::make_unique<ZstdCompressor>();
}
std::unique_ptr<Decompressor> make_zstd_decompressor(std::string name) {
    return std::make_unique<ZstdDecompressor>(std::move(name));
}

}  // namespace muster
