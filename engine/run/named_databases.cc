#include "engine/run/named_databases.h"

#include <glob.h>

#include <algorithm>
#include <set>

#include "engine/snapshot/names.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

std::vector<std::string> matches(const fs::path& pattern) {
    glob_t found{};
    std::vector<std::string> out;
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
        out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    return out;
}

}  // namespace

bool is_glob(const std::string& written) {
    return written.find_first_of("*?[") != std::string::npos;
}

std::vector<fs::path> databases_matching(const fs::path& pattern) {
    std::set<fs::path> out;
    for (const auto& path : matches(pattern)) {
        const bool sidecar = std::ranges::any_of(
            sqlite_sidecars, [&](auto suffix) { return path.ends_with(suffix); });
        std::error_code error;
        const bool snapshot = fs::exists(manifest_of(path), error);
        if (!sidecar && !snapshot && fs::is_regular_file(path, error)) out.insert(path);
    }
    for (const fs::path intent : matches(hidden_beside(pattern, swap_suffix))) {
        const auto name = intent.filename().string();
        out.insert(intent.parent_path() / name.substr(1, name.size() - 1 - swap_suffix.size()));
    }
    return {out.begin(), out.end()};
}

}  // namespace muster
