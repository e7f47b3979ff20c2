// What is written for people and machines, and where evidence is kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/secret_ref.h"

namespace muster {

struct HandoffSpec {
    std::optional<std::string> markdown;
    std::optional<std::string> html;
    bool operator==(const HandoffSpec&) const = default;
};
template <>
struct Fields<HandoffSpec> {
    static constexpr std::string_view doc = "The report for whoever takes over.";
    static constexpr auto list =
        FieldList{optional("markdown", &HandoffSpec::markdown,
                           "File to write after every apply; relative to the policy file."),
                  optional("html", &HandoffSpec::html, "The same as a page.")};
};

struct MetricsSpec {
    std::optional<std::string> prometheus;
    bool operator==(const MetricsSpec&) const = default;
};
template <>
struct Fields<MetricsSpec> {
    static constexpr std::string_view doc = "Numbers for monitoring.";
    static constexpr auto list =
        FieldList{optional("prometheus", &MetricsSpec::prometheus,
                           "File for the node exporter's textfile collector.")};
};

struct CiSpec {
    std::optional<std::string> junit;
    bool operator==(const CiSpec&) const = default;
};
template <>
struct Fields<CiSpec> {
    static constexpr std::string_view doc = "Results for a build server.";
    static constexpr auto list =
        FieldList{optional("junit", &CiSpec::junit, "File in JUnit's XML.")};
};

struct ReportsSpec {
    HandoffSpec handoff;
    MetricsSpec metrics;
    CiSpec ci;
    bool operator==(const ReportsSpec&) const = default;
};
template <>
struct Fields<ReportsSpec> {
    static constexpr std::string_view doc = "Reports written after every apply.";
    static constexpr auto list =
        FieldList{optional("handoff", &ReportsSpec::handoff, "The report for whoever takes over."),
                  optional("metrics", &ReportsSpec::metrics, "Numbers for monitoring."),
                  optional("ci", &ReportsSpec::ci, "Results for a build server.")};
};

struct HealthchecksSpec {
    SecretRef ping_url;
    bool operator==(const HealthchecksSpec&) const = default;
};
template <>
struct Fields<HealthchecksSpec> {
    static constexpr std::string_view doc = "A dead man's switch that misses the ping of a run.";
    static constexpr auto list = FieldList{
        required("ping_url", &HealthchecksSpec::ping_url, "URL to call after every apply.")};
};

struct NotifySpec {
    std::optional<HealthchecksSpec> healthchecks;
    bool operator==(const NotifySpec&) const = default;
};
template <>
struct Fields<NotifySpec> {
    static constexpr std::string_view doc = "Who is told.";
    static constexpr auto list =
        FieldList{optional("healthchecks", &NotifySpec::healthchecks, "A dead man's switch.")};
};

struct SignSpec {
    SecretRef key;
    bool optional = false;
    bool operator==(const SignSpec&) const = default;
};
template <>
struct Fields<SignSpec> {
    static constexpr std::string_view doc = "Signatures under records.";
    static constexpr auto list =
        FieldList{required("key", &SignSpec::key, "Ed25519 private key (PEM)."),
                  muster::optional("optional", &SignSpec::optional,
                                   "Without the key records are stored unsigned.")};
};

enum class Control { soc2, iso27001, nist_800_53, dora };
template <>
struct Names<Control> {
    static constexpr std::array list{
        std::pair{Control::soc2, std::string_view{"soc2"}},
        std::pair{Control::iso27001, std::string_view{"iso27001"}},
        std::pair{Control::nist_800_53, std::string_view{"nist-800-53"}},
        std::pair{Control::dora, std::string_view{"dora"}}};
};

struct AuditSpec {
    std::optional<std::string> state;
    std::optional<SignSpec> sign;
    std::vector<Control> controls;
    bool operator==(const AuditSpec&) const = default;
};
template <>
struct Fields<AuditSpec> {
    static constexpr std::string_view doc = "Where evidence is kept.";
    static constexpr auto list = FieldList{
        optional("state", &AuditSpec::state,
                 "State directory with journals and records; relative to the policy file."),
        optional("sign", &AuditSpec::sign, "Signatures under records."),
        optional("controls", &AuditSpec::controls,
                 "Catalogues of controls that reports refer to.")};
};

}  // namespace muster
