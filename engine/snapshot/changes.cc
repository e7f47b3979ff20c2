#include "engine/snapshot/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/header.h"

namespace muster {
namespace {

constexpr std::string_view leaves_name = "leaves";

Failure unusable(const fs::path& former, std::string_view how) {
    return fail(ErrorCode::manifest_mismatch, fmt::format("{} {}", former.string(), how),
                "nothing is to be done: the next one will be told by this one");
}

/// The root alone is also that of fewer leaves, which are inner nodes.
bool are_leaves_of(const Manifest& former, const FoundPages& found) {
    return former.merkle_root && found.former_root == former.merkle_root &&
           std::cmp_equal(found.former_pages, former.page_count);
}

bool is_stop(const Error& error) {
    return error.code == ErrorCode::interrupted || error.code == ErrorCode::terminated;
}

}  // namespace

Changes::Changes(const SnapshotStep& step, fs::path folder, fs::path content, const Host& host)
    : step_(step),
      folder_(std::move(folder)),
      content_(std::move(content)),
      host_(host),
      cache_(host.cache, step.place.root, step.volume_id),
      looking_([this](Arrival* arrival) { return look(cached_ ? &*cached_ : nullptr, arrival); },
               [] {}) {}

Result<> Changes::prepare(const fs::path& artifact) {
    if (!step_.former) return {};
    constexpr Duration patience = std::chrono::seconds{10};
    const auto former = (fs::path{step_.place.root} / step_.former->key).lexically_normal();
    // One folder can be watched over, and moved as a whole.
    if (former.parent_path() != artifact.lexically_normal().parent_path())
        return unusable(former, "lies in another folder");
    MUSTER_TRY(held_,
               Lease::take(hidden_beside(former, claim_suffix),
                           "a snapshot that is told by " + former.string(), host_.now(), patience));
    MUSTER_TRY(const auto manifest, read_manifest(former));
    if (!manifest) return unusable(former, "has no manifest any more");
    if (manifest->checksum_sha256 != step_.former->checksum)
        return unusable(former, "was replaced since this was planned");
    MUSTER_TRY(chain_, chain_of(former, *manifest));
    for (const auto& link : chain_) {
        MUSTER_TRY(const auto status, status_of(link.artifact));
        read_links_.push_back({link.artifact, status});
    }
    cached_ = cache_.find(former_manifest().content_sha256());
    return {};
}

CopyFollower Changes::follower() {
    return {[grown = looking_.follower().grown](Bytes bytes, Bytes total) {
                static_cast<void>(grown(bytes, total));  // find() looks once more, and says why
                return Result<>{};
            },
            looking_.follower().given_up};
}

Result<> Changes::find() {
    auto looked = looking_.finish();
    if (!looked && is_stop(looked.error())) return Failure(looked.error());
    if (!step_.former) {
        if (!looked) looked = look(nullptr, nullptr);
        MUSTER_TRY(found_, std::move(looked));
        return {};
    }
    MUSTER_TRY(const auto file, File::open_read(content_));
    MUSTER_TRY(const auto header, read_header(file));
    if (header && std::cmp_not_equal(former_manifest().page_size, header->page_size))
        return unusable(chain_.front().artifact,
                        fmt::format("has pages of {} bytes, and the database of {} by now",
                                    former_manifest().page_size, header->page_size));
    const auto keys = Keyring::read(step_.former->keys);
    if (looked && are_leaves_of(former_manifest(), *looked)) {
        found_ = *std::move(looked);
    } else {
        MUSTER_TRY(const auto stored, StoredState::open(chain_, keys, host_));
        MUSTER_TRY(const auto rebuilt, leaves_from(stored));
        MUSTER_TRY(found_, look(&rebuilt, nullptr));
    }
    // New pages have no former selves.
    const auto were_there = std::ranges::upper_bound(found_.changed, former_manifest().page_count);
    MUSTER_TRY(former_,
               StoredState::open(chain_, keys, host_,
                                 static_cast<std::uint64_t>(were_there - found_.changed.begin())));
    return {};
}

Result<> Changes::write(const fs::path& artifact, const Key* key, Manifest& manifest) const {
    const auto& former = former_manifest();
    const DeltaFacts facts{static_cast<std::uint32_t>(former.page_size),
                           found_.pages,
                           static_cast<std::uint64_t>(former.page_count),
                           former.content_sha256(),
                           found_.sha256,
                           found_.merkle_root};
    const auto path = key == nullptr ? artifact : folder_ / "changes";
    DeltaOptions options;
    options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host_.progress("writing what changed in " + step_.volume_name, done, total);
        return host_.keep_going();
    };
    {
        MUSTER_TRY(const auto latter, File::open_read(content_));
        MUSTER_TRY(auto delta, File::create(path));
        MUSTER_CHECK(write_delta(former_->bytes(), latter, found_.changed, facts, delta, options));
        MUSTER_TRY(const auto bytes, latter.size());
        manifest.content = Content{Compression::none, std::nullopt, bytes, found_.sha256};
    }
    const auto& reference = chain_.front().artifact;
    manifest.delta =
        Delta{step_.former->kind, reference.lexically_relative(artifact.parent_path()).string(),
              former.content_sha256()};
    if (key == nullptr) return {};
    manifest.content->key_id = key->id();
    MUSTER_TRY(const auto delta, File::open_read(path));
    MUSTER_TRY(auto sealed, File::create(artifact));
    EncodeOptions seal;
    seal.key = key;
    MUSTER_CHECK(encode(delta, sealed, seal));
    return {};
}

