// What a rehearsal leaves, and where it works.
#pragma once

#include <optional>

#include "engine/model/outcome.h"
#include "engine/sqlite/scratch.h"

namespace muster {

struct Rehearsal {
    Drilled drilled;
    Findings findings;
    std::vector<Phase> phases;
    std::optional<Error> failure;  ///< aborted and interrupted: why it could not be carried out
};

/// A folder of its own below `sandboxes`, removed whatever happens.
class Sandbox {
public:
    static Result<Sandbox> make(const fs::path& sandboxes);

    fs::path path() const { return folder_->path(); }
    /// Ends its use: removed, or kept under a name that later runs do not take for a dead run's.
    /// Says so in `rehearsal`, with the finding `cleanup` where it could not be removed.
    void leave(bool keep, const std::string& subject, Rehearsal& rehearsal) &&;

private:
    explicit Sandbox(ScratchFolder folder) : folder_(std::move(folder)) {}
    std::optional<ScratchFolder> folder_;
};

/// A restore failed so because of the backup, not of the place where the drill is held.
bool is_verdict(ErrorCode code);

/// What the database at `path`, which nobody writes, holds.
Result<DatabaseDigest> digest_at(const fs::path& path);

}  // namespace muster
