// What whoever takes over needs to know, as data; reporters give it a form.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/record.h"

namespace muster {

struct Handoff {
    Time as_of{};
    std::string policy_name;
    std::string owner;
    std::string state;
    std::string record_file;
    Sha256 chain_head;
    int records = 0;
    std::vector<std::string> chain_faults;
    bool policy_changed = false;
    Record last_run;
    std::vector<Standing> targets;
    bool operator==(const Handoff&) const = default;
};
template <>
struct Fields<Handoff> {
    static constexpr std::string_view doc = "Where everything stands, for whoever takes over.";
    static constexpr auto list = FieldList{
        required("as_of", &Handoff::as_of, "When this was worked out (UTC)."),
        required("policy_name", &Handoff::policy_name, "Name of the policy."),
        optional("owner", &Handoff::owner, "Who answers for it."),
        required("state", &Handoff::state, "State directory with the evidence."),
        required("record_file", &Handoff::record_file, "The record this rests on."),
        required("chain_head", &Handoff::chain_head,
                 "SHA-256 of the newest record's stored bytes."),
        required("records", &Handoff::records, "Records in the chain."),
        required("chain_faults", &Handoff::chain_faults,
                 "Where the chain is broken; empty when it is sound."),
        required("policy_changed", &Handoff::policy_changed,
                 "The policy is no longer the one of the record."),
        required("last_run", &Handoff::last_run, "The record itself."),
        required("targets", &Handoff::targets, "Where each target stands, by its age at as_of.")};
};

/// A proof that counts at `now`.
inline bool is_proven(const Standing& standing, Time now) {
    return standing.proof && standing.proof->expires_at > now;
}

/// Proven, every objective met that could be measured, the last drill passed.
inline bool is_well(const Standing& standing, Time now) {
    const auto met = [](const std::optional<Objective>& objective) {
        return !objective || objective->met;
    };
    return is_proven(standing, now) && met(standing.rpo) && met(standing.rto) &&
           standing.coverage != Coverage::overdue && standing.coverage != Coverage::skipped;
}

}  // namespace muster
