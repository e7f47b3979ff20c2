#include <filesystem>

#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {
constexpr int known_version = 1;
}

void check_head(const Policy& policy, RuleReport& report) {
    if (policy.muster != known_version)
        report.add("muster",
                   fmt::format("this build does not know version {} of the policy language",
                               policy.muster),
                   fmt::format("write {}, or use a build that knows it", known_version));
    report.need_line("name", policy.name);
    if (policy.owner) report.need_line("owner", *policy.owner);
    std::map<std::string, std::string> written;
    const auto need_file = [&](const char* path, const std::optional<std::string>& file) {
        if (!file) return;
        report.need_line(path, *file);
        const auto place = std::filesystem::path{*file}.lexically_normal();
        for (const auto& [name, target] : policy.targets)
            if (place == std::filesystem::path{target.path()}.lexically_normal())
                report.add(path, fmt::format("is the target {}", in_quotes(name)),
                           "name a file of its own");
        const auto [other, is_new] = written.emplace(place.string(), path);
        if (!is_new)
            report.add(path, fmt::format("is what {} names too", other->second),
                       "name a file of its own");
    };
    need_file("reports.handoff.markdown", policy.reports.handoff.markdown);
    need_file("reports.handoff.html", policy.reports.handoff.html);
    need_file("reports.metrics.prometheus", policy.reports.metrics.prometheus);
    need_file("reports.ci.junit", policy.reports.ci.junit);
    need_file("audit.state", policy.audit.state);
    if (policy.audit.sign) check_secret("audit.sign.key", policy.audit.sign->key, report);
    if (const auto& healthchecks = policy.notify.healthchecks)
        check_secret("notify.healthchecks.ping_url", healthchecks->ping_url, report);
}

void check_secret(const std::string& path, const SecretRef& secret, RuleReport& report) {
    if (secret.env) report.need_text(path + ".env", *secret.env);
    if (secret.file) report.need_text(path + ".file", *secret.file);
    if (secret.credential) report.need_name(path + ".credential", *secret.credential);
    report.need_program(path + ".command", secret.command);
}

void check_url(const std::string& path, std::string_view url, RuleReport& report) {
    const auto scheme = url.find("://");
    const auto host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
    if (!url.starts_with("http://") && !url.starts_with("https://") && !url.starts_with('{'))
        report.add(path, fmt::format("{} is no URL", in_quotes(url)),
                   "write it like https://host/path");
    else if (host.substr(0, host.find('/')).find('@') != std::string_view::npos)
        report.add(path, "a URL must not hold a user or a password",
                   "secrets are only named: { env: NAME }");
    else if (host.empty())
        report.add(path, fmt::format("{} has no host", in_quotes(url)), "");
}

}  // namespace muster::codec
