#include "engine/run/find_databases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "engine/snapshot/names.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

constexpr std::string_view of_muster = ".muster-";  ///< in every hidden name of a run at work

struct Folder {
    fs::path below;  ///< the root of the search; empty for the root itself
    int depth = 0;
};

/// What a folder holds, sorted, links not followed.
struct Entries {
    std::vector<fs::path> files;
    std::vector<fs::path> folders;
    std::vector<fs::path> links;
    std::set<std::string> names;
};

bool is_sidecar(const Entries& entries, const std::string& name) {
    return std::ranges::any_of(sqlite_sidecars, [&](auto suffix) {
        return name.ends_with(suffix) &&
               entries.names.contains(name.substr(0, name.size() - suffix.size()));
    });
}

/// A snapshot, or one that a dead run has left without its manifest.
bool is_artifact(const Entries& entries, const std::string& name) {
    return entries.names.contains(name + std::string{manifest_suffix}) ||
           entries.names.contains("." + name + std::string{intent_suffix});
}

bool is_state(const Entries& entries) {
    return entries.names.contains("records") && entries.names.contains("journal");
}

Result<bool> is_database(const fs::path& path) {
    MUSTER_TRY(const auto file, File::open_read(path));
    MUSTER_TRY(const auto header, read_header(file));
    return header.has_value();
}

class Search {
public:
    Search(fs::path root, const SearchBounds& bounds) : root_(std::move(root)), bounds_(bounds) {}

    Result<FoundDatabases> run() {
        MUSTER_TRY(const auto top, list({}));
        look_through({}, top);
        for (std::size_t next = 0; next < waiting_.size() && !full_; ++next) {
            const Folder folder = waiting_[next];
            if (const auto entries = list(folder.below))
                look_through(folder, *entries);
            else
                note(entries.error().message);
        }
        tell_links();
        return std::move(found_);
    }

private:
    void note(std::string text) { found_.notes.push_back(std::move(text)); }

    /// ErrorCode::permission_denied and the like; what vanishes meanwhile is not there.
    Result<Entries> list(const fs::path& below) {
        const fs::path folder = below.empty() ? root_ : root_ / below;
        Entries out;
        std::error_code failed;
        fs::directory_iterator at{folder, failed};
        for (; !failed && at != fs::directory_iterator{} && !full_; at.increment(failed)) {
            if (++seen_ > bounds_.entries) {
                end(fmt::format("the search ended after {} files and folders", bounds_.entries));
                break;
            }
            const auto name = at->path().filename();
            std::error_code vanished;
            const auto type = at->symlink_status(vanished).type();
            out.names.insert(name.string());
            if (type == fs::file_type::symlink) out.links.push_back(below / name);
            if (type == fs::file_type::regular) out.files.push_back(below / name);
            if (type == fs::file_type::directory) out.folders.push_back(below / name);
        }
        if (failed) return Failure(system_error(failed.value(), "read the folder", folder));
        for (auto* each : {&out.files, &out.folders, &out.links}) std::ranges::sort(*each);
        return out;
    }

    void look_through(const Folder& folder, const Entries& entries) {
        if (is_state(entries))
            return note(shown(folder.below) +
                        " is a state directory of muster, and was passed over");
        std::vector<FoundDatabase> here;
        std::set<std::string> mixed;
        std::size_t snapshots = 0;
        for (const auto& file : entries.files) {
            const auto name = file.filename().string();
            if (is_sidecar(entries, name) || name.find(of_muster) != std::string::npos) continue;
            if (is_artifact(entries, name)) {
                if (!is_way_back(entries, name)) ++snapshots;
                continue;
            }
            if (const auto database = look_at(file))
                here.push_back(*database);
            else if (!name.starts_with('.'))  // which no pattern matches
                mixed.insert(file.extension().string());
        }
        if (folder.depth > 0 && snapshots > here.size())
            return note(fmt::format("{} looks like a store ({} snapshots), and was passed over",
                                    shown(folder.below), snapshots));
        keep(std::move(here), mixed);
        links_.insert(links_.end(), entries.links.begin(), entries.links.end());
        go_on_below(folder, entries);
    }

    /// What a restore or a repair left beside its database: that makes no store of the folder.
    static bool is_way_back(const Entries& entries, const std::string& name) {
        const auto mark = name.rfind(".pre-re");
        return mark != std::string::npos &&
               std::ranges::any_of(entries.files, [&](const auto& file) {
                   return file.filename().string() == name.substr(0, mark);
               });
    }

    std::optional<FoundDatabase> look_at(const fs::path& file) {
        std::error_code vanished;
        const auto bytes = fs::file_size(root_ / file, vanished);
        if (vanished || bytes < header_size) return std::nullopt;
        const auto database = is_database(root_ / file);
        if (!database) {
            if (database.error().code != ErrorCode::not_found) note(database.error().message);
            return std::nullopt;
        }
        if (!*database) return std::nullopt;
        return FoundDatabase{file.string(), {bytes}, false};
    }

    void keep(std::vector<FoundDatabase> here, const std::set<std::string>& mixed) {
        for (auto& database : here) {
            if (found_.databases.size() == bounds_.databases)
                return end(fmt::format("the search ended after {} databases", bounds_.databases));
            database.uniform = !mixed.contains(fs::path{database.path}.extension().string());
            found_.databases.push_back(std::move(database));
        }
    }

    void go_on_below(const Folder& folder, const Entries& entries) {
        for (const auto& below : entries.folders) {
            if (below.filename().string().starts_with('.')) continue;
            if (folder.depth == bounds_.depth)
                return note(
                    fmt::format("{}: folders below it were not looked into ({} levels deep)",
                                shown(folder.below), bounds_.depth));
            waiting_.push_back({below, folder.depth + 1});
        }
    }

    /// Links are only told of where they hide something: what they lead to inside is found anyway.
    void tell_links() {
        for (const auto& link : links_) {
            std::error_code broken;
            const auto real = fs::canonical(root_ / link, broken);
            if (broken) continue;
            const auto inside = real.lexically_relative(root_);
            if (!inside.empty() && *inside.begin() != "..") continue;
            const auto file = fs::is_regular_file(real, broken) ? is_database(real) : false;
            if (fs::is_directory(real, broken) || (file && *file))
                note(fmt::format("{} leads to {}, and was not followed", shown(link),
                                 real.string()));
        }
    }

    void end(std::string reason) {
        full_ = true;
        note(std::move(reason) + "; begin it in a folder with fewer, or name the others yourself");
    }

    std::string shown(const fs::path& below) const { return (root_ / below).string(); }

    fs::path root_;
    SearchBounds bounds_;
    std::vector<Folder> waiting_;
    std::vector<fs::path> links_;
    FoundDatabases found_;
    std::size_t seen_ = 0;
    bool full_ = false;
};

}  // namespace

Result<FoundDatabases> find_databases(const fs::path& folder, const SearchBounds& bounds) {
    MUSTER_TRY(const auto there, status_of(folder));
    if (!there.exists)
        return fail(ErrorCode::not_found, fmt::format("there is no folder {}", folder.string()),
                    "check the path");
    if (!there.directory)
        return fail(ErrorCode::not_a_file, fmt::format("{} is no folder", folder.string()),
                    "name the folder that its databases lie in");
    return Search{real_path(folder), bounds}.run();
}

}  // namespace muster
