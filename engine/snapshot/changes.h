// A snapshot of what changed: which pages did, told by the snapshot before.
#pragma once

#include "engine/base/host.h"
#include "engine/model/step.h"
#include "engine/snapshot/delta/page_leaves.h"
#include "engine/snapshot/format/encode.h"
#include "engine/snapshot/leaves_cache.h"
#include "engine/snapshot/stored_state.h"

namespace muster {

/// One snapshot of a volume whose pages are tracked. Calls in order: find(), write() and
/// read_back() where the step names a former one, keep() once it is committed.
class Changes {
public:
    /// `folder` is private, for leaves and for what is still to be sealed. What it is given
    /// outlives it.
    Changes(const SnapshotStep& step, fs::path folder, const Host& host);

    /// Reads the pages of the database file `content`. Leaves of the former snapshot are taken from
    /// the cache; where they are not its own, they are made anew from the store.
    Result<> find(const fs::path& content, std::uint32_t page_size);
    const FoundPages& found() const { return found_; }

    /// Makes `artifact`, sealed where there is a key, not synced. Adds to `manifest` what it is.
    Result<> write(const fs::path& content, const fs::path& artifact, const Key* key,
                   Manifest& manifest) const;
    /// Of `artifact`, by way of the former snapshot as it lies in the store: ErrorCode::damaged
    /// where that does not give the database back, byte for byte.
    Result<> read_back(const fs::path& artifact, const Key* key, const Manifest& manifest);

    /// Keeps the leaves for the next one.
    void keep(const Manifest& taken) const;

private:
    Result<std::vector<SnapshotLink>> former_chain() const;
    Result<FoundPages> compare(const fs::path& content, std::uint32_t page_size,
                               const File* former) const;
    Result<File> leaves_from(const StoredState& stored, std::uint32_t page_size) const;

    const SnapshotStep& step_;
    fs::path folder_;
    const Host& host_;
    LeavesCache cache_;
    std::optional<StoredState> former_;
    FoundPages found_;
};

}  // namespace muster
