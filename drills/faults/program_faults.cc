#include "drills/faults/program_faults.h"

#include <fmt/format.h>
#include <signal.h>

#include <array>

#include "drills/faults/page_faults.h"
#include "drills/faults/row_faults.h"
#include "engine/base/program.h"
#include "engine/codec/documents.h"
#include "engine/model/record.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/restore.h"
#include "engine/sqlite/scratch.h"

namespace muster {
namespace {

using namespace std::string_literals;

struct Scene {
    const FaultScene& given;
    const fs::path& folder;
};

constexpr Bytes largest_record{std::uint64_t{16} << 20U};

Result<bool> has_program(const Scene& scene) {
    MUSTER_TRY(const auto there, status_of(scene.given.muster));
    return there.regular;
}
Injection no_program() {
    return Injection::none("the program itself is not at hand");
}

/// Another database than the one in the artifact, in a folder of its own.
Result<fs::path> make_former(const Scene& scene, const std::string& name, Fault how) {
    const auto target = scene.folder / name / "app.sqlite";
    MUSTER_CHECK(make_folder(target.parent_path()));
    MUSTER_TRY(const auto file, File::open_read(scene.given.artifact));
    MUSTER_CHECK(copy_bytes(file, target));
    MUSTER_TRY(const auto changed, damage_file(how, target, scene.given.seed));
    if (!changed.done) return fail(ErrorCode::internal, "no former database: " + changed.told);
    return target;
}

Result<ProgramEnd> run_restore(const Scene& scene, std::vector<std::string> before,
                               const fs::path& target, const Host& host) {
    Program program;
    program.argv = std::move(before);
    program.argv.insert(
        program.argv.end(),
        {real_path(scene.given.muster).string(), "restore",
         real_path(scene.given.artifact).string(), "--to", real_path(target).string(), "--force",
         "--no-verify", "--state", real_path(scene.folder / "state").string(), "--output",
         real_path(scene.folder / "record.json").string()});
    program.folder = scene.folder;
    program.withheld = host.secret_variables;
    // Where coverage is counted, a count that the full disk cuts off must spoil no other.
    program.environment["GCOV_PREFIX"] = scene.folder.string();
    return run_program(program, host.keep_going);
}

bool left_beside(const fs::path& target) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{target.parent_path(), error}) {
        const auto name = entry.path().filename().string();
        if (name != target.filename() && !name.ends_with(claim_suffix)) return true;
    }
    return bool{error};
}

/// Codes of why the run that ended just now failed.
Result<std::vector<std::string>> told_by_run(const Scene& scene) {
    MUSTER_TRY(const auto text, read_text(scene.folder / "record.json", largest_record));
    const auto record = from_json<Record>(text, "record.json");
    std::vector<std::string> out;
    if (!record.value) return out;
    if (record.value->trouble) out.push_back(record.value->trouble->code);
    for (const auto& outcome : record.value->outcomes)
        if (outcome.trouble) out.push_back(outcome.trouble->code);
    return out;
}

struct Kill {
    std::string_view place;
    Fault former;  ///< how it differs: a sound one is replaced by one rename, a damaged one by
                   ///< several
};
constexpr std::array kills{
    Kill{"restore.staged", Fault::changed_row}, Kill{"swap.folded", Fault::changed_row},
    Kill{"swap.intent_written", Fault::header_bit}, Kill{"swap.moved_aside", Fault::header_bit},
    Kill{"swap.renamed", Fault::header_bit}};

/// Why it was not as it ought to be; empty: it was.
Result<std::string> kill_and_mend(const Scene& scene, const Kill& kill, const Host& host) {
    MUSTER_TRY(const auto target, make_former(scene, std::string{kill.place}, kill.former));
    MUSTER_TRY(const auto former, sha256_of_file(target));
    MUSTER_TRY(const auto wanted, sha256_of_file(scene.given.artifact));
    MUSTER_TRY(const auto end,
               run_restore(scene, {"env", fmt::format("MUSTER_TEST_KILL_AT={}", kill.place)},
                           target, host));
    if (end.signal != SIGKILL)
        return fmt::format("it was not killed, but ended with {}: {}", end.exit_status.value_or(-1),
                           end.said);
    MUSTER_TRY(const auto intent, status_of(hidden_beside(target, swap_suffix)));
    if (!intent.exists) {
        MUSTER_TRY(const auto now, sha256_of_file(target));
        if (now != former && now != wanted) return "it left half a database"s;
    }
    RestoreStep again;
    again.backup = scene.given.artifact.string();
    again.target = target.string();
    again.force = true;
    again.verify = false;
    MUSTER_TRY(const auto mended, restore_backup(again, host));
    if (mended.found.empty()) return "the next restore says nothing of it"s;
    MUSTER_TRY(const auto now, sha256_of_file(target));
    return now == wanted ? ""s : "the next restore leaves another database"s;
}

}  // namespace

Result<Reaction> fill_disk(const FaultScene& given, const fs::path& folder, const Host& host) {
    const Scene scene{given, folder};
    Reaction out;
    MUSTER_TRY(const bool runs, has_program(scene));
    if (!runs) return Reaction{no_program(), {}, {}};
    MUSTER_TRY(const auto target, make_former(scene, "full", Fault::changed_row));
    MUSTER_TRY(const auto former, sha256_of_file(target));
    MUSTER_TRY(const auto artifact, status_of(scene.given.artifact));
    const auto limit = artifact.size.count / 2;
    const auto end = run_restore(
        scene, {"env", "--ignore-signal=XFSZ", "prlimit", fmt::format("--fsize={}", limit)}, target,
        host);
    if (!end && end.error().code != ErrorCode::not_found) return Failure(end.error());
    constexpr int first_of_env = 125;  // to 127: it, or prlimit, could not run the program
    if (!end || end->exit_status.value_or(0) >= first_of_env) {
        out.injection = Injection::none("no file can be limited here: " +
                                        (end ? end->said : end.error().message));
        return out;
    }
    out.injection = Injection::at(
        fmt::format("writing fails after {} of {} bytes of a file", limit, artifact.size.count));
    MUSTER_TRY(const auto now, sha256_of_file(target));
    if (now != former) {
        out.injection.told += "; the former database was changed";
    } else if (left_beside(target)) {
        out.injection.told += "; something was left beside the former database";
    } else {
        MUSTER_TRY(out.errors, told_by_run(scene));
    }
    return out;
}

Result<Reaction> kill_restore(const FaultScene& given, const fs::path& folder, const Host& host) {
    const Scene scene{given, folder};
    Reaction out;
    MUSTER_TRY(const bool runs, has_program(scene));
    if (!runs) return Reaction{no_program(), {}, {}};
    std::string places, missed;
    for (const auto& kill : kills) {
        MUSTER_TRY(const auto fault, kill_and_mend(scene, kill, host));
        places += fmt::format("{}{}", places.empty() ? "" : ", ", kill.place);
        if (!fault.empty()) missed += fmt::format("; at {}: {}", kill.place, fault);
    }
    out.injection = Injection::at(fmt::format("killed at {}{}", places, missed));
    if (missed.empty())
        out.findings.push_back(
            {"interrupted_restore", Severity::warning, Verdict::bad, scene.given.artifact.string(),
             "a killed restore was found, and finished or undone", "none",
             fmt::format("{} of {} kills", kills.size(), kills.size()), places, ""});
    return out;
}

}  // namespace muster
