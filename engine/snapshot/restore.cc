#include "engine/snapshot/restore.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/content.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/swap.h"
#include "engine/snapshot/take.h"
#include "engine/sqlite/change_watch.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/overwrite.h"
#include "engine/sqlite/source.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

/// Asked of the kernel's list, since a bind mount of a file shares the device of its folder.
bool is_mount_point(const fs::path& path) {
    std::ifstream mounts{"/proc/self/mountinfo"};
    for (std::string line; std::getline(mounts, line);) {
        std::size_t at = 0;
        for (int field = 0; field < 4; ++field) at = line.find(' ', at) + 1;
        if (line.substr(at, line.find(' ', at) - at) == path.string()) return true;
    }
    return false;
}

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

/// Snapshot of what is there now; empty where it is no sound database (it is set aside instead).
Result<std::string> take_safety_copy(const RestoreStep& step, const fs::path& target,
                                     const Host& host) {
    SnapshotStep safety;
    safety.source = target.string();
    safety.volume_id = safety.volume_name = target.filename().string();
    safety.schema_version_sql = SchemaVersionSpec{}.sql;
    safety.place = {"safety", safety_folder(step).string(),
                    target.filename().string() + "." + step.safety_suffix, false, true};
    auto taken = take_snapshot(safety, host);
    if (taken) return taken->snapshot.path;
    const auto code = taken.error().code;
    if (code == ErrorCode::damaged || code == ErrorCode::not_a_database) return std::string{};
    return Failure(taken.error().during("taking a snapshot of the database that is there"));
}

/// Does the database at `target` answer, as anybody would open it?
Findings look_at_result(const RestoreStep& step, const fs::path& target, std::uint64_t staged_inode,
                        const Host& host) {
    Findings out;
    Finding place{"in_place",
                  Severity::error,
                  Verdict::good,
                  target.string(),
                  "the restored file has its name, and no log of the former one",
                  "",
                  "",
                  "",
                  ""};
    const auto there = status_of(target);
    if (!there || there->inode != staged_inode) {
        place.verdict = Verdict::bad;
        place.reason = "another file has taken the restored one's name";
    }
    out.push_back(place);
    Finding opens{"opens",
                  Severity::error,
                  Verdict::good,
                  target.string(),
                  "it opens and its schema answers",
                  "",
                  "",
                  "the database at its place",
                  ""};
    auto source = Source::open(target, {host.scratch});
    const auto tables =
        source ? source->connection().query_integer("SELECT count(*) FROM sqlite_schema")
               : Result<std::int64_t>{Failure(source.error())};
    opens.verdict = tables ? Verdict::good : Verdict::bad;
    if (tables)
        opens.actual = fmt::format("{} schema objects", *tables);
    else
        opens.reason = tables.error().text();
    out.push_back(opens);
    if (tables)
        for (const auto& check : step.checks)
            if (!check.blobs)  // each payload of the staged file was read: once is slow enough
                out.push_back(run_check(source->connection(), check, target.string()));
    return out;
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
    MUSTER_TRY(const auto content,
               open_content(done.restored.safety_copy, {{}, staged, std::nullopt}, host));
    MUSTER_CHECK(dress(staged, former, std::nullopt));
    return swap_back(staged, target, rejected);
}

}  // namespace

fs::path safety_folder(const RestoreStep& step) {
    return step.safety_dir.empty() ? real_path(step.target).parent_path()
                                   : fs::path{step.safety_dir};
}

std::optional<Finding> warn_of_holders(const RestoreStep& step) {
    const auto target = real_path(step.target);
    const auto holders = holders_of(target);
    if (holders.empty()) return std::nullopt;
    return Finding{
        "holders",
        Severity::warning,
        Verdict::bad,
        target.string(),
        "held open by " + spell_holders(holders) + ": a restore leaves them with the former file",
        "nobody holds the database",
        fmt::format("{} processes", holders.size()),
        "processes of this user",
        "restart them"};
}

