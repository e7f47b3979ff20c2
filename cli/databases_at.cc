#include "cli/databases_at.h"

#include <fmt/format.h>

#include "engine/run/find_databases.h"

namespace muster {
namespace {

constexpr SearchBounds fleet{32, 10'000'000, 1'000'000};

}  // namespace

bool names_policy(const std::string& written) {
    const auto extension = fs::path{written}.extension();
    return extension == ".yaml" || extension == ".yml";
}

Result<DatabasesAt> databases_at(const std::vector<std::string>& written) {
    DatabasesAt out;
    for (const auto& word : written) {
        const fs::path path = fs::absolute(word).lexically_normal();
        if (names_policy(word))
            return fail(ErrorCode::usage,
                        fmt::format("{} is a policy, and was named beside something else", word),
                        "name one policy, or databases and folders");
        MUSTER_TRY(const auto there, status_of(path));
        if (!there.directory) {
            out.paths.push_back(path);
            continue;
        }
        MUSTER_TRY(const auto found, find_databases(path, fleet));
        for (const auto& each : found.databases) out.paths.push_back(path / each.path);
        out.notes.insert(out.notes.end(), found.notes.begin(), found.notes.end());
        if (found.databases.empty())
            return fail(ErrorCode::not_found, fmt::format("there is no database in {}", word),
                        "check the path");
    }
    return out;
}

}  // namespace muster
