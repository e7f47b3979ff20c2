#include "engine/snapshot/swap.h"

#include <fmt/format.h>

#include "engine/base/kill_point.h"
#include "engine/codec/documents.h"
#include "engine/model/swap_intent.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/same_pages.h"
#include "engine/sqlite/connection.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

constexpr Duration lock_wait = std::chrono::seconds{5};
constexpr Bytes intent_limit{std::uint64_t{1} << 16U};

Result<bool> is_there(const fs::path& path) {
    std::error_code error;
    const auto status = fs::symlink_status(path, error);
    if (error && status.type() != fs::file_type::not_found)
        return Failure(system_error(error.value(), "examine", path));
    return fs::exists(status);
}

Result<> move_if_there(const fs::path& from, const fs::path& to) {
    MUSTER_TRY(const bool there, is_there(from));
    if (!there) return {};
    return rename_durably(from, to, Replace::no);
}

/// A name that no file of a database has yet: somebody may have made a new database between a kill
/// and now.
Result<fs::path> free_family(const fs::path& wanted) {
    for (int count = 2;; ++count) {
        const auto name =
            count == 2 ? wanted : fs::path{fmt::format("{}-{}", wanted.string(), count)};
        MUSTER_TRY(const bool taken, is_there(name));
        if (!taken) return name;
    }
}

/// The main file of what is staged moves last: while it is there the swap has not happened.
Result<> try_carry_out(const SwapIntent& intent) {
    MUSTER_TRY(const bool former, is_there(intent.target));
    MUSTER_TRY(const auto aside, former ? free_family(intent.set_aside)
                                        : Result<fs::path>{fs::path{intent.set_aside}});
    // Sidecars first: a main file set aside without its -wal would look whole and lack committed
    // rows.
    for (const auto suffix : sqlite_sidecars)
        MUSTER_CHECK(move_if_there(sidecar(intent.target, suffix), sidecar(aside, suffix)));
    MUSTER_CHECK(move_if_there(intent.target, aside));
    kill_point("swap.moved_aside");
    for (const auto suffix : sqlite_sidecars)
        MUSTER_CHECK(move_if_there(sidecar(intent.staged, suffix), sidecar(intent.target, suffix)));
    MUSTER_CHECK(rename_durably(intent.staged, intent.target, Replace::no));
    kill_point("swap.renamed");
    return remove_durably(hidden_beside(intent.target, swap_suffix));
}

/// An application that comes back between the two renames makes a new, empty database: that one is
/// set aside too.
Result<> carry_out(const SwapIntent& intent) {
    constexpr int most_tries = 100;
    for (int tries = 1;; ++tries) {
        auto done = try_carry_out(intent);
        if (done || done.error().code != ErrorCode::target_exists || tries == most_tries)
            return done;
    }
}

Result<> swap_under_intent(const SwapIntent& intent) {
    MUSTER_TRY(const auto text, to_document(intent));
    MUSTER_CHECK(write_durably(hidden_beside(intent.target, swap_suffix), text));
    kill_point("swap.intent_written");
    return carry_out(intent);
}

enum class Folded { yes, no };

/// Folds the database at `target` and renames `staged` over it, both under one exclusive lock. Not
/// when it is damaged, held, or no longer what the safety copy holds.
Result<Folded> fold_and_rename(const fs::path& staged, const fs::path& target,
                               const fs::path& safety_copy) {
    const auto not_folded = [](const Error& error) -> Result<Folded> {
        using enum ErrorCode;
        const bool expected =
            error.code == exclusive_holder || error.code == damaged || error.code == not_a_database;
        return expected ? Result<Folded>{Folded::no} : Failure(error);
    };
    // Opened before the connection and closed after it: closing it would drop the connection's
    // locks.
    MUSTER_TRY(const auto main_file, File::open_read(target));
    auto connection = Connection::open(target, OpenMode::read_write, lock_wait);
    if (!connection) return not_folded(connection.error());
    const auto busy = connection->query_value("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!busy) return not_folded(busy.error());
    if (busy->value_or("0") != "0") return Folded::no;
    const auto mode = connection->query_value("PRAGMA journal_mode=DELETE");
    if (!mode) return not_folded(mode.error());
    if (mode->value_or("") != "delete") return Folded::no;
    if (const auto locked = connection->run("BEGIN EXCLUSIVE"); !locked)
        return not_folded(locked.error());
    kill_point("swap.folded");
    MUSTER_TRY(const bool copied, same_pages(main_file, safety_copy));
    if (!copied) return Folded::no;
    MUSTER_CHECK(rename_durably(staged, target, Replace::yes));
    kill_point("swap.renamed");
    MUSTER_CHECK(connection->run("ROLLBACK"));
    return Folded::yes;
}

Result<bool> any_file_of(const fs::path& target) {
    MUSTER_TRY(bool found, is_there(target));
    for (const auto suffix : sqlite_sidecars) {
        MUSTER_TRY(const bool there, is_there(sidecar(target, suffix)));
        found = found || there;
    }
    return found;
}

}  // namespace

