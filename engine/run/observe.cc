#include "engine/run/observe.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "engine/base/workers.h"
#include "engine/model/copy_estimate.h"
#include "engine/plan/after.h"
#include "engine/plan/chains.h"
#include "engine/plan/looks_wanted.h"
#include "engine/plan/questions.h"
#include "engine/plan/selector.h"
#include "engine/run/doctor.h"
#include "engine/run/journal.h"
#include "engine/run/named_databases.h"
#include "engine/snapshot/list.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/probe.h"

namespace muster {
namespace {

/// How long a plan waits for a database that somebody locks.
constexpr Duration probe_wait = std::chrono::seconds{2};

/// Adds to `facts`, which name it, what lies at their path.
void probe(TargetFacts& facts, bool may_be_empty, const Host& host) {
    const fs::path path = facts.path;
    const auto intent = status_of(hidden_beside(real_path(path), swap_suffix));
    if (intent && intent->exists) {
        facts.trouble = Trouble{"unfinished_snapshot",
                                fmt::format("a killed restore of {} is unfinished", path.string()),
                                "'muster apply' and 'muster restore' finish it"};
        return;
    }
    const auto probed = probe_source(path, {host.scratch, probe_wait, may_be_empty});
    if (!probed) {
        facts.trouble = trouble_of(probed.error());
        return;
    }
    facts.path = probed->path.string();
    facts.device = probed->device;
    facts.inode = probed->inode;
    facts.bytes = probed->bytes + probed->wal_bytes;
    facts.pages = {static_cast<std::uint64_t>(probed->page_count * probed->page_size)};
    facts.free_pages = {static_cast<std::uint64_t>(probed->free_pages * probed->page_size)};
    facts.writers_wait = probed->journal_mode == JournalMode::rollback;
    facts.estimated_pause = facts.writers_wait ? estimated_pause(probed->bytes) : Duration{0};
}

/// The match below the fixed part of the glob, without an extension that the glob itself gives: it
/// does not depend on what else matches.
std::string name_of_match(const fs::path& pattern, const fs::path& match) {
    fs::path fixed;
    for (const auto& part : pattern.parent_path()) {
        if (is_glob(part.string())) break;
        fixed /= part;
    }
    auto name = match.lexically_relative(fixed);
    if (!is_glob(pattern.extension().string())) name.replace_extension();
    return name.string();
}

/// What the most thorough verification asks that the policy wants of this target.
Sha256 questions_of(const Policy& policy, const std::string& name, const std::string& id) {
    const auto& spec = policy.targets.at(name);
    std::optional<Depth> depth;
    for (const auto& [job, protect] : policy.protect)
        if (selects(protect.targets, name, id, kind_of(spec)))
            depth = std::max(depth.value_or(protect.verify), protect.verify);
    return digest_of(asked_at(depth.value_or(Depth::deep), spec.checks));
}

TargetFacts missing(const std::string& id, const std::string& spec, const fs::path& path,
                    std::string reason, std::string remedy) {
    TargetFacts facts;
    facts.id = id;
    facts.spec = spec;
    facts.path = path.string();
    facts.trouble = Trouble{"not_found", std::move(reason), std::move(remedy)};
    return facts;
}

/// Where data directories are not looked into, the plan says so.
TargetFacts unseen(const std::string& name, const fs::path& path) {
    TargetFacts facts;
    facts.id = facts.spec = name;
    facts.path = path.string();
    return facts;
}

/// Targets that are to be looked at: each has its place in the observation, which run() fills.
class Probes {
public:
    Probes(Observation& world, const Policy& policy, const Host& host)
        : world_(world), policy_(policy), host_(host) {}

    void add(std::string id, const std::string& spec, const fs::path& path) {
        by_file_[real_path(path)].push_back(world_.targets.size());
        TargetFacts facts;
        facts.id = std::move(id);
        facts.spec = spec;
        facts.path = path.string();
        world_.targets.push_back(std::move(facts));
    }

