// The database that a snapshot holds, read here and there, by way of all those it is told by.
#pragma once

#include <deque>
#include <vector>

#include "engine/base/host.h"
#include "engine/model/manifest.h"
#include "engine/snapshot/delta/delta_state.h"
#include "engine/snapshot/keyring.h"
#include "engine/sqlite/scratch.h"

namespace muster {

struct SnapshotLink {
    fs::path artifact;
    Manifest manifest;
};

/// A snapshot and those it is told by, each by the one behind it; the last one is full.
/// ErrorCode::damaged where one is missing, has no manifest or another length than that one tells,
/// or holds another database than the one before it is told by. Reads manifests only.
Result<std::vector<SnapshotLink>> chain_of(const fs::path& artifact, const Manifest& manifest);

/// Several threads may read it at once. What is read is not proven: prove() does that.
class StoredState {
public:
    /// `chain` is one of chain_of(). Pages that changed, and what cannot be read here and there
    /// (gzip, sealed artifacts), are made in a private folder first; all of it, where about as much
    /// would be read besides: `pages_apart` is how many places far apart somebody will read. Fails
    /// as decode() and delta_state() do, and names the link that is at fault.
    static Result<StoredState> open(std::vector<SnapshotLink> chain, const Keyring& keys,
                                    const Host& host, std::uint64_t pages_apart = 0);
    /// As open(), with all of it in a new file, which is not synced and stays after a failure.
    static Result<StoredState> write(std::vector<SnapshotLink> chain, const fs::path& to,
                                     const Keyring& keys, const Host& host);
    /// `link`, which is told by it, comes before it. After a failure it holds nothing.
    Result<> extend(const SnapshotLink& link, const Keyring& keys, const Host& host);

    const DatabaseState& bytes() const { return *state_; }
    /// The snapshot itself is the first one.
    const std::vector<SnapshotLink>& chain() const { return chain_; }
    const Manifest& manifest() const { return chain_.front().manifest; }

    /// That it has the Merkle root its manifest tells: every page is read, and the leaves given to
    /// `leaves`, in order, as they are made. ErrorCode::damaged names the artifact at fault, where
    /// its own bytes tell.
    Result<> prove(const Host& host,
                   const std::function<Result<>(std::span<const Sha256>)>& leaves = {}) const;
    /// That it is `content`, byte for byte; otherwise as prove().
    Result<> compare(const File& content, const Host& host) const;

private:
    StoredState() = default;
    /// What one link tells, and how many pages that is.
    struct Told {
        const File* file;
        DeltaIndex index;
        std::uint64_t pages;
    };
    Result<> read(std::vector<SnapshotLink> chain, std::uint64_t pages_apart,
                  const std::optional<fs::path>& to, const Keyring& keys, const Host& host);
    Result<Told> read_told(const SnapshotLink& link, const Keyring& keys, const Host& host);
    Result<> open_full(const SnapshotLink& link, std::uint64_t pages_apart,
                       const std::optional<fs::path>& to, const Keyring& keys, const Host& host);
    Result<> add(const Told& told, const Host& host);
    Result<fs::path> scratch_folder(const Host& host);
    Result<const File*> open_file(const SnapshotLink& link);
    /// Into the new file `to`: by `content`, where that reads it already.
    Result<File*> decoded(const File& artifact, Bytes limit, const DatabaseState* content,
                          const fs::path& to, const Keyring& keys, const Host& host);
    Failure not_as_told(std::string_view how, const Host& host) const;
    PieceProgress progress(std::string_view doing, const Host& host) const;

    std::vector<SnapshotLink> chain_;
    std::optional<ScratchFolder> scratch_;
    std::deque<File> files_;  ///< which the states read
    File* made_ = nullptr;    ///< one of them: the pages that all links made
    File* whole_ = nullptr;   ///< one of them: the state itself
    std::unique_ptr<DatabaseState> state_;
};

}  // namespace muster
