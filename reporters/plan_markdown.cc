#include "reporters/plan_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "reporters/markdown_text.h"

namespace muster {
namespace {

std::string totals_table(const Plan& plan) {
    std::string out = "| bucket | steps | bytes |\n|---|---:|---:|\n";
    for (const auto& total : plan.totals)
        out += fmt::format("| {} | {} | {} |\n", name_of(total.bucket), total.steps,
                           spell_bytes(total.bytes));
    return out;
}

std::string steps_table(const Plan& plan, Bucket bucket) {
    std::string out = "| step | bytes | reason | why |\n|---|---:|---|---|\n";
    for (const auto& step : plan.steps)
        if (step.bucket == bucket)
            out += fmt::format("| {} | {} | {} | {} |\n", code(step.id), spell_bytes(step.bytes),
                               code(step.reason.code), plain(step.reason.text));
    return out;
}

std::string waiting_table(const Plan& plan) {
    std::string out = "| job | due (UTC) | targets | such as |\n|---|---|---:|---|\n";
    for (const auto& waiting : plan.waiting)
        out += fmt::format("| {} | {} | {} | {} |\n", code(waiting.job),
                           waiting.due_at ? format_time(*waiting.due_at) : "never again",
                           waiting.targets, plain(waiting.example));
    return out;
}

std::string kept_table(const Plan& plan) {
    std::string out = "| target | store | snapshots | bytes | kept by |\n|---|---|---:|---:|---|\n";
    for (const auto& kept : plan.kept) {
        std::string rules;
        for (const auto& [rule, count] : kept.rules)
            rules += fmt::format("{}{} {}", rules.empty() ? "" : ", ", plain(rule), count);
        out += fmt::format("| {} | {} | {} | {} | {} |\n", plain(kept.target), plain(kept.store),
                           kept.snapshots, spell_bytes(kept.bytes), rules);
    }
    return out;
}

std::string findings_list(const Plan& plan) {
    std::string out;
    for (const auto& finding : plan.findings)
        if (finding.verdict != Verdict::good)
            out += fmt::format("- {} ({}): {}: {}\n", code(finding.code), name_of(finding.severity),
                               plain(finding.subject), plain(finding.reason));
    return out;
}

}  // namespace

std::string plan_markdown(const Plan& plan) {
    std::string out = fmt::format(
        "# Plan for {}\n\nMade {} by muster {}, serial {}. Nothing was changed.\n\n{}",
        plain(plan.policy_name), format_time(plan.created_at), plan.created_with_version,
        code(plan.serial.hex().substr(0, 16)), totals_table(plan));
    const auto section = [&](std::string_view title, bool any, const std::string& body) {
        if (any) out += fmt::format("\n## {}\n\n{}", title, body);
    };
    for (const auto& total : plan.totals) {
        std::string title{name_of(total.bucket)};
        title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
        section(title, total.steps > 0, steps_table(plan, total.bucket));
    }
    section("Not due yet", !plan.waiting.empty(), waiting_table(plan));
    section("Kept", !plan.kept.empty(), kept_table(plan));
    const auto findings = findings_list(plan);
    section("As things stand now", !findings.empty(), findings);
    return out;
}

}  // namespace muster
