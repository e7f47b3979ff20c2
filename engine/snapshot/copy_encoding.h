// The encoding of a copy of a database, begun while the copy still grows.
#pragma once

#include <future>
#include <memory>

#include "engine/snapshot/format/encode.h"
#include "engine/sqlite/copy.h"

namespace muster {

/// Encodes the file `content` into the file `artifact`, which is made for it, as `options` say.
/// What it is given must outlive it; its end waits for its threads.
class CopyEncoding {
public:
    CopyEncoding(fs::path content, fs::path artifact, const EncodeOptions& options);

    /// For the copy that makes `content`; an encoding that fails ends it. Where that is given up,
    /// so is what was encoded of it, and finish() begins anew.
    CopyFollower follower();
    /// The content is whole: only now is progress told, for until then that of the copy is.
    void copied();
    /// Once the content is whole. After a failure the artifact holds a part of it.
    Result<Encoded> finish();

private:
    struct Following {
        explicit Following(Bytes total) : arrival(total) {}
        Following(const Following&) = delete;
        Following& operator=(const Following&) = delete;
        ~Following() { arrival.abandon(); }
        Arrival arrival;
        std::future<Result<Encoded>> encoded;  ///< last: waited for before the arrival goes
    };

    Result<> follow(Bytes bytes, Bytes total);
    void give_up();
    Result<Encoded> encode_all(Arrival* arrival) const;

    fs::path content_;
    fs::path artifact_;
    EncodeOptions options_;
    std::unique_ptr<Following> following_;
};

}  // namespace muster
