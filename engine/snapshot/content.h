// The database inside an artifact, as a file that SQLite can open.
#pragma once

#include <future>
#include <optional>
#include <vector>

#include "engine/base/host.h"
#include "engine/model/key_place.h"
#include "engine/model/manifest.h"
#include "engine/snapshot/format/decode.h"
#include "engine/sqlite/scratch.h"

namespace muster {

struct ContentOptions {
    std::vector<KeyPlace> keys;          ///< where keys lie; read only when it is encrypted
    std::optional<fs::path> stage;       ///< a new file for the content, also of a plain artifact
    const Manifest* manifest = nullptr;  ///< bounds the decoding; says what changes are told by
    bool only_digest = false;            ///< decode it to its end, and keep no file of it
};

struct OpenedContent {
    fs::path database;  ///< the artifact itself, where it is plain and no stage is given; empty for
                        ///< only_digest
    Decoded decoded;
    std::optional<ScratchFolder> scratch;  ///< where the decoded file lies, unless it is staged
    std::future<Result<>> synced;          ///< of a staged file only: it can be read meanwhile
};

/// Reads the artifact once, to its end; of one that holds only changes also those it is told by.
/// Fails as decode(), read_key(), chain_of() and StoredState do; no_space before anything is
/// decoded; damaged for changes that no manifest tells of. A failed one leaves no staged file.
Result<OpenedContent> open_content(const fs::path& artifact, const ContentOptions& options,
                                   const Host& host);

}  // namespace muster
