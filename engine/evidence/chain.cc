#include "engine/evidence/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/codec/documents.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

constexpr Bytes record_limit{std::uint64_t{256} << 20U};
constexpr Duration chain_wait = std::chrono::seconds{30};

Result<std::vector<fs::path>> record_files(const StateFolder& state) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{state.records(), error})
        if (entry.path().extension() == ".json" &&
            !entry.path().filename().string().starts_with('.'))
            files.push_back(entry.path());
    if (error && error != std::errc::no_such_file_or_directory)
        return Failure(system_error(error.value(), "list", state.records()));
    std::ranges::sort(files);
    return files;
}

std::set<std::string> names_in(const Population& population) {
    std::set<std::string> names;
    for (const auto& standing : population.targets) names.insert(standing.target);
    return names;
}

/// The population of the last record of the same policy, to tell what a changed policy left out.
Population population_before(const StateFolder& state, const Chain& chain, const Record& record) {
    for (auto link = chain.links.rbegin(); link != chain.links.rend(); ++link) {
        if (link->record.head.policy_name != record.head.policy_name || !link->record.population)
            continue;
        return read_population(state, *link->record.population).value_or(Population{});
    }
    return {};
}

Result<PopulationRef> store_population(const StateFolder& state, const Population& now,
                                       const Population& before) {
    MUSTER_TRY(const auto text, to_document(now));
    PopulationRef reference;
    reference.sha256 = sha256_of(text);
    reference.count = static_cast<int>(now.targets.size());
    const auto names = names_in(now), names_before = names_in(before);
    std::ranges::set_difference(names, names_before, std::back_inserter(reference.added));
    std::ranges::set_difference(names_before, names, std::back_inserter(reference.removed));
    MUSTER_CHECK(write_durably(state.population(reference.sha256), text));
    return reference;
}

}  // namespace

Result<Chain> read_chain(const StateFolder& state) {
    Chain chain;
    MUSTER_TRY(const auto files, record_files(state));
    for (const auto& file : files) {
        MUSTER_TRY(const auto text, read_text(file, record_limit));
        auto loaded = from_json<Record>(text, file.string());
        const auto broken = [&](const std::string& reason) {
            chain.faults.push_back(fmt::format("{}: {}", file.string(), reason));
            return chain;
        };
        if (!loaded.value) return broken("cannot be read: " + loaded.problems.front().message);
        const auto expected_sequence = static_cast<std::int64_t>(chain.links.size()) + 1;
        if (loaded.value->sequence != expected_sequence)
            return broken(fmt::format("is number {} where number {} belongs",
                                      loaded.value->sequence, expected_sequence));
        const auto previous =
            chain.links.empty() ? std::optional<Sha256>{} : std::optional{chain.links.back().hash};
        if (loaded.value->previous != previous)
            return broken("does not follow from the stored bytes of the record before it");
        chain.links.push_back({file, sha256_of(text), *std::move(loaded.value)});
    }
    return chain;
}

Result<Appended> append_record(const StateFolder& state, Record record,
                               const std::optional<Population>& population) {
    MUSTER_TRY(const auto lease, Lease::take(state.chain_lease(), "appending a record",
                                             record.finished_at, chain_wait));
    MUSTER_TRY(const auto chain, read_chain(state));
    for (const auto& fault : chain.faults)
        record.findings.push_back({"chain", Severity::error, Verdict::bad, state.records().string(),
                                   fault, "an unbroken chain of records", "broken",
                                   fmt::format("{} records before the fault", chain.links.size()),
                                   "compare the state directory with a copy of it"});
    if (!chain.sound() && record.status != RunStatus::died)
        record.exit_status =
            worst_exit_status(record.exit_status, exit_status_of(ErrorCode::damaged));
    if (population) {
        MUSTER_TRY(record.population,
                   store_population(state, *population, population_before(state, chain, record)));
    }

    // After a break the new record follows from the bytes that are last in the folder, so that it
    // is as tamper-evident as any, and the break stays where it is.
    MUSTER_TRY(const auto files, record_files(state));
    record.sequence = static_cast<std::int64_t>(files.size()) + 1;
    record.previous.reset();
    if (!files.empty()) {
        MUSTER_TRY(record.previous, sha256_of_file(files.back()));
    }
    Appended out;
    MUSTER_TRY(out.text, to_document(record));
    out.file = state.records() / fmt::format("{:06}-{}.json", record.sequence, record.head.run);
    MUSTER_CHECK(write_durably(out.file, out.text, 0600));
    out.hash = sha256_of(out.text);
    out.record = std::move(record);
    return out;
}

Result<Population> read_population(const StateFolder& state, const PopulationRef& reference) {
    const auto file = state.population(reference.sha256);
    MUSTER_TRY(const auto text, read_text(file, record_limit));
    auto loaded = from_json<Population>(text, file.string());
    if (!loaded.value || sha256_of(text) != reference.sha256)
        return fail(ErrorCode::damaged,
                    fmt::format("{} is not what its record names", file.string()),
                    "compare the state directory with a copy of it");
    return *std::move(loaded.value);
}

}  // namespace muster
