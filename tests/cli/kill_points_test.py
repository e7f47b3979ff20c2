#!/usr/bin/env python3
"""SIGKILL at every place of engine/base/kill_point.h, in each command that passes it.

What is left is the old or the new state; the next run of the same command succeeds, says what it
found and leaves nothing of the dead run but its record.
"""
import itertools
import multiprocessing
import re
import sqlite3
import traceback
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, crash_in_wal, family, make, change, sidecar
from support.muster import KILLED, SOURCE, Case, leftovers

HEADER = (SOURCE / "engine/base/kill_point.h").read_text()
PLACES = re.findall(r'^\s*"([a-z._]+)",$', HEADER, re.MULTILINE)

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets:
  shop: { sqlite: shop.db }
protect:
  always: { targets: [shop], stores: [near], verify: full, keep: { last: 1 } }
drills:
  smoke: { scenario: restore-smoke, targets: [shop] }
"""


def snapshots(folder):
    return sorted(path for path in Path(folder).rglob("*.sqlite*") if path.suffix in (".sqlite", ".sqlite3"))


def rows_of(database):
    with closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as connection:
        return sorted(name for (name,) in connection.execute("SELECT name FROM item"))


class Apply:
    """A policy run that copies, verifies, prunes the former snapshot and rehearses."""
    words = ("apply", "policy.yaml")
    old, new = ["one", "two"], ["one", "three", "two"]

    def prepare(self, case):
        Path("policy.yaml").write_text(POLICY)
        make("shop.db", self.old)
        case.passes(*self.words)
        change("shop.db", ["three"])
        self.source = family("shop.db")

    def check_killed(self, case):
        case.assertEqual(family("shop.db"), self.source, "the source has changed")
        whole = check_store(case, "backups")
        for snapshot in whole:
            case.assertIn(rows_of(snapshot), (self.old, self.new), snapshot)
        case.assertTrue(whole, "no snapshot is left that may be restored")

    def check_next(self, case, record):
        case.assertEqual(family("shop.db"), self.source, "the source has changed")
        # One that the killed run stored and did not prove counts for no rule until this run has proven it.
        kept = [rows_of(each) for each in check_store(case, "backups")]
        case.assertIn(kept, ([self.new], [self.new, self.new]))

    def check_settled(self, case):
        case.assertEqual([rows_of(each) for each in check_store(case, "backups")], [self.new], "keep last 1")


class BackupOver:
    """backup --force over an existing artifact."""
    words = ("backup", "shop.db", "kept.sqlite", "--force")
    old, new = ["one", "two"], ["one", "three", "two"]

    def prepare(self, case):
        make("shop.db", self.old)
        case.passes("backup", "shop.db", "kept.sqlite")
        change("shop.db", ["three"])
        self.source = family("shop.db")

    def check_killed(self, case):
        case.assertEqual(family("shop.db"), self.source, "the source has changed")
        check_store(case, ".")
        case.assertIn(rows_of("kept.sqlite"), (self.old, self.new))

    def check_next(self, case, record):
        case.assertEqual(family("shop.db"), self.source, "the source has changed")
        case.assertEqual([(each.name, rows_of(each)) for each in check_store(case, ".")], [("kept.sqlite", self.new)])


class RestoreOverLog:
    """restore over a database whose writer died and left rows in the -wal alone."""
    words = ("restore", "kept.sqlite", "--to", "shop.db", "--force")

    def prepare(self, case):
        make("shop.db", ["one"], "WAL")
        case.passes("backup", "shop.db", "kept.sqlite")
        crash_in_wal("shop.db", ["in the log"])
        self.old, self.new = content("shop.db"), content("kept.sqlite")
        case.assertNotEqual(self.old, self.new)

    def check_killed(self, case):
        case.assertIn(content("shop.db"), (self.old, self.new), "neither the old nor the new database")
        check_store(case, ".")

    def check_next(self, case, record):
        case.assertEqual(content("shop.db"), self.new)
        safety = [each for each in check_store(case, ".") if ".pre-restore-" in each.name]
        case.assertIn(self.old, [content(each) for each in safety], "no safety copy holds the rows of the log")


class RestoreOverDamage:
    """restore over a file that is no database any more: its files are set aside as they are."""
    words = ("restore", "kept.sqlite", "--to", "shop.db", "--force")

    def prepare(self, case):
        make("shop.db", ["one"], "WAL")
        case.passes("backup", "shop.db", "kept.sqlite")
        crash_in_wal("shop.db", ["in the log"])
        with open("shop.db", "r+b") as file:
            file.write(b"overwritten" * 20)
        self.old, self.new = family("shop.db"), content("kept.sqlite")

    def is_new(self):
        return Path("shop.db").read_bytes()[:6] == b"SQLite" and content("shop.db") == self.new

    def check_killed(self, case):
        intended = Path(".shop.db.muster-swap").exists()
        if not intended:
            case.assertTrue(self.is_new() or family("shop.db") == self.old, "neither the old nor the new database")
        check_store(case, ".")

    def check_next(self, case, record):
        case.assertTrue(self.is_new())
        case.assertEqual([sidecar("shop.db", each).exists() for each in ("-wal", "-journal")], [False, False])
        aside = [path for path in Path(".").glob("shop.db.set-aside-*") if not path.name.endswith(("-wal", "-shm"))]
        case.assertIn(self.old, [family(each) for each in aside], "the damaged files were not kept as they were")


class RestoreInPlace(RestoreOverLog):
    """restore into the file of a database that keeps a rollback journal."""
    words = (*RestoreOverLog.words, "--in-place")

    def prepare(self, case):
        make("shop.db", ["one"])
        case.passes("backup", "shop.db", "kept.sqlite")
        change("shop.db", ["later"])
        self.old, self.new = content("shop.db"), content("kept.sqlite")
        case.assertNotEqual(self.old, self.new)

    def check_next(self, case, record):
        super().check_next(case, record)
        case.assertFalse(sidecar("shop.db", "-journal").exists())


class Compact:
    """compact of a database of which much is free."""
    words = ("compact", "shop.db")

    def prepare(self, case):
        make("shop.db", [f"row {number}" for number in range(60)])
        with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
            connection.execute("DELETE FROM item WHERE id > 5")
        self.rows, self.bytes = content("shop.db"), Path("shop.db").stat().st_size

    def check_killed(self, case):
        case.assertEqual(content("shop.db"), self.rows)

    def check_next(self, case, record):
        case.assertEqual(content("shop.db"), self.rows)
        case.assertLess(Path("shop.db").stat().st_size, self.bytes)
        case.assertFalse(sidecar("shop.db", "-journal").exists())


class RepairSafe:
    """repair-safe of a database with a wrong count: a snapshot beside it, then one transaction."""
    words = ("repair-safe", "policy.yaml")

    def prepare(self, case):
        Path("policy.yaml").write_text(POLICY.replace("{ sqlite: shop.db }", """
    sqlite: shop.db
    checks:
      - { name: no-debt, sql: SELECT count(*) FROM item WHERE name = 'debt', expect: 0,
          repair: { safe: true, sql: UPDATE item SET name = 'paid' WHERE name = 'debt' } }"""))
        make("shop.db", ["one", "debt"])
        self.old, self.new = ["debt", "one"], ["one", "paid"]

    def rows(self):
        with closing(sqlite3.connect("shop.db")) as connection:
            return sorted(name for (name,) in connection.execute("SELECT name FROM item"))

    def check_killed(self, case):
        case.assertIn(self.rows(), (self.old, self.new))
        check_store(case, ".")

    def check_next(self, case, record):
        case.assertEqual(self.rows(), self.new)
        safety = [rows_of(each) for each in check_store(case, ".")]
        case.assertTrue(safety and all(rows == self.old for rows in safety), safety)


def check_store(case, folder):
    """The snapshots that may be restored; every other one calls itself unfinished."""
    whole = []
    for manifest in Path(folder).rglob("*.manifest.json"):
        if not manifest.name.startswith("."):
            case.assertTrue(Path(str(manifest)[:-len(".manifest.json")]).exists(), f"{manifest} describes nothing")
    for artifact in snapshots(folder):
        seen = case.muster("inspect", artifact)
        if seen.status == 0:
            case.assertEqual(seen.document["state"], "complete", seen)
            whole.append(artifact)
        else:
            case.assertEqual((seen.status, seen.document["state"]), (7, "unfinished"), seen)
    return whole


class Round(Case):
    """One command, killed at one place, and run again."""

    def play(self, command, place):
        """Whether the command passes the place."""
        command.prepare(self)
        before = len(self.records)
        killed = self.muster(*command.words, kill_at=place)
        if killed.status == 0:
            return False
        self.assertEqual(killed.status, KILLED, killed)
        self.check_journals(cut_last_line=True)
        command.check_killed(self)
        left = [each for each in leftovers(".") if not each.endswith(".muster-claim")]

        after = self.passes(*command.words)
        self.check_journals()
        self.check_chain()
        self.check_tidy()
        command.check_next(self, after.document)
        self.check_record_of_the_dead(killed, before)
        self.check_what_was_found(after, left)
        again = self.passes(*command.words)
        self.assertEqual(again.document["found"], [], "the run after that finds something more")
        if hasattr(command, "check_settled"):
            command.check_settled(self)
        return True

    def check_record_of_the_dead(self, killed, before):
        records = self.records
        self.assertEqual(len(records), before + 2)
        dead, alive = records[before:]
        self.assertEqual((dead["status"], dead["exit_status"], dead["trouble"]["code"]), ("died", 137, "died"))
        self.assertEqual(dead["head"]["command"][:len(killed.words) + 1], ["muster", *killed.words])
        self.assertEqual(alive["status"], "completed")

    def check_what_was_found(self, ran, left):
        found = ran.document["found"]
        self.assertTrue(any("was killed" in each for each in found), ran)
        for note in found:
            self.assertIn(note, ran.out, "a note that people do not see")
        for path in left:
            name = Path(path).name
            if "/sandboxes/" in path or "/scratch/" in path:
                self.assertTrue(any(str(Path(path).parent) in each for each in found), f"{path} was removed without a word:\n{ran}")
            elif ".muster-" in name:
                about = re.sub(r"^\.(.*)\.muster-[a-z]+$", r"\1", name)
                self.assertTrue(any(about in each for each in found), f"nothing is said about {path}:\n{ran}")


COMMANDS = {each.__name__: each for each in (Apply, BackupOver, RestoreOverLog, RestoreOverDamage, RestoreInPlace, Compact, RepairSafe)}


def play(top, name, place):
    """Whether the place was passed, and what went wrong."""
    one = Round()
    one.enter(f"{top}/{name}-{place}")
    try:
        return one.play(COMMANDS[name](), place), None
    except Exception:
        return None, traceback.format_exc()


class KillPoints(Case):
    def test_every_place(self):
        self.assertGreater(len(PLACES), 10, "the table of places could not be read from the header")
        self.assertEqual(len(PLACES), int(re.search(r"string_view, (\d+)>", HEADER).group(1)))
        rounds = list(itertools.product([str(self.folder)], COMMANDS, PLACES))
        # Most of a round is waiting for the disk, and for the next second to name a snapshot after.
        with multiprocessing.get_context("fork").Pool(8) as pool:
            played = pool.starmap(play, rounds)
        for (_, name, place), (_, fault) in zip(rounds, played):
            with self.subTest(command=name, place=place):
                if fault:
                    self.fail(fault)
        passed = {place for (_, _, place), (reached, _) in zip(rounds, played) if reached is not False}
        self.assertEqual(set(PLACES) - passed, set(), "no command passes these places")
        for name in COMMANDS:
            self.assertTrue(any(reached for (_, each, _), (reached, _) in zip(rounds, played) if each == name), f"{name} was never killed")


if __name__ == "__main__":
    unittest.main()
