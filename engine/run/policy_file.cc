#include "engine/run/policy_file.h"

#include <fmt/format.h>

#include "engine/codec/load_policy.h"

namespace muster {
namespace {
constexpr Bytes policy_limit{std::uint64_t{16}
                             << 20U};  // the codec has a stricter limit, with a better message
}

Result<tl::expected<PolicyFile, Problems>> read_policy(const fs::path& path) {
    MUSTER_TRY(const auto text, read_text(path, policy_limit));
    // One problem instead of one for each key, for a file that was written by muster itself.
    if (const auto mark = text.substr(0, 200).find("\"schema\": \"muster/");
        mark != std::string::npos) {
        const auto name = text.substr(mark + 11, text.find('"', mark + 11) - mark - 11);
        const auto hint =
            name.starts_with("muster/plan/")
                ? "carry it out with 'muster apply', or name the policy it was made from"
                : "name the policy";
        return tl::expected<PolicyFile, Problems>{
            tl::unexpect, Problems{{path.string(), 1, 1, "",
                                    fmt::format("this is a document {}, no policy", name), hint}}};
    }
    auto loaded = load_policy(text, path.string());
    if (!loaded.value)
        return tl::expected<PolicyFile, Problems>{tl::unexpect, std::move(loaded.problems)};
    const auto hash = sha256_of(canonical_text(*loaded.value));
    return tl::expected<PolicyFile, Problems>{
        PolicyFile{*std::move(loaded.value), fs::absolute(path).lexically_normal(), hash}};
}

}  // namespace muster
