// A private folder for copies that must not outlive their use.
#pragma once

#include <vector>

#include "engine/base/file.h"

namespace muster {

/// A new folder, 0700, removed with all it holds on destruction. What a killed process left
/// beside it is removed when the next one is made (the owner holds a lock while it lives).
class ScratchFolder {
public:
    /// Below `parent`, which is made when absent; below the system's temporary folder when empty.
    static Result<ScratchFolder> make(const fs::path& parent);

    ScratchFolder(ScratchFolder&& other) noexcept;
    ScratchFolder& operator=(ScratchFolder&& other) noexcept;
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const fs::path& path() const { return path_; }

private:
    ScratchFolder(fs::path path, int descriptor)
        : path_(std::move(path)), descriptor_(descriptor) {}
    fs::path path_;
    int descriptor_ = -1;  ///< the folder itself, locked
};

/// Removes the folders below `parent` that killed processes left; says which.
std::vector<fs::path> remove_abandoned(const fs::path& parent);

/// A new file `to`, 0600, with the bytes of `from` (shared blocks where the file system can).
/// Opens no path: safe while a connection holds `from`.
Result<> copy_bytes(const File& from, const fs::path& to);

}  // namespace muster
