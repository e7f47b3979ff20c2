// Looks for backups in the files and directories that an operator names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/host.h"

namespace muster {

struct FoundBackup {
    fs::path path;                     ///< absolute
    bool named = false;                ///< itself, not found in a directory
    std::optional<Error> unread = {};  ///< why it cannot be looked at: a folder that may not be
                                       ///< read, a manifest whose artifact is missing
};

struct FoundBackups {
    std::vector<FoundBackup> backups;  ///< by path, each once
    std::vector<fs::path> folders;     ///< the directories among what was named
    int passed_over = 0;               ///< what else they hold: files, links
    int under_way = 0;                 ///< of those, what a live run is taking or removing
};

/// A file that is named counts whatever it is. In a directory, at any depth, a file counts when its
/// name matches one of `patterns` (globs); without patterns, when a manifest or an intent lies
/// beside it, or when it begins as a database, a file of changes, a compressed or an encrypted file
/// does, or when its beginning cannot be read. Links and hidden files are not followed. What stands
/// beside a backup or a database (manifest, checksum, pin, the logs of SQLite) never counts.
/// ErrorCode::not_found and not_a_file for a path that is no file or directory; an interruption.
Result<FoundBackups> find_backups(const std::vector<fs::path>& paths,
                                  const std::vector<std::string>& patterns, const Host& host);

}  // namespace muster
