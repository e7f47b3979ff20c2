// The rules of each section of a policy; check_policy() calls them all.
#pragma once

#include "engine/plan/schedule.h"
#include "engine/policy/rules/rule_report.h"

namespace muster::codec {

void check_head(const Policy& policy, RuleReport& report);
void check_stores(const Policy& policy, RuleReport& report);
void check_targets(const Policy& policy, RuleReport& report);
void check_protect(const Policy& policy, RuleReport& report);
void check_maintain(const Policy& policy, RuleReport& report);
void check_drills(const Policy& policy, RuleReport& report);
/// What schedules, objectives and keep rules make of each other.
void check_times(const Policy& policy, const Zone& zone, RuleReport& report);

void check_secret(const std::string& path, const SecretRef& secret, RuleReport& report);
void check_selector(const std::string& path, const TargetSelector& selector, const Policy& policy,
                    RuleReport& report);
void check_call(const std::string& path, const HttpCall& call, RuleReport& report);
void check_answer(const std::string& path, const AnswerSpec& answer, RuleReport& report);
void check_health(const std::string& path, const HealthSpec& health, RuleReport& report);
void check_service(const std::string& path, const ServiceSpec& service, RuleReport& report);
/// The same, and what a restore needs of it.
void check_service_of_target(const std::string& path, const TargetSpec& target, RuleReport& report);
/// An absolute URL of http or https, or one that begins with a word; without user and password.
void check_url(const std::string& path, std::string_view url, RuleReport& report);

/// The targets (keys of `targets`) of which the selector means all or some matches.
std::vector<std::string> selected_specs(const TargetSelector& selector, const Policy& policy);

}  // namespace muster::codec
