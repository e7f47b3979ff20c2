#include "engine/run/starter_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/codec/utf8.h"

namespace muster {
namespace {

constexpr std::size_t enough_for_a_pattern = 4;
constexpr std::size_t longest_name = 60;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What a policy takes for a name, as near to `text` as can be; empty where nothing is left of it.
std::string good_name(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_alphanumeric(c) || (!out.empty() && (c == '.' || c == '_')))
            out += c;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    out.resize(std::min(out.size(), longest_name));
    while (!out.empty() && !is_alphanumeric(out.back())) out.pop_back();
    return out;
}

/// Characters that a pattern reads its own way.
bool is_literal(std::string_view path) {
    return path.find_first_of("*?[\\") == std::string_view::npos;
}

struct Group {
    std::string folder;
    std::string extension;
    auto operator<=>(const Group&) const = default;
};

Group group_of(const FoundDatabase& database) {
    const fs::path path{database.path};
    return {path.parent_path().string(), path.extension().string()};
}

/// Matches are named after their files: good names make good directories in a store.
bool fits_a_pattern(const FoundDatabase& database) {
    const fs::path path{database.path};
    const auto stem = path.stem().string();
    return database.uniform && !path.extension().empty() && good_name(stem) == stem;
}

class Naming {
public:
    /// A name from `stem`, else with the folder before it, else with a number behind it.
    std::string name(const fs::path& folder, const std::string& stem) {
        auto base = good_name(stem).empty() ? "database" : good_name(stem);
        if (taken_.insert(base).second) return base;
        auto longer = good_name(folder.filename().string() + "-" + base);
        if (taken_.insert(longer).second) return longer;
        for (int number = 2;; ++number)
            if (auto numbered = fmt::format("{}-{}", base, number); taken_.insert(numbered).second)
                return numbered;
    }

private:
    std::set<std::string> taken_;
};

}  // namespace

StarterTargets starter_targets(const std::vector<FoundDatabase>& databases, const fs::path& folder,
                               const fs::path& from) {
    const auto path_to = [&](const fs::path& below) {
        return (folder / below).lexically_normal().lexically_relative(from).string();
    };
    std::map<Group, std::size_t> sizes;
    for (const auto& each : databases)
        if (fits_a_pattern(each)) ++sizes[group_of(each)];

    StarterTargets out;
    Naming naming;
    std::map<Group, std::size_t> patterns;
    for (const auto& database : databases) {
        const fs::path path{database.path};
        const auto group = group_of(database);
        const auto written = path_to(path);
        if (!is_literal(written) || codec::find_malformed(written) != std::string::npos) {
            out.notes.push_back(fmt::format(
                "{} was left out: a policy cannot name it (its path holds *, ?, [, \\ or is no "
                "UTF-8); rename it",
                (folder / path).string()));
        } else if (fits_a_pattern(database) && sizes[group] >= enough_for_a_pattern) {
            const auto [at, is_new] = patterns.emplace(group, out.targets.size());
            if (is_new) {
                const auto stem =
                    group.folder.empty() ? "databases" : fs::path{group.folder}.filename().string();
                out.targets.push_back({naming.name(path.parent_path().parent_path(), stem),
                                       path_to(path.parent_path() / ("*" + group.extension)),
                                       {}});
            }
            out.targets[at->second].databases.push_back(database);
        } else {
            out.targets.push_back(
                {naming.name(path.parent_path(), path.stem().string()), written, {database}});
        }
    }
    return out;
}

}  // namespace muster
