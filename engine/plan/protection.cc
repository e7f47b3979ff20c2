#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "engine/model/layout.h"
#include "engine/plan/availability.h"
#include "engine/plan/chains.h"
#include "engine/plan/covering_protect.h"
#include "engine/plan/plan_parts.h"
#include "engine/plan/questions.h"
#include "engine/plan/reread.h"
#include "engine/plan/retention.h"
#include "engine/plan/selector.h"

namespace muster {
namespace {

/// One target in one store under one protect; lives for one call of plan_protection.
class Protection {
public:
    Protection(PlanDraft& draft, const std::string& job, const ProtectSpec& protect,
               const TargetFacts& target, const StoreFacts& store)
        : draft_(draft),
          job_(job),
          protect_(protect),
          target_(target),
          spec_(draft.spec_of(target)),
          store_(store),
          group_(draft.snapshots().of(target.id, store.name)),
          here_(fmt::format("{}:{}", target.id, store.name)) {}

    void plan() {
        if (draft_.wants_kind(Kind<SnapshotStep>::name)) take();
        if (draft_.wants_kind(Kind<VerifyStep>::name)) {
            prove();
            if (protect_.read_all_within) read_again(*protect_.read_all_within);
        }
        if (protect_.keep && draft_.wants_kind(Kind<PruneStep>::name)) prune();
    }

private:
    bool usable(const SnapshotFacts& snapshot) const {
        return snapshot.state == SnapshotState::complete &&
               snapshot.created_at <= draft_.world().now;
    }

    /// A snapshot that turned out bad was taken all the same: the next one is due at its time. One
    /// whose stored bytes are damaged is as good as none, and another one can be had at once.
    std::optional<Time> last_taken() const {
        std::optional<Time> last;
        for (const auto* snapshot : group_)
            if (usable(*snapshot) && !snapshot->damaged && (!last || *last < snapshot->created_at))
                last = snapshot->created_at;
        return last;
    }

    /// The newest one, where it is later than `last`.
    const SnapshotFacts* damaged_since(std::optional<Time> last) const {
        for (const auto* snapshot : group_)
            if (usable(*snapshot) && snapshot->damaged && (!last || *last < snapshot->created_at))
                return snapshot;
        return nullptr;
    }

    std::string place_of(std::string_view kind, const SnapshotFacts& snapshot) const {
        return fmt::format("{}:{}:{}", kind, here_, snapshot.key);
    }

    void take() {
        auto reason = draft_.due(job_, protect_.schedule, last_taken(), target_.id);
        if (!reason) return;
        if (const auto* lost = damaged_since(last_taken()))
            reason->text =
                fmt::format("the snapshot of {} is damaged", format_time(lost->created_at));
        const auto version = spec_.schema_version.value_or(SchemaVersionSpec{});
        const auto& how = protect_.snapshot;
        SnapshotStep action{
            target_.path,
            target_.volume_id,
            target_.id,
            version.sql,
            spec_.revision ? spec_.revision->sql : "",
            how.max_writer_pause,
            how.method,
            how.compress,
            how.encrypt ? std::optional{muster::place_of(*how.encrypt)} : std::nullopt,
            how.checksum_file,
            spec_.may_be_empty,
            {store_.name, store_.root, draft_.policy().stores.at(store_.name).layout, false}};
        choose_kind(action, *reason);
        auto blocked = draft_.blocked_by_target(target_);
        if (!blocked) blocked = unavailable(protect_.snapshot);
        if (!blocked) blocked = draft_.blocked_by_store(store_, target_.bytes);
        const auto& step = draft_.add(job_, "snapshot:" + here_, target_.id, std::move(action),
                                      target_.bytes, *std::move(reason), std::move(blocked));
        needs_.push_back(step.id);
        backup_ = step.bucket;
    }

    void choose_kind(SnapshotStep& action, Reason& reason) {
        const auto& how = protect_.snapshot;
        action.track_pages = how.kind != SnapshotKind::full;
        if (!action.track_pages) return;
        const auto now = draft_.world().now;
        const auto to_be = fill_in(action.place.layout, target_.id, now);
        const auto choice =
            choose_former({how.kind, how.full_every, now, std::string{folder_of(to_be)}}, group_);
        reason.text += "; " + choice.why;
        if (choice.former == nullptr) return;
        action.former =
            Former{choice.kind, choice.former->key, choice.former->checksum, keys_of(how)};
        former_ = choice.former->key;
    }

