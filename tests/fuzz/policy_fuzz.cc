// libFuzzer: whatever stands in a policy file, load_policy answers with a policy or with problems,
// and what print_policy makes of a policy loads to the same one. .ci/fuzz builds and runs it.
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "engine/policy/load.h"

namespace muster {
namespace {

/// What a fuzzed policy can name in `extends` and `include`, beside itself.
const std::map<std::string, std::string, std::less<>> files{
    {"base.yaml",
     "name: base\nstores: { near: { local: \"${root}/backups\" } }\n"
     "defaults: { protect: { verify: deep, keep: { last: 3 } } }\n"},
    {"part.yaml", "targets: { users: { sqlite: \"${root:-/srv}/users.db\" } }\n"},
    {"loop.yaml", "extends: policy.yaml\ninclude: [loop.yaml, part.yaml]\n"},
    {"broken.yaml", "stores: { near: [\n"},
};
const std::map<std::string, std::string, std::less<>> environment{
    {"HOME", "/home/dba"}, {"EMPTY", ""}, {"BRACES", "${HOME} {target}"}, {"COLON", "a: [b"}};

[[noreturn]] void refuse(const std::string& reason) {
    fmt::print(stderr, "policy_fuzz: {}\n", reason);
    std::abort();
}

PolicyInputs inputs(const std::string& text) {
    PolicyInputs out;
    out.read = [&text](const std::string& file) -> Result<std::string> {
        if (file == "policy.yaml") return text;
        const auto found = files.find(file);
        if (found != files.end()) return found->second;
        return fail(ErrorCode::not_found, "there is no " + file, "check the path");
    };
    out.environment = [](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
    };
    return out;
}

void check(const LoadedPolicy& loaded) {
    if (loaded.policy.has_value() != loaded.problems.empty())
        refuse("neither a policy nor a problem, or both");
    for (const auto& problem : loaded.problems)
        if (problem.message.empty() || problem.file.empty() || problem.line < 0)
            refuse("a problem that names no reason or no file: " + text_of(problem));
    if (!loaded.policy) return;
    const auto printed = print_policy(loaded);
    const auto again = load_policy("policy.yaml", inputs(printed));
    if (!again.policy)
        refuse("what was printed has problems: " + text_of(again.problems.at(0)) + "\n" + printed);
    if (canonical_text(*again.policy) != canonical_text(*loaded.policy))
        refuse("what was printed is another policy:\n" + printed);
}

}  // namespace
}  // namespace muster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    muster::check(muster::load_policy("policy.yaml", muster::inputs(text)));
    return 0;
}
