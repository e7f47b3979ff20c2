#include "engine/snapshot/snapshot_place.h"

#include <fmt/format.h>

#include <thread>

#include "engine/model/layout.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

std::string extension_of(const SnapshotStep& step) {
    if (!step.former) return muster::extension_of(step.compress, step.encrypt.has_value());
    return std::string{delta_extension} +
           muster::extension_of(Compression::none, step.encrypt.has_value());
}

/// Also under the name of another format: which of two of one second is the newer, nobody could
/// tell.
Result<bool> is_taken(const SnapshotStep& step, const std::string& key, Time now) {
    const auto root = fs::path{step.place.root};
    MUSTER_TRY(const auto itself, status_of(root / key));
    if (itself.exists || step.place.whole_name) return itself.exists;
    for (const auto format :
         {std::string_view{}, std::string_view{".gz"}, std::string_view{".zst"}, delta_extension})
        for (const auto* seal : {"", ".enc"}) {
            const auto other =
                artifact_name(step.place.layout, step.volume_name, now, std::string{format} + seal);
            MUSTER_TRY(const auto there, status_of(root / other));
            if (there.exists) return true;
        }
    return false;
}

}  // namespace

Result<> refuse_live_place(const fs::path& source, const fs::path& place) {
    MUSTER_TRY(const auto from, status_of(source));
    MUSTER_TRY(const auto to, status_of(place));
    const auto refuse = [&](std::string reason) {
        return fail(ErrorCode::live_database, fmt::format("{} {}", place.string(), reason),
                    "choose another destination; nothing was written");
    };
    if (to.same_file(from)) return refuse("is the database itself");
    const auto resolved_source = real_path(source), resolved_place = real_path(place);
    for (const auto suffix : sqlite_sidecars) {
        if (resolved_place == sidecar(resolved_source, suffix))
            return refuse("belongs to the database");
        if (!to.exists) continue;
        MUSTER_TRY(const auto beside, status_of(sidecar(resolved_place, suffix)));
        if (beside.exists) return refuse(fmt::format("is a database in use: it has a {}", suffix));
    }
    if (const auto holders = to.exists ? holders_of(place) : std::vector<Holder>{};
        !holders.empty())
        return refuse("is held open by " + spell_holders(holders));
    MUSTER_TRY(const auto manifest, status_of(manifest_of(place)));
    if (to.exists && !manifest.exists)
        return fail(
            ErrorCode::target_exists,
            fmt::format("{} exists, and is no snapshot: it has no manifest", place.string()),
            "choose another destination; only snapshots are replaced by --force");
    return {};
}

Result<std::pair<std::string, Time>> free_name(const SnapshotStep& step, const Host& host) {
    for (;;) {
        const Time now = host.now();
        auto key = step.place.whole_name ? fill_in(step.place.layout, step.volume_name, now)
                                         : artifact_name(step.place.layout, step.volume_name, now,
                                                         extension_of(step));
        const bool timed = step.place.layout.find("{timestamp}") != std::string::npos ||
                           step.place.layout.find("{epoch}") != std::string::npos;
        if (step.place.replace || !timed) return std::pair{std::move(key), now};
        MUSTER_TRY(const bool taken, is_taken(step, key, now));
        if (!taken) return std::pair{std::move(key), now};
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        MUSTER_CHECK(host.keep_going());
    }
}

Result<> refuse_unfinished_restore(const fs::path& source) {
    MUSTER_TRY(const auto there, status_of(hidden_beside(real_path(source), swap_suffix)));
    if (!there.exists) return {};
    return fail(
        ErrorCode::live_database,
        fmt::format("{} is being restored, or a killed restore of it is unfinished",
                    source.string()),
        "try again when the restore has ended; 'muster restore' and 'muster backup' finish a killed one");
}

}  // namespace muster
