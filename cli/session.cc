#include "cli/session.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <thread>

#include "engine/codec/documents.h"
#include "engine/plan/make_plan.h"
#include "engine/plan/secrets.h"
#include "reporters/terminal.h"

namespace muster {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// A service may run without HOME.
fs::path home() {
    if (const auto told = environment("HOME"); !told.empty()) return told;
    const auto* entry = ::getpwuid(::geteuid());
    return entry == nullptr ? "/" : entry->pw_dir;
}

Operator operator_of_process() {
    Operator who;
    who.uid = ::geteuid();
    if (const auto* entry = ::getpwuid(::geteuid())) who.login = entry->pw_name;
    who.claimed = environment("MUSTER_OPERATOR");
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) who.host = name.data();
    return who;
}

}  // namespace

StateFolder state_of(const Arguments& arguments, const PolicyFile* policy) {
    if (arguments.has("--state")) return {fs::absolute(arguments.value("--state"))};
    if (policy != nullptr && policy->policy.audit.state)
        return {policy->resolve(*policy->policy.audit.state)};
    if (const auto base = environment("XDG_STATE_HOME"); !base.empty())
        return {fs::path{base} / "muster"};
    if (::geteuid() == 0) return {"/var/lib/muster"};
    return {home() / ".local/state/muster"};
}

Host host_for_looking(const Arguments& arguments, const Surroundings& surroundings,
                      const PolicyFile* policy) {
    Host host = surroundings.host;
    const auto scratch = state_of(arguments, policy).scratch();
    std::error_code unmade;
    fs::path folder = scratch;
    while (!fs::exists(folder, unmade) && folder != folder.parent_path())
        folder = folder.parent_path();
    if (::access(folder.c_str(), W_OK | X_OK) == 0) host.scratch = scratch;
    return host;
}

RunHead head_of(const Surroundings& surroundings, std::string policy_name,
                const PolicyFile* policy) {
    RunHead head;
    head.command = surroundings.command_line;
    head.by = operator_of_process();
    head.tool_version = surroundings.host.tool_version;
    head.policy_name = std::move(policy_name);
    if (policy != nullptr) {
        head.policy_path = policy->path.string();
        head.policy_hash = policy->hash;
    }
    return head;
}

tl::expected<PolicyFile, Refusal> policy_of(const std::string& path) {
    auto loaded = read_policy(path);
    if (!loaded) return refuse(loaded.error());
    if (!loaded->policy) {
        const auto count = loaded->problems.size();
        return refuse(Error{ErrorCode::invalid_policy,
                            fmt::format("{} has {} problem{}", path, count, count == 1 ? "" : "s"),
                            "mend what is listed above",
                            {}},
                      std::move(loaded->problems));
    }
    auto file = policy_file(path, *loaded);
    if (!file) return refuse(file.error());
    return *std::move(file);
}

Result<std::optional<std::int64_t>> supported_schema_of(const Arguments& arguments) {
    if (!arguments.has("--supported-schema")) return std::nullopt;
    const auto written = arguments.value("--supported-schema");
    std::int64_t number = 0;
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), number);
    if (error != std::errc{} || end != written.data() + written.size())
        return fail(ErrorCode::usage,
                    fmt::format("--supported-schema: '{}' is no whole number", written),
                    "write it like 42");
    return std::optional{number};
}

Result<Depth> depth_of(const Arguments& arguments, std::string_view flag) {
    const auto written = arguments.value(flag, name_of(Depth::full));
    if (const auto depth = from_name<Depth>(written)) return *depth;
    return fail(ErrorCode::usage, fmt::format("{}: '{}' is no depth", flag, written),
                "it takes checksum, quick, full or deep");
}

Result<int> jobs_of(const Arguments& arguments) {
    constexpr int most_jobs = 64;
    if (!arguments.has("--jobs"))
        return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, most_jobs);
    const auto written = arguments.value("--jobs");
    int jobs = 0;
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), jobs);
    if (error != std::errc{} || end != written.data() + written.size() || jobs < 1 ||
        jobs > most_jobs)
        return fail(ErrorCode::usage,
                    fmt::format("--jobs: '{}' is no number from 1 to {}", written, most_jobs),
                    "write it like 4");
    return jobs;
}

