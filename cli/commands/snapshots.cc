#include <fmt/format.h>

#include <memory>
#include <set>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/codec/nearest.h"
#include "engine/plan/snapshot_list.h"
#include "reporters/snapshot_table.h"

namespace muster {
namespace {

/// Everything there is to narrow, and the names by which it can be.
struct Shown {
    SnapshotList list;
    std::set<std::string> targets;
    std::set<std::string> stores;
};

tl::expected<Shown, Refusal> by_policy(const Arguments& arguments, const Surroundings& surroundings,
                                       const std::string& place) {
    const auto policy = policy_of(place);
    if (!policy) return tl::unexpected<Refusal>{policy.error()};
    const auto state = state_of(arguments, &*policy);
    Host host = surroundings.host;
    host.scratch = state.scratch();
    MUSTER_REPLY_TRY(const auto world, observe(*policy, state, host));
    Shown out{snapshot_list(policy->policy, world), {}, {}};
    for (const auto& target : world.targets) out.targets.insert({target.id, target.spec});
    for (const auto& store : world.stores) out.stores.insert(store.name);
    return out;
}

tl::expected<Shown, Refusal> by_directory(const Arguments& arguments,
                                          const Surroundings& surroundings,
                                          const std::string& place) {
    MUSTER_REPLY_TRY(const auto world, observe_directory(place, state_of(arguments, nullptr),
                                                         surroundings.host.now()));
    Shown out{snapshot_list(world), {}, {std::string{directory_store}}};
    out.list.directory = world.stores.front().root;
    for (const auto& each : out.list.snapshots)
        if (!each.target.empty()) out.targets.insert(each.target);
    return out;
}

Result<> require_known(std::string_view flag, std::string_view thing, const std::string& name,
                       const std::set<std::string>& known) {
    if (known.contains(name)) return {};
    return fail(ErrorCode::usage, fmt::format("{}: there is no {} {}", flag, thing, name),
                codec::suggestion(name, {known.begin(), known.end()}));
}

Reply run_snapshots(const Arguments& arguments, const Surroundings& surroundings) {
    const auto place = arguments.value("POLICY|DIR");
    std::error_code unreachable;  // reading the policy will say so
    auto shown = fs::is_directory(place, unreachable) ? by_directory(arguments, surroundings, place)
                                                      : by_policy(arguments, surroundings, place);
    if (!shown) return tl::unexpected<Refusal>{shown.error()};
    const ListFilter filter{arguments.all("--target"), arguments.value("--store"),
                            arguments.has("--proven")};
    if (!shown->list.snapshots.empty())
        for (const auto& name : filter.targets)
            MUSTER_REPLY_CHECK(require_known("--target", "target", name, shown->targets));
    if (!filter.store.empty())
        MUSTER_REPLY_CHECK(require_known("--store", "store", filter.store, shown->stores));
    narrow(shown->list, filter);
    const auto list = std::make_shared<const SnapshotList>(std::move(shown->list));
    Answer answer;
    answer.document =
        JsonDocument{[list](const Sink& sink) { return stream_document(*list, sink); }};
    answer.text = snapshot_table(*list);
    if (!list->snapshots.empty()) return answer;
    answer.complaint = fmt::format(
        "muster: no_snapshot: there is no {}snapshot{}\n  next: {}\n",
        filter.proven ? "proven " : "", filter == ListFilter{} ? "" : " that fits the flags",
        list->directory.empty() ? "take one with 'muster apply " + place + "'"
                                : "take one with 'muster backup DATABASE " + place + "'");
    answer.text += answer.complaint;
    answer.exit_status = exit_status_of(ErrorCode::damaged);
    return answer;
}

}  // namespace

Command snapshots_command() {
    return {
        "snapshots",
        "",
        "the snapshots there are, each with its age, state and proof; changes nothing",
        "Newest first in each target and store. A proof is a record that the snapshot was read back and passed; it counts\n"
        "until it expires. Exit 4 when there is no snapshot. The id of one is what 'muster restore --id' takes.\n"
        "Examples: muster snapshots policy.yaml --target finance --proven\n"
        "          muster snapshots /backups --json",
        {{"POLICY|DIR", "the policy file, or a directory of backups"}},
        {{"--target", "NAME", "only this target (may be given again)"},
         {"--store", "NAME", "only this store"},
         {"--proven", "", "only what has a proof that has not expired"}},
        run_snapshots};
}

}  // namespace muster
