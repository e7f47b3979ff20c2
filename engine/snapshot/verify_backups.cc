#include "engine/snapshot/verify_backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/shared_host.h"
#include "engine/base/stopwatch.h"
#include "engine/base/workers.h"

namespace muster {
namespace {

Bytes size_of_all(const std::vector<FoundBackup>& backups) {
    Bytes total;
    for (const auto& backup : backups) {
        std::error_code unsaid;
        const auto bytes = fs::file_size(backup.path, unsaid);
        if (!unsaid) total.count += bytes;
    }
    return total;
}

class Workers {
public:
    Workers(const FoundBackups& found, const VerifyRules& rules, Time at, const Host& host)
        : backups_(found.backups),
          rules_(rules),
          at_(at),
          host_(host,
                fmt::format("verifying {} backup{}", found.backups.size(),
                            found.backups.size() == 1 ? "" : "s"),
                size_of_all(found.backups).count),
          done_(found.backups.size()) {}

    /// How many worked.
    Result<int> run(int jobs) {
        const int worked = in_parallel(backups_.size(), static_cast<std::size_t>(jobs),
                                       [this](std::size_t mine) { return look_at(mine); });
        host_.end();
        MUSTER_CHECK(host_.keep_going());
        return worked;
    }

    std::vector<VerifiedFile> files() && {
        std::vector<VerifiedFile> out;
        for (auto& file : done_)
            if (file) out.push_back(*std::move(file));
        return out;
    }

private:
    bool look_at(std::size_t mine) {
        if (!host_.keep_going()) return false;
        auto file = verify_file(backups_[mine], rules_, at_, host_.for_one());
        if (!file) return false;
        done_[mine] = *std::move(file);
        return true;
    }

    const std::vector<FoundBackup>& backups_;
    const VerifyRules& rules_;
    Time at_;
    SharedHost host_;
    std::vector<std::optional<VerifiedFile>> done_;  ///< each written by the worker that took it
};

bool holds_any(const fs::path& folder, const std::vector<VerifiedFile>& files) {
    const auto inside = (folder / "").string();
    return std::ranges::any_of(files, [&](const auto& file) {
        return file.path.starts_with(inside) || file.path == folder.string();
    });
}

Finding none_found(const fs::path& folder) {
    return {"none_found",
            Severity::error,
            Verdict::bad,
            folder.string(),
            fmt::format("no backups found in {}", folder.string()),
            "at least one backup",
            "none",
            "",
            "check the path and --pattern; 'muster backup DATABASE DIR' takes one"};
}

VerificationSummary summary_of(const VerificationReport& report, int passed_over) {
    VerificationSummary out;
    out.total_files = static_cast<int>(report.files.size());
    out.passed_over = passed_over;
    for (const auto& file : report.files) {
        out.total_bytes += file.bytes;
        if (!file.valid) {
            ++(std::ranges::any_of(file.findings, fails) ? out.invalid_files : out.unchecked_files);
            continue;
        }
        ++out.valid_files;
        if (file.age) out.newest_age = std::min(out.newest_age.value_or(*file.age), *file.age);
    }
    out.all_valid = out.valid_files == out.total_files && report.findings.empty();
    return out;
}

Performance performance_of(const VerificationReport& report, int jobs, Duration elapsed) {
    Performance out;
    out.jobs = jobs;
    out.elapsed = elapsed;
    for (const auto& file : report.files)
        if (file.state) out.bytes_read += file.bytes;
    const auto milliseconds =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(elapsed.count()));
    out.bytes_per_second.count = out.bytes_read.count * 1000 / milliseconds;
    return out;
}

}  // namespace

Result<VerificationReport> verify_backups(const FoundBackups& found, const VerifyRules& rules,
                                          int jobs, const Host& host) {
    VerificationReport report;
    report.at = host.now();
    report.depth = rules.inspect.depth;
    Stopwatch watch;
    Workers workers{found, rules, report.at, host};
    MUSTER_TRY(const int worked, workers.run(jobs));
    report.files = std::move(workers).files();
    report.performance = performance_of(report, worked, watch.lap());
    for (const auto& folder : found.folders)
        if (!holds_any(folder, report.files)) report.findings.push_back(none_found(folder));
    report.summary = summary_of(report, found.passed_over);
    return report;
}

Result<VerificationReport> verify_places(const std::vector<fs::path>& paths,
                                         const std::vector<std::string>& patterns,
                                         const VerifyRules& rules, int jobs, const Host& host) {
    constexpr int most_tries = 5;
    for (int tries = 1;; ++tries) {
        MUSTER_TRY(const auto found, find_backups(paths, patterns, host));
        MUSTER_TRY(auto report, verify_backups(found, rules, jobs, host));
        const bool moving = !found.backups.empty() || found.under_way > 0;
        const bool none = std::ranges::find(report.findings, "none_found", &Finding::code) !=
                          report.findings.end();
        if (!none || !moving || tries == most_tries) return report;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
}

}  // namespace muster
