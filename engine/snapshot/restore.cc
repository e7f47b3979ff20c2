#include "engine/snapshot/restore.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/content.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/judge_restored.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/preflight.h"
#include "engine/snapshot/safety_copy.h"
#include "engine/snapshot/swap.h"
#include "engine/snapshot/write_through.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/overwrite.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

/// Owner and mode of a file that is about to get the target's name: those of what was there; of a
/// new one those its manifest tells, the owner only where we may give files away.
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

Result<> roll_back(const Restoration& done, const fs::path& target, bool in_place,
                   const fs::path& rejected, const Host& host) {
    if (in_place) return overwrite_database(done.restored.safety_copy, target, {});
    if (!done.restored.set_aside.empty())
        return swap_back(done.restored.set_aside, target, rejected);
    if (done.restored.safety_copy.empty()) return rename_durably(target, rejected, Replace::no);
    // What is rejected keeps a name of its own: it may hold rows committed to it meanwhile.
    const auto staged = hidden_beside(target, staged_suffix);
    MUSTER_TRY(const auto former, status_of(target));
    MUSTER_TRY(auto content,
               open_content(done.restored.safety_copy, {{}, staged, std::nullopt}, host));
    MUSTER_CHECK(content.synced.get());
    MUSTER_CHECK(dress(staged, former, std::nullopt));
    return swap_back(staged, target, rejected);
}

/// One call of restore_backup.
class Restoring {
public:
    Restoring(const RestoreStep& step, const Host& host)
        : step_(step),
          host_(host),
          target_(real_path(step.target)),
          staged_(hidden_beside(target_, staged_suffix)) {
        done_.restored.backup = step.backup;
        done_.restored.target = target_.string();
    }

    Result<Restoration> run() {
        MUSTER_CHECK(check_restore(step_));
        MUSTER_CHECK(make_folder(target_.parent_path()));
        MUSTER_TRY(const auto claim, Lease::take(hidden_beside(target_, claim_suffix),
                                                 "a restore of " + target_.string(), host_.now()));
        MUSTER_TRY(auto note, finish_swap(target_));
        if (note) done_.found.push_back(*std::move(note));
        MUSTER_CHECK(check_restore(step_));  // again: what was finished may be in the way now
        if (const auto staged = stage(); !staged) return discard_staged(staged.error());
        MUSTER_CHECK(replace());
        if (step_.verify) MUSTER_CHECK(validate());
        return std::move(done_);
    }

private:
    /// What is looked at is the very file that takes the target's place.
    Result<> stage() {
        InspectOptions options;
        options.depth = step_.verify ? Depth::full : Depth::checksum;
        options.supported_schema = step_.supported_schema;
        options.checks = step_.checks;
        options.keys = step_.keys;
        options.stage = staged_;
        MUSTER_TRY(const auto seen, inspect_backup(step_.backup, options, host_));
        done_.findings = seen.findings;
        MUSTER_CHECK(require_restorable(seen));
        if (!step_.verify) MUSTER_CHECK(require_header());
        warn_of_other_volume(seen);
        if (seen.manifest) recorded_ = seen.manifest->owner;
        took("stage and inspect");
        return {};
    }

    /// Also without verification nothing but a database takes the place of one.
    Result<> require_header() const {
        MUSTER_TRY(const auto file, File::open_read(staged_));
        std::array<std::byte, header_size> bytes{};
        MUSTER_TRY(const auto count, file.read_at(0, bytes));
        if (count == bytes.size() && parse_header(bytes)) return {};
        return fail(ErrorCode::damaged, fmt::format("{} is no SQLite database", step_.backup),
                    "choose another backup");
    }

    void warn_of_other_volume(const Inspection& seen) {
        if (!seen.manifest || real_path(seen.manifest->source_path) == target_) return;
        done_.findings.push_back(
            {"volume", Severity::warning, Verdict::bad, target_.string(),
             "the backup was taken of another database", target_.string(),
             fmt::format("{} (volume {})", seen.manifest->source_path, seen.manifest->volume_id),
             "", ""});
    }

    Result<> replace() {
        MUSTER_TRY(const auto former, status_of(target_));
        in_place_ = step_.in_place && former.exists;
        if (const auto dressed = dress(staged_, former, recorded_); !dressed)
            return discard_staged(dressed.error());
        MUSTER_TRY(const auto new_file, status_of(staged_));
        inode_to_be_ = in_place_ ? former.inode : new_file.inode;
        if (in_place_) return write_in_place();
        if (former.exists)
            if (const auto kept = keep_former(); !kept) return discard_staged(kept.error());
        kill_point("restore.staged");
        return swap();
    }

    /// Also where that is none: then the path is empty.
    Result<std::string> keep_former() {
        MUSTER_TRY(done_.restored.safety_copy, take_safety_copy(step_, host_));
        took("safety snapshot");
        kill_point("restore.safety_taken");
        return done_.restored.safety_copy;
    }

    Result<> write_in_place() {
        const auto written = write_through(
            staged_, target_, [&] { return keep_former(); }, host_);
        if (!written) return discard_staged(written.error());
        took("write in place");
        return remove_durably(staged_);
    }

    Result<> swap() {
        if (auto holders = warn_of_holders(step_)) done_.findings.push_back(*std::move(holders));
        auto swapped = swap_in(staged_, target_, done_.restored.safety_copy, host_.now());
        if (!swapped) {
            MUSTER_TRY(const auto intended, status_of(hidden_beside(target_, swap_suffix)));
            if (!intended.exists) return discard_staged(swapped.error());
            return Failure(swapped.error().during(
                "setting the former database aside; the next run goes on with it"));
        }
        done_.restored.set_aside = *std::move(swapped);
        took("swap");
        return {};
    }

    Result<> validate() {
        const auto result = judge_restored(step_, inode_to_be_, host_);
        done_.findings.insert(done_.findings.end(), result.begin(), result.end());
        took("validate");
        const auto bad = std::ranges::find_if(result, fails);
        if (bad == result.end()) return {};
        const auto& safety = done_.restored.safety_copy;
        const auto rejected =
            fmt::format("{}.rejected-{}", target_.string(), file_stamp(host_.now()));
        if (const auto back = roll_back(done_, target_, in_place_, rejected, host_); !back)
            return Failure(back.error().during(fmt::format(
                "taking back a restore that failed its validation ({}); the former database is {}",
                bad->reason,
                safety.empty() ? done_.restored.set_aside : "in the safety snapshot " + safety)));
        done_.restored.rolled_back = true;
        took("roll back");
        done_.failure = Error{
            ErrorCode::rolled_back,
            fmt::format("the restored database failed its validation, and {} is as it was "
                        "before{}: {}",
                        target_.string(), in_place_ ? "" : "; what was rejected is at " + rejected,
                        bad->reason),
            "choose another backup; 'muster inspect' shows every finding",
            {}};
        return {};
    }

    Failure discard_staged(const Error& error) const {
        ::unlink(staged_.c_str());
        return Failure(error);
    }
    void took(std::string phase) { done_.phases.push_back({std::move(phase), watch_.lap()}); }

    const RestoreStep& step_;
    const Host& host_;
    fs::path target_;
    fs::path staged_;
    Stopwatch watch_;
    std::optional<FileOwner> recorded_;
    bool in_place_ = false;
    std::uint64_t inode_to_be_ = 0;
    Restoration done_;
};

}  // namespace

Result<Restoration> restore_backup(const RestoreStep& step, const Host& host) {
    return Restoring{step, host}.run();
}

}  // namespace muster
