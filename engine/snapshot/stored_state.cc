#include "engine/snapshot/stored_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/delta/zstd_state.h"
#include "engine/snapshot/format/decode.h"
#include "engine/snapshot/format/outline.h"

namespace muster {
namespace {

/// More than any policy makes: whoever finds them has a ring before him.
constexpr std::size_t longest_chain = 512;
/// Of pages made, for all links together.
constexpr Bytes kept_in_all{std::uint64_t{32} << 20U};

Failure broken(const fs::path& artifact, const fs::path& reference, std::string_view how) {
    return fail(ErrorCode::damaged,
                fmt::format("{} holds only what changed since {}, and {}", artifact.string(),
                            reference.string(), how),
                "bring that file back to its place, or choose a backup that is not told by it");
}

Result<SnapshotLink> reference_of(const SnapshotLink& link) {
    const auto& delta = *link.manifest.delta;
    const auto path = (link.artifact.parent_path() / delta.reference).lexically_normal();
    const auto refuse = [&](std::string_view how) { return broken(link.artifact, path, how); };
    if (fs::path{delta.reference}.is_absolute())
        return refuse("a path that begins with / names no file of this store");
    MUSTER_TRY(const auto there, status_of(path));
    if (!there.exists) return refuse("that one is missing");
    auto manifest = read_manifest(path);
    if (!manifest && manifest.error().code == ErrorCode::manifest_mismatch)
        return refuse("the manifest of that one cannot be read");
    MUSTER_CHECK(manifest);
    if (!*manifest) return refuse("that one has no manifest");
    if (there.size != (*manifest)->bytes_written)
        return refuse(fmt::format("that one has {} bytes, its manifest says {}", there.size.count,
                                  (*manifest)->bytes_written.count));
    if ((*manifest)->content_sha256() != delta.reference_sha256)
        return refuse("that one holds another state of the database by now");
    return SnapshotLink{path, **std::move(manifest)};
}

/// What a failure of one link means for the snapshot that is told by it.
Failure blame(const std::vector<SnapshotLink>& chain, const SnapshotLink& link,
              const Error& error) {
    auto told = error;
    if (&link != &chain.front())
        told.message = fmt::format("{} is told by {}: {}", chain.front().artifact.string(),
                                   link.artifact.filename().string(), error.message);
    return Failure(told);
}

}  // namespace

Result<std::vector<SnapshotLink>> chain_of(const fs::path& artifact, const Manifest& manifest) {
    std::vector<SnapshotLink> out{{artifact, manifest}};
    while (out.back().manifest.delta) {
        if (out.size() > longest_chain)
            return broken(artifact, out[1].artifact,
                          fmt::format("more than {} snapshots follow", longest_chain));
        MUSTER_TRY(auto next, reference_of(out.back()));
        out.push_back(std::move(next));
    }
    return out;
}

/// Indexes first: they say how much of the full one is read here and there.
Result<StoredState> StoredState::open(std::vector<SnapshotLink> chain, const Keyring& keys,
                                      const Host& host, std::uint64_t pages_apart) {
    StoredState out;
    out.chain_ = std::move(chain);
    std::vector<Changes> all;
    for (const auto& link : std::span{out.chain_}.first(out.chain_.size() - 1)) {
        auto changes = out.read_changes(link, keys, host);
        if (!changes) return blame(out.chain_, link, changes.error());
        for (const auto& frame : changes->index.frames) pages_apart += frame.pages.size();
        all.push_back(*std::move(changes));
    }
    const auto& full = out.chain_.back();
    if (const auto opened = out.open_full(full, pages_apart, keys, host); !opened)
        return blame(out.chain_, full, opened.error());
    const Bytes kept{kept_in_all.count / out.chain_.size()};
    for (std::size_t i = all.size(); i-- > 0;)
        if (const auto added = out.add(std::move(all[i]), kept); !added)
            return blame(out.chain_, out.chain_[i], added.error());
    return out;
}

Result<> StoredState::extend(const SnapshotLink& link, const Keyring& keys, const Host& host) {
    MUSTER_TRY(auto changes, read_changes(link, keys, host));
    MUSTER_CHECK(add(std::move(changes), kept_in_all));
    chain_.insert(chain_.begin(), link);
    return {};
}

Result<> StoredState::read(const std::function<Result<>(std::span<const std::byte>)>& sink,
                           const Host& host) const {
    const auto& artifact = chain_.front().artifact;
    auto done = read_state(
        *state_, manifest().content_sha256(), artifact.string(), sink,
        [&, name = artifact.filename().string()](std::uint64_t at, std::uint64_t end) -> Result<> {
            host.progress("reading " + name, at, end);
            return host.keep_going();
        });
    if (done || done.error().code != ErrorCode::damaged) return done;
    // What comes of all links does not tell which one is at fault; their own bytes do.
    for (const auto& link : chain_) {
        if (link.manifest.checksum_sha256.empty()) continue;  // it is being made
        MUSTER_CHECK(host.keep_going());
        const auto checksum = sha256_of_file(link.artifact);
        if (!checksum || *checksum == link.manifest.checksum_sha256) continue;
        return fail(ErrorCode::damaged,
                    fmt::format("{}: what it makes is not the database that was told: the bytes of "
                                "{} are not those its manifest describes",
                                artifact.string(), link.artifact.filename().string()),
                    "choose a backup that is not told by that file");
    }
    return done;
}

Result<const File*> StoredState::open_file(const SnapshotLink& link) {
    MUSTER_TRY(auto file, File::open_read(link.artifact));
    return &files_.emplace_back(std::move(file));
}

Result<StoredState::Changes> StoredState::read_changes(const SnapshotLink& link,
                                                       const Keyring& keys, const Host& host) {
    MUSTER_TRY(const auto* artifact, open_file(link));
    MUSTER_TRY(const auto outline, outline_of(*artifact));
    if (outline.key_id) {
        MUSTER_TRY(artifact, decoded(*artifact, link.manifest.bytes_written, nullptr, keys, host));
    }
    MUSTER_TRY(auto index, read_delta_index(*artifact));
    if (index.facts.latter_sha256 == link.manifest.content_sha256() &&
        index.facts.former_sha256 == link.manifest.delta->reference_sha256)
        return Changes{artifact, std::move(index)};
    return fail(
        ErrorCode::damaged,
        fmt::format("{} tells of another database than its manifest", link.artifact.string()),
        "use another backup");
}

Result<> StoredState::add(Changes changes, Bytes kept) {
    MUSTER_TRY(state_,
               delta_state(*changes.file, std::move(changes.index), std::move(state_), kept));
    return {};
}

Result<> StoredState::open_full(const SnapshotLink& link, std::uint64_t pages_apart,
                                const Keyring& keys, const Host& host) {
    MUSTER_TRY(const auto* artifact, open_file(link));
    const auto bytes = link.manifest.content_bytes();
    MUSTER_TRY(const auto outline, outline_of(*artifact));
    if (outline.compression == Compression::zstd) {
        MUSTER_TRY(state_, zstd_state(*artifact, kept_in_all));
    }
    if (outline.compression == Compression::none) state_ = file_state(*artifact, bytes);
    // Each place may cost a frame, twice; what would cost as much as all frames is better made
    // once.
    const bool better_whole =
        outline.compression == Compression::zstd &&
        pages_apart >= std::max<std::uint64_t>(1, bytes.count / piece_size / 2);
    if (!state_ || (better_whole && state_->size() == bytes)) {
        MUSTER_TRY(const auto* content, decoded(*artifact, bytes, state_.get(), keys, host));
        state_ = file_state(*content, bytes);
    }
    if (state_->size() == bytes) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} decodes to {} bytes, its manifest says {}", link.artifact.string(),
                            state_->size().count, bytes.count),
                "use another backup");
}

Result<const File*> StoredState::decoded(const File& artifact, Bytes limit,
                                         const DatabaseState* content, const Keyring& keys,
                                         const Host& host) {
    if (!scratch_) {
        MUSTER_TRY(scratch_, ScratchFolder::make(host.scratch));
    }
    const auto path = scratch_->path() / fmt::format("link-{}", files_.size());
    MUSTER_CHECK(require_space(path.parent_path(), limit,
                               fmt::format("the content of {}", artifact.path().string())));
    MUSTER_TRY(auto to, File::create(path));
    const auto append = [&](std::span<const std::byte> piece) { return to.append(piece); };
    const auto progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("reading " + artifact.path().filename().string(), done, total);
        return host.keep_going();
    };
    if (content != nullptr) {
        MUSTER_CHECK(pour_state(*content, append, progress));
    } else {
        const auto done = decode(artifact, {keys.keys, limit, progress}, append);
        if (!done) return Failure(keys.explained(done.error()));
    }
    MUSTER_TRY(auto file, File::open_read(path));
    return &files_.emplace_back(std::move(file));
}

}  // namespace muster
