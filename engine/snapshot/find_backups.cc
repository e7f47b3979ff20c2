#include "engine/snapshot/find_backups.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/format/outline.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

using namespace std::string_view_literals;

constexpr std::array beside_artifacts{manifest_suffix, pin_suffix, checksum_suffix};
constexpr auto of_a_database = "SQLite format 3\0"sv;
/// An empty file of such a name is a backup that failed: a full disk leaves them.
constexpr std::array endings{".sqlite"sv, ".sqlite3"sv, ".db"sv, ".gz"sv,
                             ".zst"sv,    ".delta"sv,   ".enc"sv};
/// Every file system has one, and only root may read it.
constexpr auto of_the_file_system = "lost+found"sv;

/// True also where it cannot be read: nobody can say then that it is no backup.
bool begins_as_backup(const fs::path& path) {
    const auto file = File::open_read(path);
    if (!file) return file.error().code != ErrorCode::not_found;
    const auto outline = outline_of(*file);
    if (!outline) {
        const auto size = file->size();
        if (!size || size->count > 0) return true;  // unreadable, or sealed by a newer version
        const auto name = path.filename().string();
        return std::ranges::any_of(endings, [&](auto each) { return name.ends_with(each); });
    }
    // Unknown below a seal.
    if (outline->compression != Compression::none || outline->delta) return true;
    std::array<std::byte, of_a_database.size()> bytes{};
    const auto count = file->read_at(0, bytes);
    if (!count) return true;
    return *count == bytes.size() &&
           std::ranges::equal(bytes, std::as_bytes(std::span{of_a_database}));
}

bool is_beside_artifact(const std::string& name) {
    return std::ranges::any_of(beside_artifacts, [&](auto each) { return name.ends_with(each); });
}

/// What a folder holds.
struct Entries {
    std::set<std::string> names;  ///< all of them
    std::vector<std::string> files;
    std::vector<std::string> folders;
    int others = 0;  ///< links, pipes

    bool is_log(const std::string& name) const {
        return std::ranges::any_of(sqlite_sidecars, [&](auto each) {
            return name.ends_with(each) &&
                   names.contains(name.substr(0, name.size() - each.size()));
        });
    }
    bool vouched(const std::string& name) const {
        return names.contains(name + std::string{manifest_suffix}) ||
               names.contains("." + name + std::string{intent_suffix});
    }
};

class Search {
public:
    Search(const std::vector<std::string>& patterns, const Host& host)
        : patterns_(patterns), host_(host) {}

    void add(const FoundBackup& backup) { backups_.try_emplace(backup.path.string(), backup); }

    Result<> look_below(const fs::path& top) {
        std::vector<fs::path> waiting{top};
        while (!waiting.empty()) {
            const auto folder = std::move(waiting.back());
            waiting.pop_back();
            if (!seen_.insert(folder.string()).second) continue;
            MUSTER_TRY(const auto entries, list(folder));
            look_through(folder, entries);
            for (const auto& below : entries.folders)
                if (below != of_the_file_system) waiting.push_back(folder / below);
        }
        return {};
    }

    FoundBackups found() && {
        FoundBackups out;
        out.passed_over = passed_over_;
        out.under_way = under_way_;
        for (auto& [path, backup] : backups_) out.backups.push_back(std::move(backup));
        return out;
    }

private:
    /// Fails only when interrupted: a folder that cannot be read is among what is found.
    Result<Entries> list(const fs::path& folder) {
        Entries out;
        std::error_code failed;
        fs::directory_iterator at{folder, failed};
        for (; !failed && at != fs::directory_iterator{}; at.increment(failed)) {
            MUSTER_CHECK(host_.keep_going());
            const auto name = at->path().filename().string();
            out.names.insert(name);
            if (name.starts_with('.')) continue;
            std::error_code vanished;
            const auto type = at->symlink_status(vanished).type();
            if (type == fs::file_type::regular)
                out.files.push_back(name);
            else if (type == fs::file_type::directory)
                out.folders.push_back(name);
            else if (type != fs::file_type::not_found)
                ++out.others;
        }
        if (failed) {
            const auto error = system_error(failed.value(), "read the folder", folder);
            if (error.code != ErrorCode::not_found) add({folder, false, error});
        }
        return out;
    }

    void look_through(const fs::path& folder, const Entries& entries) {
        passed_over_ += entries.others;
        for (const auto& name : entries.files) {
            const auto path = folder / name;
            if (name.ends_with(manifest_suffix)) note_missing(path);
            if (is_beside_artifact(name) || backups_.contains(path.string())) continue;
            // Of what a live run takes or removes nobody can say yet whether it is a backup.
            const bool begun = entries.names.contains("." + name + std::string{intent_suffix});
            const bool under_way = begun && is_under_way(path);
            under_way_ += under_way ? 1 : 0;
            if (!under_way && counts(path, name, entries))
                add({path});
            else
                ++passed_over_;
        }
    }

    bool counts(const fs::path& path, const std::string& name, const Entries& entries) const {
        if (entries.is_log(name)) return false;
        if (!patterns_.empty()) return matches(name);
        return entries.vouched(name) || begins_as_backup(path);
    }

    bool matches(const std::string& name) const {
        return std::ranges::any_of(patterns_, [&](const auto& pattern) {
            return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
        });
    }

    /// A manifest whose artifact is gone is a backup that was lost, and must not pass in silence.
    void note_missing(const fs::path& manifest) {
        auto name = manifest.filename().string();
        name.resize(name.size() - manifest_suffix.size());
        const auto artifact = manifest.parent_path() / name;
        if (!patterns_.empty() && !matches(name)) return;
        // Asked again, not of the listing: it may have come while the folder was listed.
        const auto there = status_of(artifact);
        if (!there || there->exists) return;
        add({artifact, false,
             Error{ErrorCode::not_found,
                   fmt::format("{} is missing: only its manifest is there", artifact.string()),
                   "find out what removed it; muster itself leaves no manifest behind",
                   {}}});
    }

    const std::vector<std::string>& patterns_;
    const Host& host_;
    std::map<std::string, FoundBackup> backups_;
    std::set<std::string> seen_;
    int passed_over_ = 0;
    int under_way_ = 0;
};

}  // namespace

Result<FoundBackups> find_backups(const std::vector<fs::path>& paths,
                                  const std::vector<std::string>& patterns, const Host& host) {
    Search search{patterns, host};
    std::vector<fs::path> folders;
    for (const auto& written : paths) {
        auto path = fs::absolute(written).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();
        const auto there = status_of(path);
        if (there && !there->exists)
            return fail(ErrorCode::not_found,
                        fmt::format("there is no file or directory {}", path.string()),
                        "check the path");
        if (there && !there->regular && !there->directory)
            return fail(ErrorCode::not_a_file,
                        fmt::format("{} is neither a file nor a directory", path.string()),
                        "name a backup, or a directory of backups");
        if (there && there->directory)
            folders.push_back(path);
        else  // where the system refuses to say, looking at it will tell the reason
            search.add({path, true});
    }
    for (const auto& folder : folders) MUSTER_CHECK(search.look_below(folder));
    auto found = std::move(search).found();
    found.folders = std::move(folders);
    return found;
}

}  // namespace muster
