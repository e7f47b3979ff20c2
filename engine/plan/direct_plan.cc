#include "engine/plan/direct_plan.h"

#include "engine/plan/make_plan.h"
#include "engine/plan/serial.h"

namespace muster {

Plan direct_plan(std::string_view command, std::vector<Step> steps, Time now,
                 std::string_view tool_version) {
    Plan plan;
    plan.policy_name = std::string{command};
    plan.created_with_version = std::string{tool_version};
    plan.created_at = now;
    plan.serial = serial_of({});
    plan.strictness = Strictness{}.plan;
    plan.steps = std::move(steps);
    add_up(plan);
    return plan;
}

std::vector<Step> backup_steps(const SnapshotStep& snapshot, Depth verify) {
    std::vector<Step> steps{lone_step("snapshot", snapshot.volume_name, snapshot,
                                      {"asked", "the command asks for it"})};
    VerifyStep check;
    check.store = snapshot.place.store;
    check.root = snapshot.place.root;
    check.taken_by = "snapshot";
    check.depth = verify;
    if (snapshot.encrypt) check.keys = {*snapshot.encrypt};
    if (snapshot.former) check.keys = snapshot.former->keys;
    check.proof_expires = ProtectSpec{}.proof_expires;
    steps.push_back(
        lone_step("verify", snapshot.volume_name, check, {"new", "reads the new snapshot back"}));
    steps.back().needs = {"snapshot"};
    return steps;
}

Step lone_step(std::string id, std::string target, Action action, Reason reason) {
    Step step;
    step.id = std::move(id);
    step.target = std::move(target);
    step.reason = std::move(reason);
    step.action = std::move(action);
    return step;
}

}  // namespace muster
