#include "engine/snapshot/changes.h"

#include <fmt/format.h>

#include "engine/snapshot/commit.h"

namespace muster {
namespace {

constexpr std::string_view leaves_name = "leaves";

Failure unusable(const fs::path& former, std::string_view how) {
    return fail(ErrorCode::manifest_mismatch, fmt::format("{} {}", former.string(), how),
                "verify it; the next snapshot is a full one");
}

/// The root alone is also that of fewer leaves, which are inner nodes.
bool are_leaves_of(const Manifest& former, const FoundPages& found) {
    return former.merkle_root && found.former_root == former.merkle_root &&
           std::cmp_equal(found.former_pages, former.page_count);
}

}  // namespace

Changes::Changes(const SnapshotStep& step, fs::path folder, const Host& host)
    : step_(step),
      folder_(std::move(folder)),
      host_(host),
      cache_(host.cache, step.place.root, step.volume_id) {}

Result<> Changes::find(const fs::path& content, std::uint32_t page_size) {
    if (!step_.former) {
        MUSTER_TRY(found_, compare(content, page_size, nullptr));
        return {};
    }
    MUSTER_TRY(const auto chain, former_chain());
    const auto& former = chain.front().manifest;
    if (former.page_size != page_size)
        return unusable(chain.front().artifact,
                        fmt::format("has pages of {} bytes, and the database of {} by now",
                                    former.page_size, page_size));
    const auto keys = Keyring::read(step_.former->keys);
    bool complete = false;
    if (const auto cached = cache_.find(former.content_sha256())) {
        MUSTER_TRY(found_, compare(content, page_size, &*cached));
        complete = are_leaves_of(former, found_);
    }
    if (!complete) {
        MUSTER_TRY(const auto stored, StoredState::open(chain, keys, host_));
        MUSTER_TRY(const auto rebuilt, leaves_from(stored, page_size));
        MUSTER_TRY(found_, compare(content, page_size, &rebuilt));
    }
    MUSTER_TRY(former_, StoredState::open(chain, keys, host_, found_.changed.size()));
    return {};
}

Result<> Changes::write(const fs::path& content, const fs::path& artifact, const Key* key,
                        Manifest& manifest) const {
    const auto& former = former_->manifest();
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
        MUSTER_TRY(const auto latter, File::open_read(content));
        MUSTER_TRY(auto delta, File::create(path));
        MUSTER_CHECK(write_delta(former_->bytes(), latter, found_.changed, facts, delta, options));
        MUSTER_TRY(const auto bytes, latter.size());
        manifest.content = Content{Compression::none, std::nullopt, bytes, found_.sha256};
    }
    const auto& reference = former_->chain().front().artifact;
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
    return former_->read([](auto) { return Result<>{}; }, host_);
}

void Changes::keep(const Manifest& taken) const {
    std::vector<Sha256> others;
    if (former_) others.push_back(former_->chain().back().manifest.content_sha256());
    cache_.keep(folder_ / leaves_name, taken.content_sha256(), others);
}

Result<std::vector<SnapshotLink>> Changes::former_chain() const {
    const auto artifact = (fs::path{step_.place.root} / step_.former->key).lexically_normal();
    MUSTER_TRY(const auto manifest, read_manifest(artifact));
    if (!manifest) return unusable(artifact, "has no manifest any more");
    if (manifest->checksum_sha256 != step_.former->checksum)
        return unusable(artifact, "was replaced since this was planned");
    return chain_of(artifact, *manifest);
}

Result<FoundPages> Changes::compare(const fs::path& content, std::uint32_t page_size,
                                    const File* former) const {
    const auto path = folder_ / leaves_name;
    MUSTER_CHECK(remove_durably(path));
    MUSTER_TRY(const auto file, File::open_read(content));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(auto leaves, File::create(path));
    PageLeaves pages{page_size, leaves, former};
    std::uint64_t done = 0;
    MUSTER_CHECK(read_pieces(file, [&](std::span<const std::byte> piece) -> Result<> {
        MUSTER_CHECK(pages.add(piece));
        host_.progress("looking for what changed in " + step_.volume_name, done += piece.size(),
                       size.count);
        return host_.keep_going();
    }));
    return pages.finish();
}

/// What they are made of is proven by the digest in its manifest.
Result<File> Changes::leaves_from(const StoredState& stored, std::uint32_t page_size) const {
    const auto path = folder_ / "former-leaves";
    {
        MUSTER_TRY(auto leaves, File::create(path));
        PageLeaves pages{page_size, leaves};
        MUSTER_CHECK(stored.read([&](PieceView piece) { return pages.add(piece); }, host_));
        MUSTER_CHECK(pages.finish());
    }
    return File::open_read(path);
}

}  // namespace muster
