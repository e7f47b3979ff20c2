#include "engine/snapshot/restore.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/judge_restored.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/preflight.h"
#include "engine/snapshot/roll_back.h"
#include "engine/snapshot/safety_copy.h"
#include "engine/snapshot/swap.h"
#include "engine/snapshot/write_through.h"
#include "engine/sqlite/header.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

/// One call of restore_backup.
class Restoring {
public:
    Restoring(const RestoreStep& step, const Occupant& occupant, const Host& host)
        : step_(step),
          occupant_(occupant),
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
        if (const auto stopped = vacate(); !stopped)
            return discard_staged(with_occupant_back(stopped.error()));
        if (const auto replaced = replace(); !replaced)
            return Failure(with_occupant_back(replaced.error()));
        auto rejection = step_.verify ? validate() : std::nullopt;
        if (!rejection) rejection = let_in();
        if (rejection) MUSTER_CHECK(take_back(*std::move(rejection)));
        return std::move(done_);
    }

private:
    /// Why what was put in place does not stay there.
    struct Rejection {
        std::string what;
        Error reason;
    };

    /// What is looked at is the very file that takes the target's place.
    Result<> stage() {
        InspectOptions options;
        options.depth = step_.verify ? Depth::full : Depth::checksum;
        options.supported_schema = step_.supported_schema;
        options.checks = step_.checks;
        options.keys = step_.keys;
        options.stage = staged_;
        options.decoded = [this] { took("stage"); };
        MUSTER_TRY(const auto seen, inspect_backup(step_.backup, options, host_));
        done_.findings = seen.findings;
        MUSTER_CHECK(require_restorable(seen));
        if (!step_.verify) MUSTER_CHECK(require_header());
        warn_of_other_volume(seen);
        if (seen.manifest) recorded_ = seen.manifest->owner;
        took("inspect");
        return {};
    }

    /// Also without verification nothing but a database takes the place of one.
    Result<> require_header() const {
        MUSTER_TRY(const auto file, File::open_read(staged_));
        MUSTER_TRY(const auto header, read_header(file));
        if (header) return {};
        return fail(ErrorCode::damaged, fmt::format("{} is no SQLite database", step_.backup),
                    "choose another backup");
    }

    void warn_of_other_volume(const Inspection& seen) {
        // Beside the original, at a place that is free, nothing can be mixed up.
        if (const auto there = status_of(target_); there && !there->exists) return;
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

    std::optional<Rejection> validate() {
        const auto result = judge_restored(step_, inode_to_be_, host_);
        done_.findings.insert(done_.findings.end(), result.begin(), result.end());
        took("validate");
        const auto bad = std::ranges::find_if(result, fails);
        if (bad == result.end()) return std::nullopt;
        return Rejection{"the restored database failed its validation",
                         {ErrorCode::rolled_back,
                          bad->reason,
                          "choose another backup; 'muster inspect' shows every finding",
                          {}}};
    }

    Result<> vacate() {
        if (!occupant_.stop) return {};
        const auto stopped = occupant_.stop();
        took("stop the service");
        if (stopped) return host_.keep_going();
        auto error = stopped.error();
        error.message += "; the database is untouched";
        return Failure(error);
    }

    std::optional<Rejection> let_in() {
        if (!occupant_.start) return std::nullopt;
        const auto up = occupant_.start();
        took("start the service");
        if (up) return std::nullopt;
        Rejection out{"the service does not work on the restored database", up.error()};
        // It may run, and then it holds what is about to be taken away.
        if (const auto down = occupant_.stop(); !down)
            out.reason.message += "; then " + down.error().message;
        took("stop the service");
        return out;
    }

    Result<> take_back(Rejection why) {
        const auto& safety = done_.restored.safety_copy;
        const auto rejected =
            fmt::format("{}.rejected-{}", target_.string(), file_stamp(host_.now()));
        if (const auto back = roll_back(done_.restored, target_, in_place_, rejected, host_);
            !back) {
            auto error = back.error().during(fmt::format(
                "taking back a restore because {}: {}; the former database is {}", why.what,
                why.reason.message,
                safety.empty() ? done_.restored.set_aside : "in the safety snapshot " + safety));
            return Failure(with_occupant_out(std::move(error)));
        }
        done_.restored.rolled_back = true;
        took("roll back");
        done_.failure = with_occupant_back(
            {ErrorCode::rolled_back,
             fmt::format("{}, and {} is as it was before{}: {}", why.what, target_.string(),
                         in_place_ ? "" : "; what was rejected is at " + rejected,
                         why.reason.message),
             why.reason.hint,
             {}});
        return {};
    }

    /// The error, after whoever was stopped is back; what it says of that is added.
    Error with_occupant_back(Error error) {
        if (!occupant_.start) return error;
        const auto intended = status_of(hidden_beside(target_, swap_suffix));
        if (!intended || intended->exists) return with_occupant_out(std::move(error));
        const auto up = occupant_.start();
        took("start the service again");
        if (up || is_stop(up.error().code)) return error;
        error.message += "; and then " + up.error().message;
        error.hint = occupant_.how_to_start + (error.hint.empty() ? "" : "; " + error.hint);
        return error;
    }

    /// On half a database it would make a new one, and go on with that.
    Error with_occupant_out(Error error) const {
        if (!occupant_.start) return error;
        error.message += "; the service is left stopped, because the database is not whole";
        error.hint = fmt::format("{}{}once the database is whole, {}", error.hint,
                                 error.hint.empty() ? "" : "; ", occupant_.how_to_start);
        return error;
    }

    static bool is_stop(ErrorCode code) {
        return code == ErrorCode::interrupted || code == ErrorCode::terminated;
    }

    Failure discard_staged(const Error& error) const {
        ::unlink(staged_.c_str());
        return Failure(error);
    }
    void took(std::string phase) { done_.phases.push_back({std::move(phase), watch_.lap()}); }

    const RestoreStep& step_;
    const Occupant& occupant_;
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

Result<Restoration> restore_backup(const RestoreStep& step, const Host& host,
                                   const Occupant& occupant) {
    return Restoring{step, occupant, host}.run();
}

}  // namespace muster
