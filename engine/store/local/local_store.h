// A store that is a directory. Keys are paths below its root, with '/'.
#pragma once

#include <string>
#include <vector>

#include "engine/base/file.h"

namespace muster {

struct StoredFile {
    std::string key;
    Bytes bytes;
};

class LocalStore {
public:
    explicit LocalStore(fs::path root) : root_(std::move(root)) {}

    const fs::path& root() const { return root_; }
    fs::path path_of(std::string_view key) const { return root_ / key; }

    /// Whether the root, or the nearest folder above it that exists, may be written; touches
    /// nothing. ErrorCode::store_unreachable otherwise, with the reason.
    Result<> can_be_written() const;

    /// Every regular file below the root, hidden ones too, sorted by key; links are not followed,
    /// and folders that may not be read (lost+found) are passed over. An absent root holds nothing.
    Result<std::vector<StoredFile>> list() const;

private:
    fs::path root_;
};

}  // namespace muster
