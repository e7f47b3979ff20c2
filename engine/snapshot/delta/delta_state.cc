#include "engine/snapshot/delta/delta_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/workers.h"

namespace muster {
namespace {

constexpr unsigned most_makers = 8;
constexpr std::size_t frames_a_maker = 32;

Result<> require_size(const File& artifact, const DeltaFacts& facts, Bytes former) {
    const auto expected = facts.former_pages * facts.page_size;
    if (former.count == expected) return {};
    return fail(ErrorCode::manifest_mismatch,
                fmt::format("{} tells what changed in a database of {} bytes, and the one it "
                            "refers to has {}",
                            artifact.path().string(), expected, former.count),
                "look for the snapshot it refers to, or choose another one");
}

/// Where the pages of each frame stand when those of all frames stand side by side, and their end.
std::vector<std::uint64_t> places_of(const DeltaIndex& index) {
    std::vector<std::uint64_t> out{0};
    for (const auto& frame : index.frames)
        out.push_back(out.back() + std::uint64_t{frame.pages.size()} * index.facts.page_size);
    return out;
}

/// Several at once; `progress` is called on this thread.
Result<> for_each_frame(std::size_t count, const std::function<Result<>(std::size_t)>& work,
                        const PieceProgress& progress) {
    const auto makers = std::clamp(std::thread::hardware_concurrency(), 1U, most_makers);
    for (std::size_t first = 0; first < count;) {
        std::vector<Result<>> done(std::min(count - first, makers * frames_a_maker));
        in_parallel(done.size(), makers, [&](std::size_t i) {
            done[i] = work(first + i);
            return done[i].has_value();
        });
        for (const auto& each : done) MUSTER_CHECK(each);
        first += done.size();
        if (progress) MUSTER_CHECK(progress(first, count));
    }
    return {};
}

class DeltaState final : public DatabaseState {
public:
    /// Its changed pages stand in `pages` from `first` on, as they do in `changed`.
    DeltaState(const DeltaFacts& facts, std::unique_ptr<DatabaseState> former, const File& pages,
               std::uint64_t first, PageNumbers changed)
        : facts_(facts),
          former_(std::move(former)),
          pages_(pages),
          first_(first),
          changed_(std::move(changed)) {}

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
    MUSTER_CHECK(require_size(artifact, index.facts, former->size()));
    MUSTER_TRY(const auto first, pages.size());
    const auto places = places_of(index);
    MUSTER_CHECK(for_each_frame(
        index.frames.size(),
        [&](std::size_t i) -> Result<> {
            FormerBytes bytes{*former};
            MUSTER_TRY(const auto made, read_delta_frame(artifact, index, index.frames[i], bytes));
            return pages.write_at(first.count + places[i], made);
        },
        progress));
    PageNumbers changed;
    for (const auto& frame : index.frames)
        changed.insert(changed.end(), frame.pages.begin(), frame.pages.end());
    return std::make_unique<DeltaState>(index.facts, std::move(former), pages, first.count,
                                        std::move(changed));
}

Result<> apply_delta(const File& artifact, const DeltaIndex& index, File& content, File& spare,
                     const PieceProgress& progress) {
    MUSTER_TRY(const auto size, content.size());
    MUSTER_CHECK(require_size(artifact, index.facts, size));
    const auto former = file_state(content, size);
    const auto places = places_of(index);
    MUSTER_CHECK(for_each_frame(
        index.frames.size(),
        [&](std::size_t i) -> Result<> {
            FormerBytes bytes{*former};
            MUSTER_TRY(const auto made, make_delta_frame(artifact, index, index.frames[i], bytes));
            return spare.write_at(places[i], made);
        },
        progress));
    const std::size_t page_size = index.facts.page_size;
    MUSTER_CHECK(for_each_frame(
        index.frames.size(),
        [&](std::size_t i) -> Result<> {
            const auto& numbers = index.frames[i].pages;
            Piece pages(numbers.size() * page_size);
            MUSTER_CHECK(file_state(spare, {places.back()})->read(places[i], pages));
            for (std::size_t at = 0; at < numbers.size();) {
                std::size_t run = 1;
                while (at + run < numbers.size() && numbers[at + run] == numbers[at] + run) ++run;
                MUSTER_CHECK(
                    content.write_at((numbers[at] - std::uint64_t{1}) * page_size,
                                     PieceView{pages}.subspan(at * page_size, run * page_size)));
                at += run;
            }
            return {};
        },
        progress));
    return content.resize({index.facts.pages * page_size});
}

}  // namespace muster