    VerifyStep verification() const {
        VerifyStep action;
        action.store = store_.name;
        action.root = store_.root;
        action.depth = protect_.verify;
        action.proof_expires = protect_.proof_expires;
        action.keys = keys_of(protect_.snapshot);
        if (spec_.schema_version) action.supported_schema = spec_.schema_version->supported;
        action.checks = asked_at(protect_.verify, spec_.checks);
        return action;
    }

    void prove() {
        if (backup_ == Bucket::planned) {
            auto action = verification();
            action.taken_by = needs_.front();
            auto& step =
                draft_.add(job_, "verify:" + here_, target_.id, std::move(action), target_.bytes,
                           {"new", protect_.verify >= Depth::full
                                       ? "proves the new snapshot"
                                       : "checks the new snapshot; only depth full proves it"},
                           std::nullopt);
            step.needs = needs_;
            needs_.push_back(step.id);
            new_is_verified_ = step.bucket == Bucket::planned;
        }
        if (protect_.verify < Depth::full) return;
        for (const auto* snapshot : group_)
            if (usable(*snapshot) && !snapshot->proven_at && !snapshot->known_bad)
                prove_first(*snapshot);
        if (backup_ != Bucket::planned) renew_proof();
    }

    /// What this plan proves counts when it prunes, and then the pruning waits for it.
    void prove_first(const SnapshotFacts& snapshot) {
        const auto& step = prove_again(snapshot, {"unproven", "no run has proven it yet"});
        if (step.bucket != Bucket::planned) return;
        needs_.push_back(step.id);
        coming_proofs_.push_back(&snapshot);
    }

    const Step& prove_again(const SnapshotFacts& snapshot, Reason reason) {
        return look_again(snapshot, verification(), std::move(reason));
    }

    const Step& look_again(const SnapshotFacts& snapshot, VerifyStep action, Reason reason) {
        looked_at_.push_back(&snapshot);
        action.key = snapshot.key;
        auto blocked = unavailable(draft_.policy().stores.at(store_.name));
        if (!blocked) blocked = reason_of(store_.trouble);
        return draft_.add(job_, place_of("verify", snapshot), target_.id, std::move(action),
                          snapshot.bytes, std::move(reason), std::move(blocked));
    }

    void read_again(Duration within) {
        VerifyStep action;
        action.store = store_.name;
        action.root = store_.root;
        action.depth = Depth::checksum;
        action.alone = true;
        for (const auto* snapshot : reread_of(group_, within, draft_.world().now).due) {
            if (std::ranges::find(looked_at_, snapshot) != looked_at_.end()) continue;
            look_again(*snapshot, action,
                       {"read_again",
                        fmt::format("its bytes were last read {}; all are read again "
                                    "within {}",
                                    format_time(snapshot->last_read()), spell_duration(within))});
        }
    }

    struct Lapsed {
        const SnapshotFacts* snapshot = nullptr;
        Time expired{};
    };
    /// The newest proven snapshot, where its proof has run out.
    std::optional<Lapsed> lapsed() const {
        for (const auto* snapshot : group_) {
            if (!usable(*snapshot) || !snapshot->proven_at || snapshot->known_bad) continue;
            const auto expired = *snapshot->proven_at +
                                 std::chrono::floor<std::chrono::seconds>(protect_.proof_expires);
            if (expired > draft_.world().now) return std::nullopt;
            return Lapsed{snapshot, expired};
        }
        return std::nullopt;
    }

    /// A proof speaks for the day it was made: the snapshot is read back again, and what is pruned
    /// because of it waits for that.
    void renew_proof() {
        const auto old = lapsed();
        if (!old) return;
        const auto& step = prove_again(
            *old->snapshot,
            {"proof_expired", fmt::format("its proof expired {}", format_time(old->expired))});
        if (step.bucket != Bucket::planned) return;
        needs_.push_back(step.id);
        renewed_ = true;
    }

    /// The group as it will be when the steps that a prune needs have succeeded; `coming` holds
    /// what differs.
    SnapshotGroup group_to_be(std::deque<SnapshotFacts>& coming) const {
        auto group = group_;
        for (auto& snapshot : group) {
            if (std::ranges::find(coming_proofs_, snapshot) == coming_proofs_.end()) continue;
            snapshot = &coming.emplace_back(*snapshot);
            coming.back().proven_at = draft_.world().now;
        }
        if (new_is_verified_) {
            auto& fresh = coming.emplace_back();
            fresh.created_at = fresh.proven_at.emplace(draft_.world().now);
            fresh.bytes = target_.bytes;
            fresh.former = former_;
            group.push_back(&fresh);
        }
        return group;
    }