Result<std::string> swap_in(const fs::path& staged, const fs::path& target,
                            const fs::path& safety_copy, Time now) {
    MUSTER_TRY(const bool former, is_there(target));
    const SwapIntent intent{target.string(), staged.string(),
                            fmt::format("{}.set-aside-{}", target.string(), file_stamp(now))};
    if (!former) {
        MUSTER_TRY(const bool leftovers, any_file_of(target));
        if (leftovers) {
            MUSTER_CHECK(swap_under_intent(intent));
            return intent.set_aside;
        }
        MUSTER_CHECK(rename_durably(staged, target, Replace::no));
        kill_point("swap.renamed");
        return std::string{};
    }
    if (!safety_copy.empty()) {
        MUSTER_TRY(const auto folded, fold_and_rename(staged, target, safety_copy));
        if (folded == Folded::yes) return std::string{};
    }
    MUSTER_CHECK(swap_under_intent(intent));
    return intent.set_aside;
}

Result<> swap_back(const fs::path& set_aside, const fs::path& target, const fs::path& rejected) {
    return swap_under_intent({target.string(), set_aside.string(), rejected.string()});
}

Result<std::optional<std::string>> finish_swap(const fs::path& target) {
    const auto intent_file = hidden_beside(target, swap_suffix),
               staged = hidden_beside(target, staged_suffix);
    MUSTER_TRY(const bool intended, is_there(intent_file));
    if (intended) {
        MUSTER_TRY(const auto text, read_text(intent_file, intent_limit));
        const auto intent = from_json<SwapIntent>(text, intent_file.string());
        if (!intent.value)
            return fail(
                ErrorCode::unfinished_snapshot,
                "a restore was killed, and its intent cannot be read: " +
                    text_of(intent.problems.front()),
                "look at the files beside it, put the right database in place, and remove it");
        MUSTER_TRY(const bool waiting, is_there(intent.value->staged));
        const auto aside = fmt::format("; what was there before is at {}", intent.value->set_aside);
        if (!waiting) {
            MUSTER_TRY(const bool arrived, is_there(target));
            if (!arrived)
                return fail(
                    ErrorCode::unfinished_snapshot,
                    fmt::format("a restore of {} was killed, and neither it nor {} is there",
                                target.string(), intent.value->staged),
                    fmt::format("put the right database in place, and remove {}",
                                intent_file.string()));
            MUSTER_CHECK(remove_durably(intent_file));
            return std::optional{
                fmt::format("a killed restore of {} had finished; only its intent was left{}",
                            target.string(), aside)};
        }
        MUSTER_CHECK(carry_out(*intent.value));
        const bool forward = intent.value->staged == staged.string();
        return std::optional{fmt::format("finished {} {} that was killed in the middle{}",
                                         forward ? "the restore of" : "taking back the restore of",
                                         target.string(), aside)};
    }
    MUSTER_TRY(const bool begun, is_there(staged));
    if (!begun) return std::optional<std::string>{};
    MUSTER_CHECK(remove_durably(staged));
    return std::optional{
        fmt::format("removed what a killed restore of {} had staged; the database is as it was",
                    target.string())};
}

}  // namespace muster
