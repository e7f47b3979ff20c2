#include "engine/plan/jobs.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/plan/secrets.h"

namespace muster {
namespace {

Policy policy_with_targets() {
    Policy policy;
    policy.targets["finance"].sqlite = "finance.db";
    policy.targets["tenants"].sqlite = "tenants/*.db";
    policy.targets["ledger"].directory = "ledger";
    return policy;
}

using Words = std::vector<std::string>;

Words targets_of(Policy policy, const TargetSelector& selector) {
    policy.protect["one"].targets = selector;
    return jobs_of(policy).front().targets;
}

}  // namespace

TEST_CASE("each entry of protect, maintain and drills is a job", "[plan][jobs][ST-10]") {
    auto policy = policy_with_targets();
    policy.protect["z"].schedule = ScheduleSpec{};
    policy.protect["a"].targets.names = {"finance"};
    policy.maintain["nightly"];
    policy.drills["smoke"].scenario = Scenario::restore_smoke;
    Words names;
    for (const auto& job : jobs_of(policy)) names.push_back(job.name);
    CHECK(names == Words{"protect.a", "protect.z", "maintain.nightly", "drills.smoke"});
    CHECK_FALSE(jobs_of(policy)[0].schedule);
    CHECK(jobs_of(policy)[1].schedule);
}

TEST_CASE("a selector picks by name, kind and exception", "[plan][jobs]") {
    const auto policy = policy_with_targets();
    CHECK(targets_of(policy, {}) == Words{"finance", "ledger", "tenants"});
    CHECK(targets_of(policy, {{"*n*"}, {}, {}}) == Words{"finance", "tenants"});
    CHECK(targets_of(policy, {{"l?dger"}, {}, {}}) == Words{"ledger"});
    CHECK(targets_of(policy, {{}, TargetKind::directory, {}}) == Words{"ledger"});
    CHECK(targets_of(policy, {{}, {}, {"t*"}}) == Words{"finance", "ledger"});
    CHECK(targets_of(policy, {{"tenants/acme"}, {}, {}}) == Words{"tenants/acme"});
    CHECK(targets_of(policy, {{"tenants/acme"}, TargetKind::directory, {}}).empty());
    CHECK(targets_of(policy, {{"nobody"}, {}, {}}).empty());
}

TEST_CASE("maintenance is for databases, and a drill of its own steps needs no target",
          "[plan][jobs]") {
    auto policy = policy_with_targets();
    policy.maintain["nightly"];
    policy.drills["queue"];
    policy.drills["smoke"].scenario = Scenario::restore_smoke;
    const auto jobs = jobs_of(policy);
    CHECK(jobs[0].targets == Words{"finance", "tenants"});
    CHECK(jobs[1].targets.empty());
    CHECK(jobs[2].targets.size() == 3);
}

TEST_CASE("secrets are found in every section that can name one", "[plan][secrets]") {
    Policy policy;
    policy.stores["s3"].s3.emplace().access_key.env = "ACCESS";
    policy.stores["s3"].s3->session_token.emplace().credential = "token";
    policy.protect["a"].snapshot.encrypt.emplace().file = "/etc/muster/key";
    policy.notify.healthchecks.emplace().ping_url.env = "PING";
    policy.audit.sign.emplace().key.command = {"pass", "show", "audit"};
    const auto secrets = secrets_of(policy);
    const auto count = [&](auto fits) { return std::ranges::count_if(secrets, fits); };
    CHECK(count([](const auto& each) { return each.env.has_value(); }) == 2);
    CHECK(count([](const auto& each) { return each.credential == "token"; }) == 1);
    CHECK(count([](const auto& each) { return each.file == "/etc/muster/key"; }) == 1);
    CHECK(count([](const auto& each) { return each.command.size() == 3; }) == 1);
}

}  // namespace muster