    std::optional<Reason> prune_blocked() const {
        const bool no_backup = backup_ ? backup_ != Bucket::planned
                                       : draft_.blocked_by_target(target_) || store_.trouble;
        if (no_backup)
            return Reason{"backup_not_planned",
                          "nothing is pruned for a target whose backup cannot be taken now"};
        if (backup_ && !new_is_verified_)
            return Reason{"verification_not_planned",
                          "nothing is pruned before the new snapshot is verified"};
        if (const auto old = lapsed();
            old && !backup_ && !renewed_ && protect_.verify >= Depth::full)
            return Reason{"proof_expired",
                          fmt::format("nothing is pruned while no proof counts: that of the newest "
                                      "proven snapshot expired {}, and this plan does not renew it",
                                      format_time(old->expired))};
        if (!backup_ && draft_.failed_last_backup(target_.id))
            return Reason{
                "last_backup_failed",
                "nothing is pruned for a target whose last backup failed; take a backup first"};
        return std::nullopt;
    }

    void prune() {
        if (group_.empty()) return;
        std::deque<SnapshotFacts> coming;
        const auto group = group_to_be(coming);
        const auto blocked = prune_blocked();
        Kept kept{target_.id, store_.name, 0, {}, {}};
        const RetentionRules rules{*protect_.keep, draft_.world().zone, draft_.world().now,
                                   protect_.verify >= Depth::full};
        for (const auto& each : retain(rules, group)) {
            if (each.stays) {
                ++kept.snapshots;
                kept.bytes += each.snapshot->bytes;
                for (const auto& reason : each.reasons) ++kept.rules[reason.code];
                continue;
            }
            auto& step = draft_.add(job_, place_of("prune", *each.snapshot), target_.id,
                                    PruneStep{target_.path, store_.name, store_.root,
                                              each.snapshot->key, each.snapshot->checksum},
                                    each.snapshot->bytes, as_one(each.reasons), blocked);
            step.needs = needs_;
        }
        draft_.kept.push_back(std::move(kept));
    }

    PlanDraft& draft_;
    const std::string& job_;
    const ProtectSpec& protect_;
    const TargetFacts& target_;
    const TargetSpec& spec_;
    const StoreFacts& store_;
    const SnapshotGroup& group_;
    std::string here_;
    std::string former_;              ///< key of what the new snapshot is told by
    std::vector<std::string> needs_;  ///< what a prune must wait for
    SnapshotGroup looked_at_;         ///< older ones that this plan reads already
    SnapshotGroup coming_proofs_;
    bool new_is_verified_ = false;  ///< by a step that is planned
    bool renewed_ = false;          ///< the proof that had expired
    std::optional<Bucket> backup_;  ///< of the new snapshot, where one is due
};

/// Selectors of single matches can overlap in ways that only the world shows.
void refuse_second(PlanDraft& draft, const std::string& job, const TargetFacts& target,
                   const StoreFacts& store) {
    SnapshotStep action;
    action.source = target.path;
    action.volume_id = target.volume_id;
    action.volume_name = target.id;
    action.place.store = store.name;
    action.place.root = store.root;
    draft.add(job, fmt::format("snapshot:{}:{}:{}", target.id, store.name, job), target.id,
              std::move(action), target.bytes, {},
              Reason{"protected_twice", "another protect takes this target to this store"});
}

}  // namespace

void plan_protection(PlanDraft& draft) {
    std::set<std::pair<std::string_view, std::string_view>> taken;
    for (const auto& [name, protect] : draft.policy().protect) {
        const auto job = "protect." + name;
        if (!draft.wants_job(job)) continue;
        std::vector<const StoreFacts*> stores;
        for (const auto& store : protect.stores)
            if (const auto* facts = draft.store(store)) stores.push_back(facts);
        for (const auto* target : draft.chosen()) {
            const auto kind = kind_of(draft.spec_of(*target));
            if (!selects(protect.targets, target->spec, target->id, kind)) continue;
            for (const auto* store : stores)
                if (taken.emplace(target->id, store->name).second)
                    Protection{draft, job, protect, *target, *store}.plan();
                else
                    refuse_second(draft, job, *target, *store);
        }
    }
}

}  // namespace muster