Result<std::vector<KeyPlace>> keys_of(const Arguments& arguments, std::string_view flag) {
    std::vector<KeyPlace> out;
    for (const auto& written : arguments.all(flag)) {
        const auto place = TextForm<KeyPlace>::parse(written);
        if (!place)
            return fail(ErrorCode::usage, fmt::format("{} does not say where a key lies", flag),
                        "write it like file:/etc/muster/key, env:MUSTER_KEY or credential:muster");
        auto secret = secret_at(*place);
        // Steps may be carried out from another folder.
        if (secret.file) secret.file = fs::absolute(*secret.file).lexically_normal().string();
        out.push_back(place_of(secret));
    }
    return out;
}

Result<std::optional<int>> count_of(const Arguments& arguments, std::string_view flag) {
    if (!arguments.has(flag)) return std::nullopt;
    const auto written = arguments.value(flag);
    int count = 0;
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), count);
    if (error != std::errc{} || end != written.data() + written.size() || count < 1)
        return fail(ErrorCode::usage, fmt::format("{}: '{}' is no positive number", flag, written),
                    fmt::format("write it like {} 20", flag));
    return std::optional{count};
}

Result<Duration> lease_wait_of(const Arguments& arguments) {
    const auto written = arguments.value("--lock-wait", "0s");
    const auto wait = TextForm<Duration>::parse(written);
    if (!wait)
        return fail(ErrorCode::usage, fmt::format("--lock-wait: '{}' is no duration", written),
                    "write it like 30s or 5m");
    return *wait;
}

Result<Time> time_of(const Arguments& arguments, std::string_view flag) {
    const auto written = arguments.value(flag);
    if (const auto time = TextForm<Time>::parse(written)) return *time;
    if (const auto midnight = TextForm<Time>::parse(written + "T00:00:00Z")) return *midnight;
    return fail(ErrorCode::usage, fmt::format("{}: '{}' is no UTC time", flag, written),
                "write it like 2026-11-20T10:15:00Z or 2026-11-20");
}

Reply answer_with(const Appended& stored) {
    return Answer{record_text(stored.record, stored.file.string(), stored.hash), stored.text,
                  stored.record.exit_status, complaint_text(stored.record)};
}

std::optional<Error> refusal_of(const Arguments& arguments, const Plan& plan) {
    const auto refused = unclean(plan);
    if (!arguments.has("--strict-plan") || refused.empty()) return std::nullopt;
    return Error{ErrorCode::strict_plan,
                 fmt::format("the plan is not clean: {}", fmt::join(refused, "; ")),
                 "mend that, or leave --strict-plan out",
                 {}};
}

void hold_to_strictness(const Arguments& arguments, const Plan& plan, Answer& answer) {
    const auto refused = unclean(plan);
    if (!arguments.has("--strict-plan") || refused.empty()) return;
    answer.complaint =
        fmt::format("The plan is not clean (--strict-plan):\n  {}\n", fmt::join(refused, "\n  "));
    answer.text += answer.complaint;
    answer.exit_status = exit_status_of(ErrorCode::strict_plan);
}

std::optional<Error> strict_failure(const Arguments& arguments, const Plan& plan, const Run& run) {
    if (!arguments.has("--strict-plan") || !run.any_failed() ||
        std::ranges::count(plan.strictness, Unclean::failed) == 0)
        return std::nullopt;
    return Error{ErrorCode::strict_plan, "a step failed", "see the failed steps", {}};
}

Reply run_directly(const Arguments& arguments, const Surroundings& surroundings, const Plan& plan,
                   bool keep_sandbox, const PolicyFile* policy) {
    const auto state = state_of(arguments, policy);
    Host host = surroundings.host;
    host.scratch = state.scratch();
    if (policy != nullptr) host.secret_variables = secret_variables_of(policy->policy);
    MUSTER_REPLY_TRY(const auto wait, lease_wait_of(arguments));
    MUSTER_REPLY_TRY(auto run, Run::begin(state, head_of(surroundings, plan.policy_name, policy),
                                          host, surroundings.watcher));
    run.tell(plan.findings);
    ExecuteOptions options;
    options.keep_sandbox = keep_sandbox;
    options.lease_wait = wait;
    if (const auto mended = run.mend(plan); !mended) return refuse(run.give_up(mended.error()));
    const auto refused = refusal_of(arguments, plan);
    if (!refused) MUSTER_REPLY_CHECK(run.execute(plan, options));
    MUSTER_REPLY_TRY(const auto stored,
                     run.end(refused ? Plan{} : plan, nullptr, std::nullopt,
                             refused ? refused : strict_failure(arguments, plan, run)));
    return answer_with(stored);
}

}  // namespace muster