Result<> Changes::read_back(const fs::path& artifact, const Key* key, const Manifest& manifest) {
    Keyring keys;
    if (key != nullptr) keys.keys.push_back(*key);
    MUSTER_CHECK(former_->extend({artifact, manifest}, keys, host_));
    MUSTER_TRY(const auto content, File::open_read(content_));
    return former_->compare(content, host_);
}

void Changes::keep(const Manifest& taken) const {
    std::vector<Sha256> others;
    if (!chain_.empty()) others.push_back(chain_.back().manifest.content_sha256());
    cache_.keep(folder_ / leaves_name, taken.content_sha256(), others);
}

Result<FoundPages> Changes::look(const File* former, Arrival* arrival) const {
    const auto path = folder_ / leaves_name;
    MUSTER_CHECK(remove_durably(path));
    MUSTER_TRY(auto leaves, File::create(path));
    if (arrival != nullptr) MUSTER_CHECK(arrival->await(1, 0));
    MUSTER_TRY(const auto file, File::open_read(content_));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(const auto header, read_header(file));
    if (!header)
        return fail(ErrorCode::not_a_database,
                    fmt::format("the copy of {} has no database header", step_.source),
                    "look at the disk; nothing was committed");
    const auto total = arrival != nullptr ? arrival->total() : size;
    PageLeaves pages{static_cast<std::uint32_t>(header->page_size), leaves, former};
    for (std::uint64_t offset = 0; offset < total.count;) {
        const auto end = std::min<std::uint64_t>(total.count, offset + piece_size);
        if (arrival != nullptr) MUSTER_CHECK(arrival->await(end, 0));
        MUSTER_TRY(const auto piece, read_piece(file, offset));
        if (piece.empty()) break;
        // A piece may reach past what has come.
        MUSTER_CHECK(pages.add(PieceView{piece}.first(
            std::min<std::size_t>(piece.size(), static_cast<std::size_t>(end - offset)))));
        offset = std::min<std::uint64_t>(end, offset + piece.size());
        if (arrival == nullptr)
            host_.progress("looking for what changed in " + step_.volume_name, offset, total.count);
        MUSTER_CHECK(host_.keep_going());
    }
    return pages.finish();
}

Result<File> Changes::leaves_from(const StoredState& stored) const {
    const auto path = folder_ / "former-leaves";
    {
        MUSTER_TRY(auto file, File::create(path));
        MUSTER_CHECK(stored.prove(host_, [&](std::span<const Sha256> leaves) {
            return file.append(std::as_bytes(leaves));
        }));
    }
    return File::open_read(path);
}

}  // namespace muster
