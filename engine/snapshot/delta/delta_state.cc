#include "engine/snapshot/delta/delta_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/workers.h"
#include "engine/snapshot/format/pipeline.h"

namespace muster {
namespace {

constexpr unsigned most_makers = 8;
constexpr std::size_t frames_a_maker = 8;

class DeltaState final : public DatabaseState {
public:
    DeltaState(const DeltaFacts& facts, std::unique_ptr<DatabaseState> former, const File& pages,
               std::uint64_t first)
        : facts_(facts), former_(std::move(former)), pages_(pages), first_(first) {}

    /// Each frame's pages are made of the former state alone, so that frames are made side by side.
    Result<> make(const File& artifact, const DeltaIndex& index, File& pages,
                  const PieceProgress& progress) {
        const auto makers = std::clamp(std::thread::hardware_concurrency(), 1U, most_makers);
        for (std::size_t first = 0; first < index.frames.size();) {
            const auto count = std::min(index.frames.size() - first, makers * frames_a_maker);
            std::vector<Result<Piece>> made(count, Piece{});
            in_parallel(count, makers, [&](std::size_t i) {
                FormerBytes former{*former_};
                made[i] = read_delta_frame(artifact, index, index.frames[first + i], former);
                return made[i].has_value();
            });
            for (std::size_t i = 0; i < count; ++i) {
                MUSTER_CHECK(made[i]);
                MUSTER_CHECK(pages.append(*made[i]));
                const auto& numbers = index.frames[first + i].pages;
                changed_.insert(changed_.end(), numbers.begin(), numbers.end());
            }
            first += count;
            if (progress) MUSTER_CHECK(progress(first, index.frames.size()));
        }
        return {};
    }

    Bytes size() const override { return {facts_.pages * facts_.page_size}; }

    Result<> read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset > size().count || into.size() > size().count - offset)
            return past_the_end(offset, into.size(), size(), pages_.path());
        while (!into.empty()) {
            const auto page = offset / facts_.page_size + 1;
            const auto next = std::ranges::lower_bound(changed_, page);
            const bool changed = next != changed_.end() && *next == page;
            const auto end =
                (changed ? page : (next == changed_.end() ? facts_.pages : *next - 1)) *
                facts_.page_size;
            const auto part = into.first(
                static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - offset)));
            const auto place = static_cast<std::uint64_t>(next - changed_.begin());
            MUSTER_CHECK(changed ? read_made(place, offset % facts_.page_size, part)
                                 : former_->read(offset, part));
            into = into.subspan(part.size());
            offset += part.size();
        }
        return {};
    }

private:
    /// Pages stand in the file as they do in changed_.
    Result<> read_made(std::uint64_t place, std::uint64_t in_page,
                       std::span<std::byte> into) const {
        const auto offset = first_ + place * facts_.page_size + in_page;
        MUSTER_TRY(const auto there, pages_.read_at(offset, into));
        if (there == into.size()) return {};
        return past_the_end(offset, into.size(), {offset + there}, pages_.path());
    }

    DeltaFacts facts_;
    std::unique_ptr<DatabaseState> former_;
    const File& pages_;
    std::uint64_t first_;
    PageNumbers changed_;
};

}  // namespace

Result<std::unique_ptr<DatabaseState>> delta_state(const File& artifact, const DeltaIndex& index,
                                                   std::unique_ptr<DatabaseState> former,
                                                   File& pages, const PieceProgress& progress) {
    const auto expected = index.facts.former_pages * index.facts.page_size;
    if (former->size().count != expected)
        return fail(ErrorCode::manifest_mismatch,
                    fmt::format("{} tells what changed in a database of {} bytes, and the one it "
                                "refers to has {}",
                                artifact.path().string(), expected, former->size().count),
                    "look for the snapshot it refers to, or choose another one");
    MUSTER_TRY(const auto first, pages.size());
    auto out = std::make_unique<DeltaState>(index.facts, std::move(former), pages, first.count);
    MUSTER_CHECK(out->make(artifact, index, pages, progress));
    return out;
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
