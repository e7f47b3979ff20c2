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

/// Several threads may read it at once. What is read is not proven: read_state() does that.
class StoredState {
public:
    /// `chain` is one of chain_of(). Pages that changed, and what cannot be read here and there
    /// (gzip, sealed artifacts), are made in a private folder first. Fails as decode() and
    /// delta_state() do, and names the link that is at fault. `pages_apart` is how many places far
    /// apart somebody will read besides.
    static Result<StoredState> open(std::vector<SnapshotLink> chain, const Keyring& keys,
                                    const Host& host, std::uint64_t pages_apart = 0);
    /// `link`, which is told by it, comes before it. After a failure it holds nothing.
    Result<> extend(const SnapshotLink& link, const Keyring& keys, const Host& host);

    const DatabaseState& bytes() const { return *state_; }
    /// The snapshot itself is the first one.
    const std::vector<SnapshotLink>& chain() const { return chain_; }
    const Manifest& manifest() const { return chain_.front().manifest; }
    /// read_state(), whose progress and interruption are the host's. ErrorCode::damaged names the
    /// artifact at fault, where its own bytes tell.
    Result<> read(const std::function<Result<>(std::span<const std::byte>)>& sink,
                  const Host& host) const;

private:
    StoredState() = default;
    /// What one link tells, and how many pages that is.
    struct Told {
        const File* file;
        DeltaIndex index;
        std::uint64_t pages;
    };
    Result<Told> read_told(const SnapshotLink& link, const Keyring& keys, const Host& host);
    Result<> open_full(const SnapshotLink& link, std::uint64_t pages_apart, const Keyring& keys,
                       const Host& host);
    Result<> add(const Told& told, const Host& host);
    Result<fs::path> scratch_folder(const Host& host);
    Result<const File*> open_file(const SnapshotLink& link);
    /// Into a private file: by `content`, where that reads it already.
    Result<const File*> decoded(const File& artifact, Bytes limit, const DatabaseState* content,
                                const Keyring& keys, const Host& host);

    std::vector<SnapshotLink> chain_;
    std::optional<ScratchFolder> scratch_;
    std::deque<File> files_;  ///< which the states read
    File* made_ = nullptr;    ///< one of them: the pages that all links made
    std::unique_ptr<DatabaseState> state_;
};

}  // namespace muster
