// The encoding of a copy of a database, begun while the copy still grows.
#pragma once

#include "engine/snapshot/alongside.h"
#include "engine/snapshot/format/encode.h"

namespace muster {

/// Encodes the file `content` into the file `artifact`, which is made for it, as `options` say.
/// What it is given must outlive it; its end waits for its threads.
class CopyEncoding {
public:
    CopyEncoding(fs::path content, fs::path artifact, const EncodeOptions& options);

    /// For the copy that makes `content`; an encoding that fails ends it. Where that is given up,
    /// so is what was encoded of it, and finish() begins anew.
    CopyFollower follower() { return work_.follower(); }
    /// The content is whole: only now is progress told, for until then that of the copy is.
    void copied() { work_.copied(); }
    /// Once the content is whole. After a failure the artifact holds a part of it.
    Result<Encoded> finish() { return work_.finish(); }

private:
    Result<Encoded> encode_all(Arrival* arrival) const;

    fs::path content_;
    fs::path artifact_;
    EncodeOptions options_;
    Alongside<Encoded> work_;
};

}  // namespace muster
