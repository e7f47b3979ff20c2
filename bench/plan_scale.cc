// What planning costs as a fleet grows: make_plan, and the plan as a document.
// Usage: plan_scale [TARGETS...]    1000, 10000 and 100000 when left out; ten snapshots each
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/documents.h"
#include "engine/model/observation.h"
#include "engine/model/policy.h"
#include "engine/plan/make_plan.h"

namespace muster {
namespace {

constexpr int snapshots_each = 10;
constexpr std::string_view policy_text = R"(
muster: 1
name: fleet
stores: { local: { local: /srv/backups } }
targets: { tenants: { sqlite: /srv/data/*.db } }
protect:
  nightly:
    targets: [tenants]
    stores: [local]
    schedule: { cron: "15 2 * * *" }
    keep: { last: 3, daily: 10 }
)";

/// One target as a fleet has them on a working day: a proven snapshot of each of the last days, a
/// new one due, and the oldest to go. What policies know of a target its snapshots do not hold.
void add_target(Observation& facts, int number) {
    TargetFacts target;
    target.id = fmt::format("tenants/tenant-{:06}", number);
    target.spec = "tenants";
    target.path = fmt::format("/srv/data/tenant-{:06}.db", number);
    target.volume_id = target.id;
    target.bytes = {1'000'000};
    for (int age = 0; age < snapshots_each; ++age) {
        SnapshotFacts snapshot;
        snapshot.target = target.id;
        snapshot.store = "local";
        snapshot.created_at = facts.now - std::chrono::days{age + 1};
        snapshot.key =
            fmt::format("{0}/{0}-{1}.sqlite", target.id, file_stamp(snapshot.created_at));
        snapshot.path = "/srv/backups/" + snapshot.key;
        snapshot.bytes = target.bytes;
        snapshot.checksum = sha256_of(snapshot.key);
        snapshot.proven_at = snapshot.created_at;
        facts.snapshots.push_back(std::move(snapshot));
    }
    facts.targets.push_back(std::move(target));
}

Observation observation_of(int targets) {
    Observation facts;
    facts.now =
        Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}} + std::chrono::hours{10};
    facts.policy_hash = sha256_of(policy_text);
    facts.stores.push_back({"local", "/srv/backups", std::nullopt, {std::uint64_t{1} << 60U}});
    facts.snapshots.reserve(static_cast<std::size_t>(targets) * snapshots_each);
    for (int number = 0; number < targets; ++number) add_target(facts, number);
    return facts;
}

struct Figures {
    std::size_t steps = 0;
    std::size_t heap_facts = 0;
    std::size_t heap_plan = 0;
    double planning = 0;   ///< seconds of processor time
    double streaming = 0;  ///< seconds of processor time
    std::size_t document = 0;
    std::size_t memory_planned = 0;  ///< greatest resident set, bytes
    std::size_t memory_streamed = 0;
};

double processor_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}
std::size_t greatest_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}
std::size_t heap() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "plan_scale: %s\n", why.c_str());
    std::exit(1);
}

Figures measure(const Policy& policy, int targets) {
    Figures out;
    const auto empty = heap();
    const auto facts = observation_of(targets);
    out.heap_facts = heap() - empty;
    const auto begun = processor_seconds();
    const auto plan = make_plan(policy, facts, {}, "bench");
    out.planning = processor_seconds() - begun;
    out.heap_plan = heap() - empty - out.heap_facts;
    out.steps = plan.steps.size();
    out.memory_planned = greatest_memory();

    const int nowhere = ::open("/dev/null", O_WRONLY);
    const auto streaming = processor_seconds();
    const auto written = stream_document(plan, [&](std::string_view block) -> Result<> {
        out.document += block.size();
        if (::write(nowhere, block.data(), block.size()) < 0) give_up("cannot write /dev/null");
        return {};
    });
    out.streaming = processor_seconds() - streaming;
    if (!written) give_up(written.error().text());
    out.memory_streamed = greatest_memory();
    return out;
}

/// In a process of its own, so that the memory of one size does not count for the next.
Figures measure_apart(const Policy& policy, int targets) {
    int pipe[2];
    if (::pipe(pipe) != 0) give_up("no pipe");
    const auto child = ::fork();
    if (child == 0) {
        const auto out = measure(policy, targets);
        const bool told = ::write(pipe[1], &out, sizeof out) == sizeof out;
        std::_Exit(told ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    Figures out;
    if (status != 0 || ::read(pipe[0], &out, sizeof out) != sizeof out)
        give_up(fmt::format("{} targets could not be measured", targets));
    ::close(pipe[0]);
    ::close(pipe[1]);
    return out;
}

void print(int targets, const Figures& now, const std::optional<Figures>& before) {
    const auto mebibytes = [](std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
    const auto times = [](double value, double former) {
        return former > 0 ? fmt::format("{:.1f} x", value / former) : std::string{"-"};
    };
    fmt::print(
        "| {} | {} | {:.2f} s | {} | {:.2f} s | {} | {:.1f} MB | {:.0f} MiB | {:.0f} MiB | "
        "{:.0f} MiB | {:.0f} MiB |\n",
        targets, now.steps, now.planning, before ? times(now.planning, before->planning) : "-",
        now.streaming, before ? times(now.streaming, before->streaming) : "-",
        static_cast<double>(now.document) / 1e6, mebibytes(now.heap_facts),
        mebibytes(now.heap_plan), mebibytes(now.memory_planned), mebibytes(now.memory_streamed));
    std::fflush(stdout);
}

}  // namespace

int run(std::vector<int> sizes) {
    const auto loaded = from_yaml<Policy>(policy_text, "plan_scale");
    for (const auto& problem : loaded.problems)
        std::fprintf(stderr, "%s\n", text_of(problem).c_str());
    if (!loaded.value) return 1;
    fmt::print(
        "sizeof: SnapshotFacts {}, Step {}, Kept {}; {} snapshots for each target\n\n"
        "| targets | steps | make_plan | growth | stream_document | growth | document | facts "
        "| plan | peak, planned | peak, streamed |\n"
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        sizeof(SnapshotFacts), sizeof(Step), sizeof(Kept), snapshots_each);
    std::fflush(stdout);
    std::optional<Figures> before;
    for (const int targets : sizes) {
        const auto now = measure_apart(*loaded.value, targets);
        print(targets, now, before);
        before = now;
    }
    return 0;
}

}  // namespace muster

int main(int count, char** arguments) {
    std::vector<int> sizes;
    for (int i = 1; i < count; ++i) sizes.push_back(std::atoi(arguments[i]));
    if (sizes.empty()) sizes = {1'000, 10'000, 100'000};
    return muster::run(std::move(sizes));
}
