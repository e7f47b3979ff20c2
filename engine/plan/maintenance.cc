#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/plan/availability.h"
#include "engine/plan/compaction.h"
#include "engine/plan/looks_wanted.h"
#include "engine/plan/plan_parts.h"
#include "engine/plan/repair.h"
#include "engine/plan/selector.h"

namespace muster {
namespace {

bool has_repairs(const TargetSpec& target) {
    return std::ranges::any_of(target.checks, is_repairable);
}

/// A target for which a maintain entry is due.
struct DueTarget {
    const TargetFacts* target;
    Reason reason;
};

std::vector<DueTarget> due_for(PlanDraft& draft, const std::string& job, const MaintainSpec& spec) {
    std::vector<DueTarget> out;
    for (const auto* target : draft.chosen()) {
        const auto kind = kind_of(draft.spec_of(*target));
        if (kind != TargetKind::sqlite || !selects(spec.targets, target->spec, target->id, kind))
            continue;
        if (auto reason =
                draft.due(job, spec.schedule, draft.last_care(job, target->id), target->id))
            out.push_back({target, *std::move(reason)});
    }
    return out;
}

template <class Visit>
void for_each_entry(PlanDraft& draft, Visit visit) {
    if (!draft.wants_kind(Kind<CompactStep>::name) && !draft.wants_kind(Kind<RepairStep>::name))
        return;
    for (const auto& [name, spec] : draft.policy().maintain)
        if (const auto job = "maintain." + name; draft.wants_job(job)) visit(job, spec);
}

/// One entry of maintain.
class Caring {
public:
    Caring(PlanDraft& draft, const std::string& job, const MaintainSpec& spec)
        : draft_(draft), job_(job), spec_(spec) {}

    void run() {
        const auto due = due_for(draft_, job_, spec_);
        if (is_whole())
            for (const auto& each : due) draft_.note_care(job_, each.target->id);
        if (spec_.repair == RepairMode::safe && draft_.wants_kind(Kind<RepairStep>::name))
            for (const auto& each : due) repair(each);
        if (!spec_.compact || !draft_.wants_kind(Kind<CompactStep>::name)) return;
        auto by_size = due;
        std::ranges::stable_sort(by_size, std::greater{},
                                 [&](const auto& each) { return reclaimable(*each.target); });
        for (const auto& each : by_size) compact(each);
    }

private:
    /// Nothing that the entry asks for is left out of this plan; without a schedule nobody asks.
    bool is_whole() const {
        return spec_.schedule && (!spec_.compact || draft_.wants_kind(Kind<CompactStep>::name)) &&
               (spec_.repair == RepairMode::none || draft_.wants_kind(Kind<RepairStep>::name));
    }

    std::string id(std::string_view kind, const TargetFacts& target) const {
        return fmt::format("{}:{}:{}", kind, job_, target.id);
    }

    void repair(const DueTarget& due) {
        const auto& target = *due.target;
        const auto& checks = draft_.spec_of(target).checks;
        if (!has_repairs(draft_.spec_of(target))) return;
        const auto* health = draft_.health(target.id);
        auto blocked = draft_.blocked_by_target(target);
        if (!blocked && health == nullptr) blocked = not_looked_at();
        if (!blocked && !health->repair) return;
        if (!blocked) blocked = unsafe_to_repair(*health);
        RepairStep action{target.path, {}, {}};
        if (!blocked) action.rehearsed = health->repair->repairs;
        std::ranges::copy_if(checks, std::back_inserter(action.checks), [&](const auto& check) {
            return !check.sql.empty() && (spec_.verify_blobs || check.depth <= Depth::full);
        });
        auto reason = due.reason;
        if (!blocked) reason = {"drift", told_by(*health->repair)};
        const auto& step = draft_.add(job_, id("repair", target), target.id, std::move(action),
                                      target.bytes, std::move(reason), std::move(blocked));
        if (step.bucket == Bucket::planned) repaired_.insert(target.id);
    }

    static std::string told_by(const RepairOutlook& outlook) {
        std::string out;
        for (const auto& each : outlook.repairs) {
            out += fmt::format("{}{}: {} now, {} after", out.empty() ? "" : "; ", each.check,
                               each.before, each.after);
            for (const auto& rows : each.touched) out += "; " + spell_touched(rows);
        }
        return out;
    }

