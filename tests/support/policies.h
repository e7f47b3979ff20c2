// Policies from texts in memory.
#pragma once

#include <map>
#include <string>

#include "engine/policy/load.h"

namespace muster::test {

/// Files, variables and zones that a policy may name; nothing else is there.
struct PolicyWorld {
    std::map<std::string, std::string> files;
    std::map<std::string, std::string> environment = {};
    std::map<std::string, Zone> zones = {};

    LoadedPolicy load(const std::string& file = "p.yaml") const {
        return load_policy(
            file,
            {[&](const std::string& name) -> Result<std::string> {
                 const auto found = files.find(name);
                 if (found != files.end()) return found->second;
                 return fail(ErrorCode::not_found, "there is no file " + name, "correct the name");
             },
             [&](const std::string& name) -> std::optional<std::string> {
                 const auto found = environment.find(name);
                 return found == environment.end() ? std::nullopt : std::optional{found->second};
             },
             [&](const std::string& name) -> Result<Zone> {
                 const auto found = zones.find(name);
                 if (found != zones.end()) return found->second;
                 if (name == "UTC") return Zone{};
                 return fail(ErrorCode::invalid_policy, "there is no time zone " + name,
                             "names are like Europe/Berlin");
             }});
    }
};

inline LoadedPolicy load_text(std::string text) {
    return PolicyWorld{{{"p.yaml", std::move(text)}}}.load();
}

inline std::vector<std::string> texts_of(const Problems& problems) {
    std::vector<std::string> texts;
    for (const auto& problem : problems) texts.push_back(text_of(problem));
    return texts;
}

/// Minimal and good, for tests that add to it.
inline const std::string small_policy = R"(muster: 1
name: shop
stores: { near: { local: backups } }
targets: { shop: { sqlite: shop.db } }
protect: { all: { targets: [shop], stores: [near] } }
)";

}  // namespace muster::test
