// A snapshot of what changed: which pages did, told by the snapshot before.
#pragma once

#include "engine/base/host.h"
#include "engine/model/step.h"
#include "engine/snapshot/alongside.h"
#include "engine/snapshot/delta/page_leaves.h"
#include "engine/snapshot/format/encode.h"
#include "engine/snapshot/leaves_cache.h"
#include "engine/snapshot/read_back.h"
#include "engine/snapshot/stored_state.h"
#include "engine/store/local/lease.h"

namespace muster {

/// One snapshot of a volume whose pages are tracked. Calls in order: prepare(), find(), write() and
/// read_back() where the step names a former one, keep() once it is committed.
class Changes {
public:
    /// `folder` is private, for leaves and for what is still to be sealed; `content` is the
    /// database file to be. What it is given outlives it.
    Changes(const SnapshotStep& step, fs::path folder, fs::path content, const Host& host);

    /// Looks whether the former snapshot is there, in the folder of the new `artifact`, and holds
    /// it: until this ends nobody removes or replaces it. ErrorCode::lease_held where somebody is
    /// at it.
    Result<> prepare(const fs::path& artifact);
    /// For the copy that makes the content: its pages are looked at while it grows. Whatever
    /// becomes of that, the copy goes on.
    CopyFollower follower();
    void copied() { looking_.copied(); }
    /// Which pages changed, once the content is whole. Leaves of the former snapshot are taken from
    /// the cache; where they are not its own, they are made anew from the store.
    Result<> find();
    const FoundPages& found() const { return found_; }

    /// Makes `artifact`, sealed where there is a key, not synced. Adds to `manifest` what it is.
    Result<> write(const fs::path& artifact, const Key* key, Manifest& manifest) const;
    /// Of `artifact`, by way of the former snapshot as it lies in the store: ErrorCode::damaged
    /// where that does not give the database back, byte for byte.
    Result<> read_back(const fs::path& artifact, const Key* key, const Manifest& manifest);
    /// What lay in the store as that was read: the former snapshot and all it is told by.
    const std::vector<ReadBack::Read>& read_links() const { return read_links_; }

    /// Keeps the leaves for the next one.
    void keep(const Manifest& taken) const;

private:
    const Manifest& former_manifest() const { return chain_.front().manifest; }
    Result<FoundPages> look(const File* former, Arrival* arrival) const;
    Result<File> leaves_from(const StoredState& stored) const;

    const SnapshotStep& step_;
    fs::path folder_;
    fs::path content_;
    const Host& host_;
    LeavesCache cache_;
    std::optional<Lease> held_;        ///< on the former snapshot
    std::vector<SnapshotLink> chain_;  ///< of the former snapshot
    std::optional<File> cached_;       ///< leaves that may be its own
    std::optional<StoredState> former_;
    FoundPages found_;
    std::vector<ReadBack::Read> read_links_;
    Alongside<FoundPages> looking_;  ///< last: waited for before what it looks at goes
};

}  // namespace muster