    void compact(const DueTarget& due) {
        const auto& target = *due.target;
        const auto& rules = *spec_.compact;
        const auto* health = draft_.health(target.id);
        CompactStep action{target.path, rules};
        auto blocked = draft_.blocked_by_target(target);
        const auto pages = health != nullptr && health->pages
                               ? Bytes{static_cast<std::uint64_t>(*health->pages) *
                                       static_cast<std::uint64_t>(*health->page_size)}
                               : target.pages;
        const auto free = reclaimable(target);
        if (auto little = below_threshold(rules, pages, free); !blocked && little) {
            draft_.set_aside(job_, id("compact", target), target.id, std::move(action), free,
                             Bucket::filtered, *std::move(little));
            return;
        }
        const bool repaired = repaired_.contains(target.id);
        if (!blocked && health == nullptr) blocked = not_looked_at();
        if (!blocked) blocked = unsafe_to_compact(rules, *health, repaired);
        if (blocked) {
            draft_.set_aside(job_, id("compact", target), target.id, std::move(action), free,
                             Bucket::blocked, *std::move(blocked));
            return;
        }
        if (auto later = over_limits(free)) {
            draft_.set_aside(job_, id("compact", target), target.id, std::move(action), free,
                             Bucket::deferred, *std::move(later));
            return;
        }
        auto& step = draft_.add(job_, id("compact", target), target.id, std::move(action), free,
                                {"recommended", spell_free(pages, free)}, std::nullopt);
        if (step.bucket != Bucket::planned) return;
        if (repaired) step.needs.push_back(id("repair", target));
        ++compacted_;
        freed_ += free;
    }

    std::optional<Reason> over_limits(Bytes free) const {
        const auto& rules = *spec_.compact;
        if (rules.limit && compacted_ >= *rules.limit)
            return Reason{"limit",
                          fmt::format("over the limit of {} databases in one run", *rules.limit)};
        if (rules.max_reclaimable_bytes && freed_ + free > *rules.max_reclaimable_bytes)
            return Reason{
                "max_reclaimable_bytes",
                fmt::format("with it, {} would be reclaimed in one run, more than {}",
                            spell_bytes(freed_ + free), spell_bytes(*rules.max_reclaimable_bytes))};
        return std::nullopt;
    }

    Bytes reclaimable(const TargetFacts& target) const {
        const auto* health = draft_.health(target.id);
        return health != nullptr ? health->reclaimable : target.free_pages;
    }

    static Reason not_looked_at() { return {"other_findings", "it was not looked at"}; }

    PlanDraft& draft_;
    const std::string& job_;
    const MaintainSpec& spec_;
    std::set<std::string_view> repaired_;  ///< targets with a planned repair
    int compacted_ = 0;
    Bytes freed_;
};

}  // namespace

void plan_maintenance(PlanDraft& draft) {
    for_each_entry(draft, [&](const std::string& job, const MaintainSpec& spec) {
        Caring{draft, job, spec}.run();
    });
}

std::vector<Look> looks_wanted(const Policy& policy, const Observation& observation,
                               const Selection& selection) {
    if (policy.maintain.empty()) return {};
    PlanDraft draft{policy, observation, selection};
    std::map<std::string, Depth> depths;
    for_each_entry(draft, [&](const std::string& job, const MaintainSpec& spec) {
        const bool repairs =
            spec.repair == RepairMode::safe && draft.wants_kind(Kind<RepairStep>::name);
        const bool compacts = spec.compact && draft.wants_kind(Kind<CompactStep>::name);
        for (const auto& [target, reason] : due_for(draft, job, spec)) {
            const bool worth =
                compacts && !below_threshold(*spec.compact, target->pages, target->free_pages);
            const bool repairable = repairs && has_repairs(draft.spec_of(*target));
            if (target->trouble || (!worth && !repairable)) continue;
            auto& depth = depths.emplace(target->id, Depth::full).first->second;
            if (spec.verify_blobs) depth = Depth::deep;
        }
    });
    std::vector<Look> out;
    for (auto& [target, depth] : depths) out.push_back({target, depth});
    return out;
}

}  // namespace muster
