#include "engine/run/policy_file.h"

#include <fmt/format.h>

#include <cstdlib>

#include "engine/run/zone.h"

namespace muster {
namespace {

constexpr Bytes policy_limit{std::uint64_t{16}
                             << 20U};  // the codec has a stricter limit, with a better message

Result<Zone> zone_named(const std::string& name) {
    using std::chrono::year;
    return read_zone(name, std::chrono::sys_days{year{1990} / 1 / 1},
                     std::chrono::sys_days{year{2060} / 1 / 1});
}

/// One problem instead of one for each key, for a file that was written by muster itself.
std::optional<Problem> other_document(const std::string& text, const std::string& file) {
    const auto mark = text.substr(0, 200).find("\"schema\": \"muster/");
    if (mark == std::string::npos) return std::nullopt;
    const auto name = text.substr(mark + 11, text.find('"', mark + 11) - mark - 11);
    return Problem{file,
                   1,
                   1,
                   "",
                   fmt::format("this is a document {}, no policy", name),
                   name.starts_with("muster/plan/")
                       ? "carry it out with 'muster apply', or name the policy it was made from"
                       : "name the policy"};
}

/// Keys travel in the steps of a plan, and those know nothing of the policy file.
void anchor(SecretRef& key, const PolicyFile& file) {
    if (key.file) key.file = file.resolve(*key.file).string();
}

}  // namespace

Result<LoadedPolicy> read_policy(const fs::path& path) {
    const auto file = path.string();
    MUSTER_TRY(const auto text, read_text(path, policy_limit));
    if (auto other = other_document(text, file)) {
        LoadedPolicy loaded;
        loaded.problems.push_back(*std::move(other));
        return loaded;
    }
    const PolicyInputs inputs{[&](const std::string& name) -> Result<std::string> {
                                  if (name == file) return text;
                                  return read_text(name, policy_limit);
                              },
                              [](const std::string& name) -> std::optional<std::string> {
                                  const char* value = std::getenv(name.c_str());
                                  return value == nullptr ? std::nullopt
                                                          : std::optional<std::string>{value};
                              },
                              zone_named};
    return load_policy(file, inputs);
}

Result<PolicyFile> policy_file(const fs::path& path, const LoadedPolicy& loaded) {
    MUSTER_TRY(auto zone, zone_named(loaded.policy->timezone));
    PolicyFile file{*loaded.policy, fs::absolute(path).lexically_normal(),
                    sha256_of(canonical_text(*loaded.policy)), std::move(zone)};
    for (auto& [name, protect] : file.policy.protect) {
        if (protect.snapshot.encrypt) anchor(*protect.snapshot.encrypt, file);
        for (auto& key : protect.snapshot.decrypt) anchor(key, file);
    }
    return file;
}

}  // namespace muster
