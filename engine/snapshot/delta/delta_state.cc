#include "engine/snapshot/delta/delta_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/snapshot/delta/made_pieces.h"
#include "engine/snapshot/format/pipeline.h"

namespace muster {
namespace {

class DeltaState final : public DatabaseState {
public:
    DeltaState(const File& artifact, DeltaIndex index, std::unique_ptr<DatabaseState> former,
               Bytes kept)
        : artifact_(artifact), index_(std::move(index)), former_(std::move(former)), made_(kept) {}

    Bytes size() const override { return {index_.facts.pages * index_.facts.page_size}; }

    Result<> read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset > size().count || into.size() > size().count - offset)
            return past_the_end(offset, into.size(), size(), artifact_.path());
        while (!into.empty()) {
            const auto page = offset / index_.facts.page_size + 1;
            const auto [frame, next] = changed_from(page);
            const bool changed = next == page;
            const auto end = (changed ? page : next - 1) * index_.facts.page_size;
            const auto part = into.first(
                static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - offset)));
            MUSTER_CHECK(changed ? read_changed(frame, page, offset, part)
                                 : former_->read(offset, part));
            into = into.subspan(part.size());
            offset += part.size();
        }
        return {};
    }

private:
    /// The first page from `page` on that changed, and its frame; behind the last page where none
    /// did.
    std::pair<std::size_t, std::uint64_t> changed_from(std::uint64_t page) const {
        const auto& frames = index_.frames;
        const auto frame = std::ranges::lower_bound(
            frames, page, {}, [](const DeltaFrame& each) { return each.pages.back(); });
        if (frame == frames.end()) return {frames.size(), index_.facts.pages + 1};
        return {static_cast<std::size_t>(frame - frames.begin()),
                *std::ranges::lower_bound(frame->pages, page)};
    }

    Result<> read_changed(std::size_t number, std::uint64_t page, std::uint64_t offset,
                          std::span<std::byte> into) const {
        const auto& frame = index_.frames[number];
        auto content = made_.find(number);
        if (!content) {
            FormerBytes former{*former_};
            MUSTER_TRY(auto made, read_delta_frame(artifact_, index_, frame, former));
            content = std::make_shared<const Piece>(std::move(made));
            made_.keep(number, content);
        }
        const auto page_size = index_.facts.page_size;
        const auto in_frame = static_cast<std::size_t>(std::ranges::lower_bound(frame.pages, page) -
                                                       frame.pages.begin());
        std::ranges::copy(
            PieceView{*content}.subspan(in_frame * page_size + offset % page_size, into.size()),
            into.begin());
        return {};
    }

    const File& artifact_;
    DeltaIndex index_;
    std::unique_ptr<DatabaseState> former_;
    mutable MadePieces made_;
};

}  // namespace

Result<std::unique_ptr<DatabaseState>> delta_state(const File& artifact, DeltaIndex index,
                                                   std::unique_ptr<DatabaseState> former,
                                                   Bytes kept) {
    const auto expected = index.facts.former_pages * index.facts.page_size;
    if (former->size().count != expected)
        return fail(ErrorCode::manifest_mismatch,
                    fmt::format("{} tells what changed in a database of {} bytes, and the one it "
                                "refers to has {}",
                                artifact.path().string(), expected, former->size().count),
                    "look for the snapshot it refers to, or choose another one");
    return std::make_unique<DeltaState>(artifact, std::move(index), std::move(former), kept);
}

Result<> pour_state(const DatabaseState& state,
                    const std::function<Result<>(std::span<const std::byte>)>& sink,
                    const PieceProgress& progress) {
    const auto size = state.size().count;
    constexpr std::size_t pieces_ahead = 4;
    Pipeline pipeline;
    auto& made = pipeline.add_queue(pieces_ahead);
    MUSTER_CHECK(pipeline.start([&]() -> Result<> {
        for (std::uint64_t offset = 0; offset < size;) {
            Piece piece(
                static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, size - offset)));
            MUSTER_CHECK(state.read(offset, piece));
            offset += piece.size();
            MUSTER_CHECK(made.push(std::move(piece)));
        }
        made.close();
        return {};
    }));
    return pipeline.run([&]() -> Result<> {
        for (std::uint64_t done = 0;;) {
            MUSTER_TRY(const auto piece, made.pop());
            if (!piece) return {};
            MUSTER_CHECK(sink(*piece));
            done += piece->size();
            if (progress) MUSTER_CHECK(progress(done, size));
        }
    });
}

Result<> read_state(const DatabaseState& state, const Sha256& expected, const std::string& name,
                    const std::function<Result<>(std::span<const std::byte>)>& sink,
                    const PieceProgress& progress) {
    Sha256Stream digest;
    const auto hash = [&](std::span<const std::byte> piece) {
        digest.add(piece);
        return sink(piece);
    };
    MUSTER_CHECK(pour_state(state, hash, progress));
    if (digest.finish() == expected) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{}: what it makes is not the database that was told: a snapshot it "
                            "refers to was changed, or is another one",
                            name),
                "verify the snapshots it refers to, or choose another one");
}

}  // namespace muster
