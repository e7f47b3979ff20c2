#include "engine/snapshot/stored_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/delta/look_through.h"
#include "engine/snapshot/delta/zstd_state.h"
#include "engine/snapshot/format/decode.h"
#include "engine/snapshot/format/outline.h"

namespace muster {
namespace {

/// More than any policy makes: whoever finds them has a ring before him.
constexpr std::size_t longest_chain = 512;
/// Of a .zst that is read here and there.
constexpr Bytes kept_content{std::uint64_t{32} << 20U};

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

/// What a failure of one link means for the snapshot that is told by it. What comes of several
/// links does not tell which of them was changed; their own bytes do.
Failure blame(const std::vector<SnapshotLink>& chain, const SnapshotLink& link, Error error,
              const Host& host) {
    const auto& artifact = chain.front().artifact;
    if (error.code == ErrorCode::damaged)
        for (const auto& each : chain) {
            if (each.manifest.checksum_sha256.empty() || !host.keep_going()) continue;
            const auto checksum = sha256_of_file(each.artifact);
            if (!checksum || *checksum == each.manifest.checksum_sha256) continue;
            return fail(ErrorCode::damaged,
                        fmt::format("{}: what it makes is not the database that was told: the "
                                    "bytes of {} are not those its manifest describes",
                                    artifact.string(), each.artifact.filename().string()),
                        "choose a backup that is not told by that file");
        }
    if (&link != &chain.front())
        error.message = fmt::format("{} is told by {}: {}", artifact.string(),
                                    link.artifact.filename().string(), error.message);
    return Failure(std::move(error));
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

Result<StoredState> StoredState::open(std::vector<SnapshotLink> chain, const Keyring& keys,
                                      const Host& host, std::uint64_t pages_apart) {
    StoredState out;
    MUSTER_CHECK(out.read(std::move(chain), pages_apart, std::nullopt, keys, host));
    return out;
}

Result<StoredState> StoredState::write(std::vector<SnapshotLink> chain, const fs::path& to,
                                       const Keyring& keys, const Host& host) {
    StoredState out;
    MUSTER_CHECK(out.read(std::move(chain), 0, to, keys, host));
    return out;
}

/// Indexes first: they say how much of the full one is read here and there.
Result<> StoredState::read(std::vector<SnapshotLink> chain, std::uint64_t pages_apart,
                           const std::optional<fs::path>& to, const Keyring& keys,
                           const Host& host) {
    chain_ = std::move(chain);
    std::vector<Told> all;
    for (const auto& link : std::span{chain_}.first(chain_.size() - 1)) {
        auto told = read_told(link, keys, host);
        if (!told) return blame(chain_, link, told.error(), host);
        pages_apart += told->pages;
        all.push_back(*std::move(told));
    }
    const auto& full = chain_.back();
    if (const auto opened = open_full(full, pages_apart, to, keys, host); !opened)
        return blame(chain_, full, opened.error(), host);
    for (; !all.empty(); all.pop_back())
        if (const auto added = add(all.back(), host); !added)
            return blame(chain_, chain_[all.size() - 1], added.error(), host);
    return {};
}

Result<> StoredState::extend(const SnapshotLink& link, const Keyring& keys, const Host& host) {
    chain_.insert(chain_.begin(), link);
    const auto told = read_told(link, keys, host);
    const auto added = told ? add(*told, host) : Result<>{Failure(told.error())};
    return added ? added : Result<>{blame(chain_, chain_.front(), added.error(), host)};
}

Result<> StoredState::prove(const Host& host,
                            const std::function<Result<>(std::span<const Sha256>)>& leaves) const {
    const auto page_size = static_cast<std::uint32_t>(manifest().page_size);
    if (!manifest().merkle_root || page_size == 0)
        return not_as_told("its manifest tells no digest of its pages", host);
    const auto root = merkle_root_of(*state_, page_size, leaves, progress("proving", host));
    if (!root) return blame(chain_, chain_.front(), root.error(), host);
    if (*root == *manifest().merkle_root) return {};
    return not_as_told("what it makes is not the database that was told", host);
}

Result<> StoredState::compare(const File& content, const Host& host) const {
    MUSTER_TRY(const auto size, content.size());
    if (size != state_->size())
        return not_as_told("what it makes has another length than the database", host);
    const auto compared = look_through(
        *state_,
        [&](std::uint64_t offset, PieceView stored) -> Result<> {
            Piece wanted(stored.size());
            MUSTER_TRY(const auto there, content.read_at(offset, wanted));
            if (there == wanted.size() && std::ranges::equal(stored, wanted)) return {};
            return fail(
                ErrorCode::damaged,
                fmt::format("what it makes is not the database at byte {} or behind it", offset),
                "choose another snapshot to be told by");
        },
        progress("comparing", host));
    return compared ? compared : Result<>{blame(chain_, chain_.front(), compared.error(), host)};
}

PieceProgress StoredState::progress(std::string_view doing, const Host& host) const {
    return [&host, what = fmt::format("{} {}", doing, chain_.front().artifact.filename().string())](
               std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress(what, done, total);
        return host.keep_going();
    };
}

Failure StoredState::not_as_told(std::string_view how, const Host& host) const {
    return blame(chain_, chain_.front(),
                 {ErrorCode::damaged,
                  fmt::format("{}: {}: a snapshot it refers to was changed, or is another one",
                              chain_.front().artifact.string(), how),
                  "verify the snapshots it refers to, or choose another one",
                  {}},
                 host);
}

Result<const File*> StoredState::open_file(const SnapshotLink& link) {
    MUSTER_TRY(auto file, File::open_read(link.artifact));
    return &files_.emplace_back(std::move(file));
}

Result<StoredState::Told> StoredState::read_told(const SnapshotLink& link, const Keyring& keys,
                                                 const Host& host) {
    MUSTER_TRY(const auto* artifact, open_file(link));
    MUSTER_TRY(const auto outline, outline_of(*artifact));
    if (outline.key_id) {
        MUSTER_TRY(const auto folder, scratch_folder(host));
        MUSTER_TRY(artifact, decoded(*artifact, link.manifest.bytes_written, nullptr,
                                     folder / fmt::format("link-{}", files_.size()), keys, host));
    }
    MUSTER_TRY(auto index, read_delta_index(*artifact));
    const auto& told = index.facts;
    if (told.latter_sha256 != link.manifest.content_sha256() ||
        told.former_sha256 != link.manifest.delta->reference_sha256 ||
        told.merkle_root != link.manifest.merkle_root ||
        std::cmp_not_equal(told.page_size, link.manifest.page_size))
        return fail(
            ErrorCode::damaged,
            fmt::format("{} tells of another database than its manifest", link.artifact.string()),
            "use another backup");
    std::uint64_t pages = 0;
    for (const auto& frame : index.frames) pages += frame.pages.size();
    return Told{artifact, std::move(index), pages};
}

/// Of a whole one only the pages of one link at a time wait beside it.
Result<> StoredState::add(const Told& told, const Host& host) {
    MUSTER_TRY(const auto folder, scratch_folder(host));
    MUSTER_CHECK(require_space(folder, {told.pages * told.index.facts.page_size},
                               fmt::format("the changed pages of {}", told.file->path().string())));
    if (made_ == nullptr) {
        MUSTER_TRY(auto made, File::create(folder / "pages"));
        made_ = &files_.emplace_back(std::move(made));
    }
    const auto going = [&](auto, auto) { return host.keep_going(); };
    if (whole_ == nullptr) {
        MUSTER_TRY(state_, delta_state(*told.file, told.index, std::move(state_), *made_, going));
        return {};
    }
    MUSTER_CHECK(apply_delta(*told.file, told.index, *whole_, *made_, going));
    state_ = file_state(*whole_, {told.index.facts.pages * told.index.facts.page_size});
    return {};
}

Result<fs::path> StoredState::scratch_folder(const Host& host) {
    if (!scratch_) {
        MUSTER_TRY(scratch_, ScratchFolder::make(host.scratch));
    }
    return scratch_->path();
}

Result<> StoredState::open_full(const SnapshotLink& link, std::uint64_t pages_apart,
                                const std::optional<fs::path>& to, const Keyring& keys,
                                const Host& host) {
    MUSTER_TRY(const auto* artifact, open_file(link));
    const auto bytes = link.manifest.content_bytes();
    MUSTER_TRY(const auto outline, outline_of(*artifact));
    if (outline.compression == Compression::zstd) {
        MUSTER_TRY(state_, zstd_state(*artifact, kept_content));
    }
    if (outline.compression == Compression::none) state_ = file_state(*artifact, bytes);
    // Each place may cost a frame; what would cost as much as all frames is better made once.
    const bool better_whole = outline.compression == Compression::zstd &&
                              pages_apart >= std::max<std::uint64_t>(1, bytes.count / piece_size);
    if (to || !state_ || (better_whole && state_->size() == bytes)) {
        auto place = to.value_or("");
        if (!to) {
            MUSTER_TRY(place, scratch_folder(host));
            place /= "whole";
        }
        MUSTER_TRY(whole_, decoded(*artifact, bytes, state_.get(), place, keys, host));
        MUSTER_TRY(const auto made, whole_->size());
        state_ = file_state(*whole_, made);
    }
    if (state_->size() == bytes) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} decodes to {} bytes, its manifest says {}", link.artifact.string(),
                            state_->size().count, bytes.count),
                "use another backup");
}

Result<File*> StoredState::decoded(const File& artifact, Bytes limit, const DatabaseState* content,
                                   const fs::path& to, const Keyring& keys, const Host& host) {
    MUSTER_CHECK(require_space(to.parent_path(), limit,
                               fmt::format("the content of {}", artifact.path().string())));
    MUSTER_TRY(auto file, File::create(to));
    const auto progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("reading " + artifact.path().filename().string(), done, total);
        return host.keep_going();
    };
    if (content != nullptr) {
        MUSTER_CHECK(look_through(
            *content,
            [&](std::uint64_t offset, PieceView piece) { return file.write_at(offset, piece); },
            progress));
    } else {
        const auto done = decode(artifact, {keys.keys, limit, progress},
                                 [&](PieceView piece) { return file.append(piece); });
        if (!done) return Failure(keys.explained(done.error()));
    }
    return &files_.emplace_back(std::move(file));
}

}  // namespace muster
