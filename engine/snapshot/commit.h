// How a snapshot becomes one: artifact, then manifest, under a claim and an intent. Killed at any
// instant, the name holds the former snapshot or the new one, and mend_folder() says which.
#pragma once

#include <string>
#include <vector>

#include "engine/model/manifest.h"
#include "engine/store/local/lease.h"

namespace muster {

/// The files of one name under way. The claim is held from begin() to destruction.
class Commit {
public:
    /// Takes the claim on `artifact` and clears what a dead run left there. Folders are made.
    /// ErrorCode::lease_held when a live run has it; ErrorCode::target_exists when the name is
    /// taken and `replace` is Replace::no, by a pinned snapshot, one that another one in its folder
    /// is told by, or a .sha256 of something else.
    static Result<Commit> begin(const fs::path& artifact, Replace replace, Time now);

    /// Where the copy goes; does not exist yet. Removed on destruction unless committed.
    const fs::path& partial() const { return partial_; }

    /// Publishes partial() under its name with `manifest`, which describes its bytes as read back.
    Result<> publish(const Manifest& manifest);

    Commit(Commit&&) noexcept = default;
    Commit& operator=(Commit&&) = delete;
    ~Commit();

private:
    Commit(Lease claim, fs::path artifact, Replace replace);
    Lease claim_;
    fs::path artifact_;
    fs::path partial_;
    Replace replace_;
};

/// Finishes or undoes what dead runs began in `folder`; runs that live are left alone. One
/// sentence for each thing done. An absent folder holds nothing.
Result<std::vector<std::string>> mend_folder(const fs::path& folder, Time now);

/// Whether a live run is committing or removing `artifact`: nobody can say yet what will be there.
/// Keeps nobody from it.
bool is_under_way(const fs::path& artifact);

/// Removes the snapshot whose artifact has `checksum`; another one under that name stays
/// (ErrorCode::manifest_mismatch), and so does a pinned one, and one that a snapshot in its folder
/// is told by (ErrorCode::stale_plan). One that is gone already is no failure. Killed at any
/// instant, it is whole or gone.
Result<> remove_snapshot(const fs::path& artifact, const Sha256& checksum, Time now);

/// The manifest beside `artifact`; nothing when there is none, ErrorCode::manifest_mismatch when it
/// cannot be read as one.
Result<std::optional<Manifest>> read_manifest(const fs::path& artifact);

}  // namespace muster
