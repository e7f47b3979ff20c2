#include "engine/model/finding_codes.h"

#include <fmt/format.h>

namespace muster {

const std::vector<FindingRow>& finding_table() {
    static const std::vector<FindingRow> table{
        {"check", "database",
         "a question of the policy has another answer than it expects, or none",
         "rows were lost, or changed by a fault of the application; or the question is wrong",
         "compare with an older snapshot; where the policy has a safe repair: 'muster repair-safe'"},
        {"compaction_recommended", "database", "much of the file holds nothing",
         "rows were deleted, and SQLite keeps their pages for later ones",
         "'muster compact', or 'muster compact-recommended' for a fleet"},
        {"crashed_writer", "database", "a log or a journal is left that nobody folded in",
         "the last writer was killed, or the power failed",
         "start the application, or open it once with sqlite3: SQLite recovers it"},
        {"foreign_keys", "database", "rows name a parent that does not exist",
         "SQLite enforces foreign keys only where each connection asks for it",
         "add the parents or remove the rows; PRAGMA foreign_key_check lists them"},
        {"full_text", "database", "a full-text index does not fit itself",
         "pages were damaged, or a program wrote to its tables",
         "INSERT INTO t(t) VALUES('rebuild') where its text is sound; else restore"},
        {"integrity", "database", "SQLite's own check finds damage: pages, indexes or rows",
         "a failing disk, a copy made while somebody wrote, a file written past SQLite",
         "restore the newest proven snapshot: 'muster restore'"},
        {"page_census", "database", "a page belongs to nothing, or to two things",
         "damage that SQLite's own check does not look for",
         "restore the newest proven snapshot: 'muster restore'"},
        {"readable", "database", "it cannot be opened or copied, or is no database",
         "it is cut off, overwritten, gone, locked, or not permitted to read",
         "check the path and who may read it; restore it where it was a database"},
        {"rtree", "database", "an R-tree index does not fit itself",
         "pages were damaged, or a program wrote to its tables",
         "rebuild the table from its rows, or restore"},
        {"virtual_table", "database", "a virtual table does not answer",
         "its module is not here (unchecked), or its tables are damaged",
         "check it with the program that brings the module"},
        {"wal_large", "database", "its log has grown far beyond its checkpoints",
         "a reader that never ends, or an application that never checkpoints",
         "end long transactions; PRAGMA wal_checkpoint(TRUNCATE) folds the log in"},

        {"age", "backup", "it is older than it may be, or dated in the future",
         "backups have stopped, or a clock was wrong", "see why no newer one was taken"},
        {"checksum", "backup", "its bytes are not those that its manifest tells",
         "bytes have rotted, or the file was cut off or replaced",
         "take another snapshot; compare with another copy of the store"},
        {"checksum_file", "backup", "the .sha256 file beside it tells another digest",
         "one of the two was changed or copied alone", "make it anew from a backup that verifies"},
        {"content", "backup", "it cannot be decoded or decrypted to what was stored",
         "bytes have rotted, or it was sealed with another key",
         "take another snapshot; give the right key with --key"},
        {"former", "backup", "all was stored instead of what changed",
         "the snapshot that it would have been told by is lost, damaged or locked away",
         "look at that one: the reason names it"},
        {"key", "backup", "it is sealed, and no key that was given opens it",
         "the key was rotated or not given", "--key, or decrypt in the policy"},
        {"kind", "backup", "a full one was taken where changes were asked for",
         "there is no former one, or none that may be used",
         "nothing: the next one can be told by this one"},
        {"manifest", "backup", "its manifest is missing, unreadable, or an intent without an end",
         "the run that wrote it died, or files were copied without their manifest",
         "take another backup into that folder; what died is finished or undone"},
        {"none_found", "backup", "a directory holds no backup", "a wrong path, or none was taken",
         "check the path, and when the last one was taken"},
        {"reference", "backup", "a snapshot that it is told by is missing or another one",
         "files of a chain were removed or replaced by hand",
         "bring that one back from another copy; take a full snapshot"},
        {"schema_version", "backup", "its schema is newer than supported",
         "a newer release of the application wrote it", "restore with that release"},
        {"size", "backup", "it is smaller or larger than it may be",
         "rows were lost, or the limits are outdated", "compare with the backups before it"},
        {"tool_version", "backup", "a newer major version of muster wrote it",
         "an older muster is installed here", "use that version or a later one"},
        {"volume_id", "backup", "it is of another volume than the one that is meant",
         "backups of several databases lie in one folder, or a manifest was copied",
         "choose a backup of this one; 'muster snapshots' lists them"},

        {"holders", "restore", "processes hold the database open", "the application runs",
         "stop it, restart it afterwards, or restore --in-place"},
        {"in_place", "restore", "the database does not hold what was written into it",
         "somebody wrote meanwhile, or the disk fails", "restore again without --in-place"},
        {"interrupted_restore", "restore", "a killed restore was found, and finished or undone",
         "it was killed, or the machine went down", "nothing: the database is whole"},
        {"legacy", "restore", "a backup without a manifest was chosen",
         "it was taken by another tool", "nothing vouches for its bytes: look at it first"},
        {"newer_legacy", "restore", "a newer backup without a manifest was passed over",
         "another tool takes backups into the same folder", "name it where it is meant"},
        {"opens", "restore", "what was restored cannot be opened",
         "the disk fails, or the backup is bad", "restore an older proven snapshot"},
        {"owner", "restore", "what was restored has another owner or mode than it ought to",
         "it was restored by a user who may not give files away, or changed since",
         "chown and chmod it as the finding says"},
        {"passed_over", "restore", "a newer snapshot was not chosen", "the reason names it",
         "mend that, or name the snapshot with --id"},
        {"pick", "restore", "says which snapshot was chosen, and why", "nothing is wrong",
         "nothing"},
        {"unproven", "restore", "what is restored has no valid proof",
         "its proof expired, or it was never read back", "'muster apply POLICY --only verify'"},
        {"volume", "restore", "it is a backup of another database than the target",
         "a wrong path, or a renamed database", "check both, then --force"},

        {"not_available", "promise", "the policy asks for what this version cannot do",
         "the policy is ahead of the program", "leave it out, or use a later version"},
        {"proof", "promise", "no snapshot has a proof that still counts",
         "no backup was taken, or none was read back in time", "'muster apply POLICY'"},
        {"proof_expiring", "promise", "a proof expires before the next one is due",
         "verification is rarer than proof_expires",
         "verify more often, or let proofs last longer"},
        {"read_again", "promise", "bytes of snapshots were not read for longer than promised",
         "runs are rarer than read_all_within needs",
         "'muster apply POLICY --only verify', or a longer read_all_within"},
        {"rpo", "promise", "the newest usable snapshot is older than the objective",
         "backups failed, or are too rare", "'muster apply POLICY'; see why the last one failed"},
        {"rpo_at_risk", "promise", "the schedule itself may miss the objective",
         "the longest gap between two runs is longer than the RPO",
         "run more often, or set the RPO to what is meant"},
        {"snapshot", "promise", "a snapshot is broken, unfinished, bad or dated in the future",
         "the detail says which", "take another one; pins and other snapshots stay"},
        {"store", "promise", "a store cannot be listed or written",
         "it is not mounted, or not permitted", "mount it, correct its path or its owner"},
        {"target", "promise", "a target cannot be backed up",
         "it is gone, locked, empty or not permitted", "the reason names the remedy"},

        {"cleanup", "drill", "the sandbox of a drill was not removed",
         "its files are held, or not permitted to remove", "remove it by hand"},
        {"damage", "drill", "the damage that a drill made was not noticed",
         "the comparison is blind: this is a fault of muster", "report it"},
        {"drill", "drill", "the last rehearsal failed",
         "what was restored is not what it ought to be",
         "look at its record, then 'muster drill POLICY'"},
        {"drill_overdue", "drill", "a rehearsal was not made when it was due",
         "runs have stopped, or none was made yet", "'muster drill POLICY'"},
        {"equality", "drill", "what was restored differs from what was backed up",
         "the backup or the restore lost something",
         "do not trust this backup; look at the tables named"},
        {"health", "drill", "the restored copy is damaged",
         "the backup was taken of a damaged database", "restore an older proven snapshot"},
        {"restore", "drill", "the rehearsed restore failed", "the reason names it",
         "as the reason says"},
        {"rto", "drill", "a restore takes longer than the objective",
         "the database has grown, or the store is slow",
         "a faster store, or an objective that can be met"},
        {"same_content", "drill", "the restored file has other bytes than were backed up",
         "the disk fails, or somebody wrote to it meanwhile",
         "restore again; look at the disk it was restored to"},

        {"chain", "run", "records are missing, changed or in another order",
         "somebody edited or removed files of the state directory",
         "compare the state directory with a copy of it"},
        {"run", "run", "a run never ended", "it was killed, or the machine went down",
         "the next run finishes or undoes what it left, and says so"},
        {"system_fault", "run", "the operating system refused something, and SQLite went on",
         "a failing or full disk", "look at the disk"},
    };
    return table;
}

std::string findings_page() {
    std::string out =
        "# Findings\n\n"
        "A finding is a verdict about data: `good`, `bad`, or `unchecked` where it could not be looked at. Its `code` says what was "
        "looked at, and stays the same from version to version; monitoring may rely on it. A bad one with severity `error` makes a "
        "command end with exit status 4; `warning` and `info` do not. The remedy for the case at hand stands in `next`.\n\n"
        "A file that `verify` could not read at all has the name of the error for its code (`not_found`, `permission_denied`, …).\n\n"
        "This page is made by `muster schema findings --reference`.\n";
    std::string_view about;
    for (const auto& row : finding_table()) {
        if (row.about != about)
            out += fmt::format(
                "\n## About a {}\n\n| code | bad | usual cause | remedy |\n|---|---|---|---|\n",
                row.about);
        about = row.about;
        out += fmt::format("| `{}` | {} | {} | {} |\n", row.code, row.bad, row.cause, row.remedy);
    }
    return out;
}

}  // namespace muster
