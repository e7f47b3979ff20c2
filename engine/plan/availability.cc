#include "engine/plan/availability.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {
namespace {

Reason cannot(std::string_view what) {
    return {"not_available", fmt::format("this version cannot {} yet", what)};
}

}  // namespace

std::optional<Reason> unavailable(const StoreSpec& store) {
    if (store.s3) return cannot("write to S3");
    if (store.azure_blob) return cannot("write to Azure Blob Storage");
    if (store.overwrite != Overwrite::never)
        return cannot("let the snapshots of a day replace each other");
    return std::nullopt;
}

std::optional<Reason> unavailable(const TargetSpec& target) {
    if (!target.directory.empty()) return cannot("back up data directories");
    return std::nullopt;
}

std::optional<Reason> unavailable(const SnapshotSpec& snapshot) {
    const auto printed = [](const SecretRef& key) { return !key.command.empty(); };
    if ((snapshot.encrypt && printed(*snapshot.encrypt)) ||
        std::ranges::any_of(snapshot.decrypt, printed))
        return cannot("take a key from the output of a command");
    return std::nullopt;
}

std::optional<Reason> unavailable(const DrillSpec& drill) {
    if (drill.runner) return cannot("run drills on other machines");
    return std::nullopt;
}

Findings unavailable_besides_steps(const Policy& policy) {
    Findings out;
    const auto add = [&](bool asked, std::string_view path, std::string_view what,
                         Severity severity) {
        if (!asked) return;
        const auto reason = cannot(what);
        out.push_back(
            {reason.code, severity, Verdict::bad, std::string{path}, reason.text, "", "", "", ""});
    };
    add(policy.reports.handoff.html.has_value(), "reports.handoff.html", "write pages",
        Severity::warning);
    add(policy.reports.metrics.prometheus.has_value(), "reports.metrics.prometheus",
        "write metrics", Severity::warning);
    add(policy.reports.ci.junit.has_value(), "reports.ci.junit", "write JUnit reports",
        Severity::warning);
    add(policy.notify.healthchecks.has_value(), "notify.healthchecks", "notify anybody",
        Severity::warning);
    // Unsigned records where signatures are asked for must not pass in silence.
    if (const auto& sign = policy.audit.sign)
        add(true, "audit.sign", "sign records",
            sign->optional ? Severity::warning : Severity::error);
    return out;
}

}  // namespace muster
