// What a run has read of the store a moment ago, and need not read once more.
#pragma once

#include <vector>

#include "engine/base/file.h"

namespace muster {

/// Holds as long as nobody touches the files. For the run that read them, and no later one: a disk
/// may lose what it gave back before.
struct ReadBack {
    struct Read {
        fs::path path;
        FileStatus as_read;
    };
    std::vector<Read> files;      ///< the artifact, then those it is told by
    Sha256 checksum;              ///< of the artifact
    bool content_proven = false;  ///< that it makes the content its manifest tells

    bool untouched() const {
        for (const auto& each : files) {
            const auto now = status_of(each.path);
            if (!now || !now->same_file(each.as_read) || now->size != each.as_read.size ||
                now->changed != each.as_read.changed)
                return false;
        }
        return !files.empty();
    }
};

}  // namespace muster