Result<> check_restore(const RestoreStep& step) {
    const auto target = real_path(step.target);
    MUSTER_TRY(const auto backup, status_of(step.backup));
    MUSTER_TRY(const auto there, status_of(target));
    const auto refuse = [&](ErrorCode code, const std::string& reason, const std::string& remedy) {
        return fail(code, fmt::format("{} {}", target.string(), reason),
                    remedy + "; nothing has changed");
    };
    if (there.same_file(backup))
        return refuse(ErrorCode::usage, "is the backup itself", "name another target");
    if (there.exists && !there.regular)
        return refuse(ErrorCode::not_a_file, "is not a regular file",
                      "name the database file itself");
    MUSTER_TRY(const auto manifest, status_of(manifest_of(target)));
    if (there.exists && manifest.exists)
        return refuse(ErrorCode::usage, "is a snapshot itself: it has a manifest",
                      "name the database to be");
    if (there.exists && !step.force) {
        const auto holders = holders_of(target);
        return refuse(
            ErrorCode::target_exists,
            holders.empty() ? "exists" : "exists, and is held open by " + spell_holders(holders),
            "replace it with --force (a snapshot of it is taken first), or name another target with --to");
    }
    if (there.links > 1)
        return refuse(ErrorCode::hard_links, fmt::format("has {} names (hard links)", there.links),
                      "remove the other names first");
    if (there.exists && !step.in_place && is_mount_point(target))
        return refuse(ErrorCode::mount_point, "is a mount point",
                      "restore to the file behind it, or with --in-place");
    auto content = backup.size;
    if (const auto told = read_manifest(step.backup); told && *told && (*told)->content)
        content = (*told)->content->bytes;
    const Bytes staged_and_safety{content.count + there.size.count + (std::uint64_t{1} << 20U)};
    return require_space(target.parent_path(), staged_and_safety, "the restore");
}

namespace {

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
        if (in_place_) return write_through();
        if (former.exists) MUSTER_CHECK(keep_former());
        kill_point("restore.staged");
        return swap();
    }

    Result<> keep_former() {
        auto copied = take_safety_copy(step_, target_, host_);
        if (!copied) return discard_staged(copied.error());
        done_.restored.safety_copy = *std::move(copied);
        took("safety snapshot");
        kill_point("restore.safety_taken");
        return {};
    }

    /// What others commit between the safety snapshot and the lock would be in neither file: then
    /// both are taken again.
    Result<> write_through() {
        constexpr int most_tries = 5;
        for (int tries = 1;; ++tries) {
            auto watch = ChangeWatch::open(target_);
            if (!watch) return discard_staged(unsound(watch.error()));
            MUSTER_CHECK(keep_former());
            kill_point("restore.staged");
            if (done_.restored.safety_copy.empty()) return discard_staged(not_sound());
            bool changed = false;
            OverwriteOptions options;
            options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
                host_.progress("writing into " + target_.filename().string(), done, total);
                return host_.keep_going();
            };
            options.locked = [&]() -> Result<> {
                MUSTER_TRY(changed, watch->changed());
                return changed ? Result<>{Failure(too_busy(tries))} : Result<>{};
            };
            const auto written = overwrite_database(staged_, target_, options);
            if (written) break;
            MUSTER_CHECK(forget_safety_copy());
            if (!changed || tries == most_tries) return discard_staged(written.error());
        }
        took("write in place");
        return remove_durably(staged_);
    }

    /// Nothing was replaced, so what was kept for that is of no use.
    Result<> forget_safety_copy() {
        MUSTER_TRY(const auto manifest, read_manifest(done_.restored.safety_copy));
        if (manifest)
            MUSTER_CHECK(remove_snapshot(done_.restored.safety_copy, manifest->checksum_sha256,
                                         host_.now()));
        done_.restored.safety_copy.clear();
        return {};
    }

    Error unsound(const Error& error) const {
        using enum ErrorCode;
        return error.code == damaged || error.code == not_a_database ? not_sound() : error;
    }
    Error not_sound() const {
        return {ErrorCode::damaged,
                fmt::format("{} is no sound database, and nothing can be written through one",
                            target_.string()),
                "restore without --in-place",
                {}};
    }
    Error too_busy(int tries) const {
        return {
            ErrorCode::exclusive_holder,
            fmt::format("others went on committing to {} during each of {} tries, and what they "
                        "commit would be lost; nothing has changed",
                        target_.string(), tries),
            "stop those who write to it, then try again",
            {}};
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
        const auto result = look_at_result(step_, target_, inode_to_be_, host_);
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