    /// Several at once, for each may be waited for. Never one file twice at a time: a process that
    /// closes it loses all its locks on it.
    void run() {
        std::vector<const std::vector<std::size_t>*> files;
        for (const auto& [path, places] : by_file_) files.push_back(&places);
        in_parallel(files.size(), most_probes, [&](std::size_t file) {
            for (const auto place : *files[file]) {
                auto& facts = world_.targets[place];
                probe(facts, policy_.targets.at(facts.spec).may_be_empty, host_);
            }
            return true;
        });
    }

private:
    static constexpr std::size_t most_probes = 8;
    Observation& world_;
    const Policy& policy_;
    const Host& host_;
    std::map<fs::path, std::vector<std::size_t>> by_file_;
};

void observe_targets(Observation& world, const PolicyFile& file, const Host& host) {
    Probes probes{world, file.policy, host};
    for (const auto& [name, spec] : file.policy.targets) {
        const auto path = file.resolve(spec.path());
        const auto first = world.targets.size();
        if (spec.sqlite.empty()) {
            world.targets.push_back(unseen(name, path));
        } else if (!is_glob(spec.sqlite)) {
            probes.add(name, name, path);
        } else {
            const auto found = databases_matching(path);
            for (const auto& match : found)
                probes.add(name + "/" + name_of_match(path, match), name, match);
            if (found.empty())
                world.targets.push_back(missing(name, name, path,
                                                fmt::format("no file matches {}", path.string()),
                                                "correct the glob, or remove the target"));
        }
        for (auto target = world.targets.begin() + static_cast<std::ptrdiff_t>(first);
             target != world.targets.end(); ++target) {
            target->volume_id = target->id == name ? spec.volume_id.value_or(name) : target->id;
            target->questions = questions_of(file.policy, name, target->id);
        }
    }
    probes.run();
}

/// A database that a glob no longer matches, though there are snapshots of it: it must not vanish
/// from the report just when it is needed.
void observe_vanished(Observation& world, const PolicyFile& file) {
    std::set<std::string> known;
    for (const auto& target : world.targets) known.insert(target.id);
    for (const auto& snapshot : world.snapshots) {
        const auto spec = snapshot.target.substr(0, snapshot.target.find('/'));
        const auto named = file.policy.targets.find(spec);
        if (named == file.policy.targets.end() || !is_glob(named->second.sqlite) ||
            snapshot.volume_id != snapshot.target)
            continue;
        if (snapshot.target == spec || !known.insert(snapshot.target).second) continue;
        auto gone = missing(
            snapshot.target, spec, snapshot.source_path,
            fmt::format("{} is gone, and there are snapshots of it", snapshot.source_path),
            fmt::format(
                "restore it ('muster restore {} --to {}'), or remove its snapshots if it is meant to be gone",
                snapshot.path, snapshot.source_path));
        gone.volume_id = snapshot.volume_id;
        gone.questions = questions_of(file.policy, spec, snapshot.target);
        world.targets.push_back(std::move(gone));
    }
}

/// Snapshots count for a target only when they were taken of it: same name, same volume id, same
/// place.
void tell_foreign(Observation& world) {
    std::map<std::string_view, std::pair<const TargetFacts*, fs::path>> targets;
    for (const auto& target : world.targets)
        targets.emplace(target.id, std::pair{&target, real_path(target.path)});
    for (auto& snapshot : world.snapshots) {
        if (snapshot.target.empty() || snapshot.source_path.empty()) continue;
        const auto target = targets.find(snapshot.target);
        const bool ours = target != targets.end() &&
                          target->second.first->volume_id == snapshot.volume_id &&
                          target->second.second == real_path(snapshot.source_path);
        if (ours) {
            // The target has them; a fleet's snapshots need not hold them once more each.
            snapshot.source_path.clear();
            snapshot.source_path.shrink_to_fit();
            snapshot.volume_id.clear();
            snapshot.volume_id.shrink_to_fit();
            continue;
        }
        snapshot.detail = fmt::format(
            "taken of {} (volume {}), which is no target of this policy: it counts for nothing and is never pruned",
            snapshot.source_path, snapshot.volume_id);
        snapshot.state = SnapshotState::foreign;
        snapshot.target.clear();
    }
}

/// How an operator would name an object store.
std::string address_of(const StoreSpec& store) {
    if (store.s3) return fmt::format("s3://{}/{}", store.s3->bucket, store.s3->prefix);
    return fmt::format("azure://{}/{}/{}", store.azure_blob->account, store.azure_blob->container,
                       store.azure_blob->prefix);
}

Result<> observe_stores(Observation& world, const PolicyFile& file) {
    for (const auto& [name, spec] : file.policy.stores) {
        if (spec.local.empty()) {
            world.stores.push_back({name, address_of(spec), std::nullopt, {}});
            continue;
        }
        StoreFacts facts{name, file.resolve(spec.local).string(), std::nullopt, {}};
        const LocalStore store{facts.root};
        const auto snapshots = list_snapshots(name, store);
        if (snapshots)
            world.snapshots.insert(world.snapshots.end(), snapshots->begin(), snapshots->end());
        else
            facts.trouble = trouble_of(snapshots.error());
        if (const auto writable = store.can_be_written(); !writable && !facts.trouble)
            facts.trouble = trouble_of(writable.error());
        if (const auto free = free_space(facts.root)) facts.free = *free;
        world.stores.push_back(std::move(facts));
    }
    return {};
}

}  // namespace

Result<Observation> observe(const PolicyFile& file, const StateFolder& state, const Host& host) {
    Observation world;
    world.now = host.now();
    world.policy_hash = file.hash;
    world.folder = file.path.parent_path().string();
    world.zone = file.zone;
    observe_targets(world, file, host);
    MUSTER_CHECK(observe_stores(world, file));
    observe_vanished(world, file);
    tell_foreign(world);
    MUSTER_TRY(const auto chain, read_chain(state));
    std::map<std::pair<std::string, std::string>, Time> care;  // the last of each
    for (const auto& link : chain.links) {
        // A proof is a fact about a file; a rehearsal or a failed backup belongs to one policy's
        // target.
        auto outcomes = link.record.outcomes;
        if (link.record.head.policy_name != file.policy.name)
            std::erase_if(outcomes, [](const auto& each) { return each.checked.empty(); });
        learn(world, outcomes);
        if (link.record.head.policy_name != file.policy.name) continue;
        for (const auto& [job, targets] : link.record.cared)
            for (const auto& target : targets) care[{job, target}] = link.record.head.started_at;
    }
    for (const auto& [what, at] : care) world.care.push_back({what.first, what.second, at});
    condemn_dependents(world);
    MUSTER_TRY(const auto dead, dead_journals(state));
    for (const auto& journal : dead)
        world.unfinished_runs.push_back({journal.head.run,
                                         fmt::format("{}", fmt::join(journal.head.command, " ")),
                                         journal.last_step});
    return world;
}

Result<> observe_health(Observation& world, const Policy& policy, const Selection& selection,
                        const Host& host) {
    std::map<std::string_view, const TargetFacts*> targets;
    for (const auto& target : world.targets) targets[target.id] = &target;
    std::vector<Patient> patients;
    for (const auto& [id, depth] : looks_wanted(policy, world, selection)) {
        const auto& target = *targets.at(id);
        const auto& spec = policy.targets.at(target.spec);
        patients.push_back(
            {target.path, id, spec.checks, spec.schema_version, spec.may_be_empty, depth});
    }
    DoctorRules rules;
    rules.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    MUSTER_TRY(auto seen, examine_all(std::move(patients), rules, host));
    world.health = std::move(seen.databases);
    for (auto& each : world.health)  // no rule asks what is good, and a fleet has much of it
        std::erase_if(each.findings,
                      [](const auto& finding) { return finding.verdict == Verdict::good; });
    return {};
}

Observation observe_databases(const Policy& policy, const Host& host) {
    Observation world;
    world.now = host.now();
    Probes probes{world, policy, host};
    for (const auto& [path, spec] : policy.targets) probes.add(path, path, spec.sqlite);
    probes.run();
    return world;
}

Result<Observation> observe_directory(const fs::path& directory, const StateFolder& state,
                                      Time now) {
    Observation world;
    world.now = now;
    const LocalStore store{fs::absolute(directory).lexically_normal()};
    world.stores.push_back({std::string{directory_store}, store.root().string(), std::nullopt, {}});
    MUSTER_TRY(world.snapshots, list_snapshots(world.stores.front().name, store));
    MUSTER_TRY(const auto chain, read_chain(state));
    for (const auto& link : chain.links) learn(world, link.record.outcomes);
    condemn_dependents(world);
    return world;
}

}  // namespace muster
