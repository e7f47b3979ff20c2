#include "engine/snapshot/roll_back.h"

#include <sys/stat.h>
#include <unistd.h>

#include "engine/snapshot/content.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/swap.h"
#include "engine/sqlite/overwrite.h"
#include "engine/sqlite/sidecars.h"

namespace muster {

Result<> dress(const fs::path& staged, const FileStatus& former,
               const std::optional<FileOwner>& recorded) {
    if (!former.exists && !recorded) return {};
    const auto owner =
        former.exists ? FileOwner{former.owner, former.group, former.mode} : *recorded;
    const bool give = former.exists || ::geteuid() == 0;
    if (give && ::chown(staged.c_str(), owner.user, owner.group) != 0)
        return Failure(system_error(errno, "keep the owner of", staged));
    if (::chmod(staged.c_str(), owner.mode & 0777U) != 0)
        return Failure(system_error(errno, "keep the mode of", staged));
    return {};
}

namespace {

/// Whoever had it open may have left a log, which must not lie beside the next database.
Result<> move_family(const fs::path& target, const fs::path& rejected) {
    for (const auto suffix : sqlite_sidecars) {
        const auto log = sidecar(target, suffix);
        MUSTER_TRY(const auto there, status_of(log));
        if (there.exists) MUSTER_CHECK(rename_durably(log, sidecar(rejected, suffix), Replace::no));
    }
    return rename_durably(target, rejected, Replace::no);
}

}  // namespace

Result<> roll_back(const Restored& done, const fs::path& target, bool in_place,
                   const fs::path& rejected, const Host& host) {
    if (in_place) return overwrite_database(done.safety_copy, target, {});
    if (!done.set_aside.empty()) return swap_back(done.set_aside, target, rejected);
    if (done.safety_copy.empty()) return move_family(target, rejected);
    // A run that was asked to stop must still finish what it takes back.
    Host patient = host;
    patient.keep_going = [] { return Result<>{}; };
    // What is rejected keeps a name of its own: it may hold rows committed to it meanwhile.
    const auto staged = hidden_beside(target, staged_suffix);
    MUSTER_TRY(const auto former, status_of(target));
    MUSTER_TRY(auto content, open_content(done.safety_copy, {{}, staged}, patient));
    MUSTER_CHECK(content.synced.get());
    MUSTER_CHECK(dress(staged, former, std::nullopt));
    return swap_back(staged, target, rejected);
}

}  // namespace muster
