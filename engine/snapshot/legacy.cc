#include "engine/snapshot/legacy.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/snapshot/format/decode.h"
#include "engine/snapshot/list.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/header.h"

namespace muster {
namespace {

/// decode() gives nothing away before it has seen the header of a database.
bool decodes_to_a_database(const File& file) {
    const auto begun = decode(file, {}, [](auto) -> Result<> {
        return fail(ErrorCode::interrupted, "its beginning is all that is asked for");
    });
    return begun || begun.error().code == ErrorCode::interrupted;
}

/// A file that cannot be read is no backup to choose. One that is encrypted may be: without its key
/// nobody can say.
bool begins_as_a_backup(const fs::path& path) {
    const auto file = File::open_read(path);
    if (!file) return false;
    const auto outline = outline_of(*file);
    if (!outline) return false;
    if (outline->key_id) return true;
    if (outline->compression != Compression::none) return decodes_to_a_database(*file);
    const auto header = read_header(*file);
    return header && *header;
}

/// What the files of one database have in common, as tools name them: all before a date or number
/// and the extension.
std::string stem_of(const fs::path& path) {
    const auto name = path.filename().string();
    auto stem = name.substr(0, name.find_first_of("0123456789."));
    while (!stem.empty() && std::string_view{"-_ @"}.find(stem.back()) != std::string_view::npos)
        stem.pop_back();
    return stem.empty() ? name : stem;
}

/// The epoch, which is taken for unreadable, where the system does not say.
Time changed_at(const fs::path& path) {
    std::error_code failed;
    const auto time = fs::last_write_time(path, failed);
    if (failed) return {};
    return std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
}

}  // namespace

Result<std::vector<SnapshotFacts>> list_legacy(const std::string& store_name,
                                               const LocalStore& store) {
    MUSTER_TRY(const auto listing, store.list());
    MUSTER_TRY(const auto snapshots, list_snapshots(store_name, store));
    std::set<std::string_view> all, ours;
    for (const auto& file : listing) all.insert(file.key);
    for (const auto& snapshot : snapshots) ours.insert(snapshot.key);
    const auto in_use = [&](const std::string& key) {
        return std::ranges::any_of(std::array{"-wal", "-journal"},
                                   [&](const auto* suffix) { return all.contains(key + suffix); });
    };
    std::vector<SnapshotFacts> out;
    for (const auto& file : listing) {
        const auto path = store.path_of(file.key);
        if (path.filename().string().starts_with('.') || ours.contains(file.key) ||
            in_use(file.key) || !begins_as_a_backup(path))
            continue;
        SnapshotFacts facts;
        facts.store = store_name;
        facts.key = file.key;
        facts.path = path.string();
        facts.volume_id = stem_of(path);
        facts.created_at = changed_at(path);
        facts.bytes = file.bytes;
        out.push_back(std::move(facts));
    }
    return out;
}

}  // namespace muster
