// The policy: what an operator writes. Its sections stand in engine/model/policy/, the rules that
// go across keys in engine/policy/rules/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/drill_spec.h"
#include "engine/model/policy/maintain_spec.h"
#include "engine/model/policy/protect_spec.h"
#include "engine/model/policy/report_spec.h"
#include "engine/model/policy/store_spec.h"
#include "engine/model/policy/target_spec.h"

namespace muster {

/// The states of plan entries; --strict-plan refuses those that strictness.plan lists.
enum class Unclean { blocked, filtered, deferred, failed };
template <>
struct Names<Unclean> {
    static constexpr std::array list{std::pair{Unclean::blocked, std::string_view{"blocked"}},
                                     std::pair{Unclean::filtered, std::string_view{"filtered"}},
                                     std::pair{Unclean::deferred, std::string_view{"deferred"}},
                                     std::pair{Unclean::failed, std::string_view{"failed"}}};
};

enum class Refusing { refuse, warning };
template <>
struct Names<Refusing> {
    static constexpr std::array list{std::pair{Refusing::refuse, std::string_view{"refuse"}},
                                     std::pair{Refusing::warning, std::string_view{"warning"}}};
};

struct Strictness {
    std::vector<Unclean> plan{Unclean::blocked, Unclean::filtered, Unclean::deferred,
                              Unclean::failed};
    Severity skipped_target = Severity::error;
    Refusing unproven_restore = Refusing::warning;
    Severity drill_overdue = Severity::error;
    bool operator==(const Strictness&) const = default;
};
template <>
struct Fields<Strictness> {
    static constexpr std::string_view doc = "What counts as a failure.";
    static constexpr auto list = FieldList{
        optional("plan", &Strictness::plan, "What --strict-plan refuses; all four when left out."),
        optional(
            "skipped_target", &Strictness::skipped_target,
            "Weight of a target that cannot be protected now, such as a glob without a match."),
        optional("unproven_restore", &Strictness::unproven_restore,
                 "refuse: only snapshots with an unexpired proof are restored without --force."),
        optional("drill_overdue", &Strictness::drill_overdue,
                 "Weight of a drill that is overdue or failed.")};
};

struct Defaults {
    std::optional<TargetOptions> targets;
    std::optional<ProtectOptions> protect;
    bool operator==(const Defaults&) const = default;
};
template <>
struct Fields<Defaults> {
    static constexpr std::string_view doc =
        "What every entry of a section has that does not say otherwise; mappings are merged key by key.";
    static constexpr auto list =
        FieldList{optional("targets", &Defaults::targets, "For every target."),
                  optional("protect", &Defaults::protect, "For every protect.")};
};

struct Policy {
    int muster = 1;
    std::string name;
    std::optional<std::string> owner;
    std::optional<std::string> extends;
    std::vector<std::string> include;
    std::map<std::string, std::string> vars;
    std::optional<Defaults> defaults;
    std::string timezone = "UTC";
    CalendarSpec calendar;
    Strictness strictness;
    std::map<std::string, StoreSpec> stores;
    std::map<std::string, TargetSpec> targets;
    std::map<std::string, ProtectSpec> protect;
    std::map<std::string, MaintainSpec> maintain;
    std::map<std::string, DrillSpec> drills;
    ReportsSpec reports;
    NotifySpec notify;
    AuditSpec audit;
    bool operator==(const Policy&) const = default;
};
template <>
struct Fields<Policy> {
    static constexpr std::string_view doc = "A muster policy.";
    static constexpr auto list = FieldList{
        required("muster", &Policy::muster, "Version of the policy language: 1."),
        required("name", &Policy::name, "Name of the policy in plans, records and reports."),
        optional("owner", &Policy::owner, "Who answers for it."),
        optional(
            "extends", &Policy::extends,
            "The policy that this one begins with: a file, relative to this one, or preset:NAME. Keys of this file stand above it; mappings are merged key by key, anything else is replaced."),
        optional(
            "include", &Policy::include,
            "Files with further parts of the policy, relative to this one; what stands in two of them, or here too, is a problem."),
        optional(
            "vars", &Policy::vars,
            "Values that ${name} puts into any other value. ${name} is a var, else an environment variable; ${name:-text} has a default; $${ stands for ${."),
        optional("defaults", &Policy::defaults,
                 "What every entry of a section has that does not say otherwise."),
        optional("timezone", &Policy::timezone,
                 "Zone of schedules and retention, such as Europe/Berlin; times in files are UTC."),
        optional("calendar", &Policy::calendar, "Holidays, and dates without scheduled runs."),
        optional("strictness", &Policy::strictness, "What counts as a failure."),
        required("stores", &Policy::stores, "Places where snapshots live, by name."),
        required("targets", &Policy::targets, "What is protected, by name."),
        required("protect", &Policy::protect,
                 "Which targets are protected where, and how, by name."),
        optional("maintain", &Policy::maintain, "Care for databases, by name."),
        optional("drills", &Policy::drills, "Rehearsals, by name."),
        optional("reports", &Policy::reports, "Reports written after every apply."),
        optional("notify", &Policy::notify, "Who is told."),
        optional("audit", &Policy::audit, "Where evidence is kept.")};
};

}  // namespace muster
