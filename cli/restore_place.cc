#include "cli/restore_place.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/nearest.h"
#include "engine/plan/availability.h"
#include "engine/plan/covering_protect.h"
#include "engine/plan/secrets.h"
#include "engine/run/named_databases.h"

namespace muster {
namespace {

void add_keys(std::vector<KeyPlace>& to, const ProtectSpec& protect) {
    for (auto& key : keys_of(protect.snapshot))
        if (std::ranges::find(to, key) == to.end()) to.push_back(std::move(key));
}

std::vector<KeyPlace> keys_for(const Policy& policy, const TargetFacts& target,
                               const std::string& store) {
    if (const auto* protect = covering_protect(policy, target, store))
        return keys_of(protect->snapshot);
    std::vector<KeyPlace> out;
    for (const auto& [name, spec] : policy.stores)
        if (const auto* protect = covering_protect(policy, target, name)) add_keys(out, *protect);
    return out;
}

void withheld_add(std::vector<std::string>& names, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

}  // namespace

std::vector<KeyPlace> keys_of(const Policy& policy) {
    std::vector<KeyPlace> out;
    for (const auto& [name, protect] : policy.protect) add_keys(out, protect);
    return out;
}

Result<const TargetFacts*> target_of_volume(const Policy& policy, const Observation& world,
                                            const std::string& volume_id) {
    constexpr std::string_view remedy = "name the database to be with --to TARGET";
    if (volume_id.empty())
        return fail(ErrorCode::usage, "the backup has no manifest that says which volume it is of",
                    std::string{remedy});
    const auto found = std::ranges::find(world.targets, volume_id, &TargetFacts::volume_id);
    if (found != world.targets.end()) return &*found;
    codec::Words known;
    for (const auto& target : world.targets) known.emplace_back(target.volume_id);
    const auto close = codec::suggestion(volume_id, known);
    return fail(ErrorCode::usage,
                fmt::format("the backup is of the volume {}, and no target of the policy {} has "
                            "that volume id",
                            volume_id, policy.name),
                close.empty() ? std::string{remedy} : fmt::format("{}, or {}", close, remedy));
}

Result<> follow_policy(RestoreStep& step, const Policy& policy, const TargetFacts& target,
                       const std::string& store) {
    const auto& spec = policy.targets.at(target.spec);
    if (const auto cannot = unavailable(spec))
        return fail(ErrorCode::not_available, fmt::format("{}: {}", target.id, cannot->text),
                    "name a database");
    if (step.target.empty() && is_glob(spec.sqlite) && target.id == target.spec)
        return fail(ErrorCode::usage,
                    fmt::format("{} is a glob that matches nothing: it tells no place", target.id),
                    "name the database to be with --to TARGET");
    if (step.target.empty()) step.target = target.path;
    if (spec.schema_version) step.supported_schema = spec.schema_version->supported;
    step.checks = spec.checks;
    step.keys = keys_for(policy, target, store);
    return {};
}

std::optional<ServiceUse> service_at(const RestoreStep& step, const PolicyFile& policy,
                                     const TargetFacts& target) {
    const auto& spec = policy.policy.targets.at(target.spec);
    if (!spec.service || real_path(step.target) != real_path(target.path)) return std::nullopt;
    ServiceUse out{target.id, *spec.service, policy.path.parent_path().string(), {}};
    withheld_add(out.withheld, "CREDENTIALS_DIRECTORY");
    for (const auto& secret : secrets_of(policy.policy))
        if (secret.env) withheld_add(out.withheld, *secret.env);
    return out;
}

void withhold(const std::vector<KeyPlace>& keys, ServiceUse& from) {
    for (const auto& key : keys)
        if (const auto secret = secret_at(key); secret.env)
            withheld_add(from.withheld, *secret.env);
}

}  // namespace muster
