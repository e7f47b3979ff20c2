#include <fmt/format.h>

#include <algorithm>

#include "cli/asked_checks.h"
#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/snapshot/find_backups.h"
#include "engine/snapshot/verify_backups.h"
#include "reporters/verification_text.h"

namespace muster {
namespace {

Failure refused(std::string_view flag, std::string_view written, std::string_view what,
                std::string_view example) {
    return fail(ErrorCode::usage, fmt::format("{}: '{}' is no {}", flag, written, what),
                fmt::format("write it like {}", example));
}

Result<std::optional<Bytes>> size_of(const Arguments& arguments, std::string_view flag) {
    if (!arguments.has(flag)) return std::nullopt;
    const auto written = arguments.value(flag);
    const auto size = parse_bytes(written);
    if (!size) return refused(flag, written, "size", "4096 or 10MiB");
    return size;
}

Result<VerifyRules> rules_of(const Arguments& arguments) {
    VerifyRules rules;
    MUSTER_TRY(rules.inspect.depth, depth_of(arguments, "--depth"));
    MUSTER_TRY(rules.inspect.supported_schema, supported_schema_of(arguments));
    MUSTER_TRY(rules.inspect.keys, keys_of(arguments, "--key"));
    MUSTER_TRY(rules.inspect.checks, checks_of(arguments));
    MUSTER_CHECK(require_opened(rules.inspect.checks, rules.inspect.depth));
    MUSTER_TRY(rules.min_size, size_of(arguments, "--min-size"));
    MUSTER_TRY(rules.max_size, size_of(arguments, "--max-size"));
    if (rules.min_size && rules.max_size && *rules.min_size > *rules.max_size)
        return fail(ErrorCode::usage, "--min-size is greater than --max-size",
                    "no file can be both; change one of them");
    if (arguments.has("--max-age")) {
        const auto written = arguments.value("--max-age");
        rules.max_age = TextForm<Duration>::parse(written);
        if (!rules.max_age) return refused("--max-age", written, "duration", "26h or 7d");
    }
    return rules;
}

Result<std::vector<std::string>> patterns_of(const Arguments& arguments) {
    auto patterns = arguments.all("--pattern");
    for (const auto& pattern : patterns)
        if (pattern.find('/') != std::string::npos)
            return fail(
                ErrorCode::usage,
                fmt::format("--pattern: '{}' names a folder, and is asked of file names", pattern),
                "name the folder as PATH, and the files like '*.sqlite'");
    return patterns;
}

Reply run_verify(const Arguments& arguments, const Surroundings& surroundings) {
    MUSTER_REPLY_TRY(const auto rules, rules_of(arguments));
    MUSTER_REPLY_TRY(const int jobs, jobs_of(arguments));
    MUSTER_REPLY_TRY(const auto patterns, patterns_of(arguments));
    std::vector<fs::path> paths;
    for (const auto& written : arguments.all("PATH")) paths.emplace_back(written);
    MUSTER_REPLY_TRY(const auto report, verify_places(paths, patterns, rules, jobs,
                                                      host_for_looking(arguments, surroundings)));
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(report));
    answer.text = verification_text(report);
    if (!report.summary.all_valid) {
        answer.exit_status = exit_status_of(ErrorCode::damaged);
        answer.complaint = complaint_text(report);
    }
    return answer;
}

}  // namespace

Command verify_command() {
    return {
        "verify",
        "",
        "validate files and directories of backups; changes nothing",
        "A named file counts whatever it is. A directory is searched at any depth for what has a manifest, or begins as a database,\n"
        "a compressed or an encrypted file, or one of changes; with --pattern, for files of those names. Links and hidden files are not followed.\n"
        "A backup without a manifest is valid when its pages are; its age is then the time it was last modified.\n"
        "One that holds only what changed (.delta) is read with all it is told by, and needs the keys of each.\n"
        "Exit 0: every backup is valid. 4: one is not, or a directory holds none (none_found). docs/monitoring.md tells more.\n"
        "Example: muster verify /backups --max-age 26h --min-size 1MiB --json",
        {{"PATH...", "backups, and directories of backups"}},
        {{"--depth", "DEPTH", "checksum, quick, full (the default) or deep"},
         {"--pattern", "GLOB",
          "in a directory only files of such a name, like 'shop-*.sqlite' (may be given again)"},
         {"--max-age", "TIME", "each backup that is older is invalid, such as 26h"},
         {"--min-size", "SIZE", "each that is smaller is invalid, such as 1MiB"},
         {"--max-size", "SIZE", "each that is larger is invalid"},
         {"--jobs", "N",
          "look at that many side by side; as many as there are cores when left out"},
         check_option,
         expect_option,
         {"--supported-schema", "N", "each whose schema version is greater is invalid"},
         {"--key", "KEY",
          "where a key lies that may open them: file:PATH, env:NAME or credential:NAME (may be given again)"}},
        run_verify};
}

}  // namespace muster
