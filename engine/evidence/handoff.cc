#include "engine/evidence/handoff.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/snapshot/commit.h"

namespace muster {
namespace {

void age(Standing& standing, Duration since_record) {
    if (!standing.rpo || !standing.rpo->measured) return;
    *standing.rpo->measured += std::max(since_record, Duration{0});
    standing.rpo->met = *standing.rpo->measured <= standing.rpo->objective;
}

/// Whether the proven artifact lies there as it was proven, as far as its length and manifest tell.
bool still_there(const Proof& proof) {
    const auto manifest = read_manifest(proof.path);
    const auto artifact = status_of(proof.path);
    return manifest && *manifest && artifact && artifact->exists &&
           (*manifest)->checksum_sha256 == proof.checksum &&
           (*manifest)->bytes_written == artifact->size;
}

/// A proof speaks of a file: without the file there is none.
void drop_lost_proof(Standing& standing, Findings& findings) {
    if (!standing.proof || still_there(*standing.proof)) return;
    findings.push_back({"proof", Severity::error, Verdict::bad, standing.target,
                        "the proven backup is no longer where it was, as it was",
                        standing.proof->path, "missing or changed", "its length and its manifest",
                        "muster inspect " + standing.proof->path});
    standing.proof.reset();
}

}  // namespace

Result<Handoff> make_handoff(const StateFolder& state,
                             const std::optional<std::string>& policy_name, Time now) {
    MUSTER_TRY(const auto chain, read_chain(state));
    const auto knows = [&](const ChainLink& link) {
        return link.record.population &&
               (!policy_name || link.record.head.policy_name == *policy_name);
    };
    const auto newest = std::find_if(chain.links.rbegin(), chain.links.rend(), knows);
    if (newest == chain.links.rend() && !chain.sound())
        return fail(
            ErrorCode::damaged,
            fmt::format(
                "the chain of evidence is broken, and no record before the fault tells where things stand: {}",
                chain.faults.front()),
            "compare the state directory with a copy of it");
    if (newest == chain.links.rend())
        return fail(ErrorCode::not_found,
                    fmt::format("{} holds no record of {}", state.records().string(),
                                policy_name ? "policy " + *policy_name : "any policy"),
                    "run 'muster apply POLICY' first, or name the state directory with --state");
    Handoff out;
    out.as_of = now;
    out.policy_name = newest->record.head.policy_name;
    out.state = state.root.string();
    out.record_file = newest->file.string();
    out.chain_head = chain.links.back().hash;
    out.records = static_cast<int>(chain.links.size());
    out.chain_faults = chain.faults;
    out.last_run = newest->record;
    MUSTER_TRY(auto population, read_population(state, *newest->record.population));
    out.targets = std::move(population.targets);
    for (auto& standing : out.targets) {
        age(standing, now - newest->record.finished_at);
        drop_lost_proof(standing, out.last_run.findings);
    }
    return out;
}

}  // namespace muster
