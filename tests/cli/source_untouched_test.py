#!/usr/bin/env python3
"""Backup, plan and rehearsal leave a source as they found it, whatever state its last writer left.

Not one byte of the main file, -wal, -shm or -journal changes, no sidecar comes or goes; and what
is copied is every committed row, and no other.
"""
import os
import unittest
from pathlib import Path

from support.databases import Holder, change, crash_in_wal, crash_with_hot_journal, make, names, run_writer, sidecar, tree
from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: { near: { local: ../backups } }
targets: { shop: { sqlite: shop.db } }
protect: { always: { targets: [shop], stores: [near], verify: full } }
"""


class SourceUntouched(Case):
    """The database lies in a folder of its own, so that a listing shows whatever is made beside it."""

    def setUp(self):
        super().setUp()
        os.mkdir("live")
        os.mkdir("backups")
        Path("policy.yaml").write_text(POLICY.replace("../backups", "backups").replace("shop.db", "live/shop.db"))
        self.database = Path("live/shop.db")

    def look(self, beside):
        """The folder of the database, without the bytes of what a living process may change."""
        return {path: (what[0] if path not in beside else "present", *what[1:3], what[3] if path not in beside else 0)
                for path, what in tree("live").items()}

    def check(self, rows, changing=()):
        before = self.look(changing)
        self.assertIn("shop.db", before)
        commands = {
            "plan": ("plan", "policy.yaml"),
            "backup": ("backup", self.database, "copy.sqlite"),
            "backup that may not wait": ("backup", self.database, "other.sqlite", "--max-writer-pause", "50ms"),
            "restore-smoke": ("restore-smoke", self.database),
            "apply": ("apply", "policy.yaml"),
            "report": ("report", "policy.yaml"),
        }
        for name, words in commands.items():
            with self.subTest(name):
                self.passes(*words)
                self.assertEqual(self.look(changing), before)
        [stored] = Path("backups").rglob("*.sqlite")
        for artifact in ("copy.sqlite", "other.sqlite", stored):
            self.assertEqual(names(artifact), sorted(rows), artifact)
            self.assertEqual(sorted(each.name for each in Path(artifact).parent.glob(Path(artifact).name + "-*")), [])
        self.check_tidy()

    def test_crashed_in_wal_mode(self):
        make(self.database, ["old"], "WAL")
        crash_in_wal(self.database, ["in the log", "in the log too"])
        self.check(["old", "in the log", "in the log too"])

    def test_crashed_in_wal_mode_and_the_shm_is_gone(self):
        """As after a restart of the machine, or a copy of the folder."""
        make(self.database, ["old"], "WAL")
        crash_in_wal(self.database, ["in the log", "in the log too"])
        sidecar(self.database, "-shm").unlink()
        self.check(["old", "in the log", "in the log too"])

    def test_crashed_between_the_header_of_its_log_and_the_first_frame(self):
        """SQLite syncs the header before it writes a frame, so there is time to die."""
        make(self.database, ["one"], "WAL")
        run_writer(self.database, """
database.execute("PRAGMA cache_size = 5")
database.execute("BEGIN")
for i in range(40):
    insert("never committed")
os.truncate(sys.argv[1] + "-wal", 32)
die()
""")
        self.assertTrue(sidecar(self.database, "-shm").exists())
        self.check(["one"])

    def test_hot_journal(self):
        make(self.database, ["one", "two", "three"])
        crash_with_hot_journal(self.database)
        self.check(["one", "two", "three"])

    def test_wal_mode_without_sidecars(self):
        make(self.database, ["one", "two"], "WAL")
        self.assertEqual(os.listdir("live"), ["shop.db"])
        self.check(["one", "two"])

    def test_rollback_mode_at_rest(self):
        make(self.database, ["one", "two"])
        self.check(["one", "two"])

    def test_held_open_in_wal_mode(self):
        """The read marks in the -shm of a living database are not content."""
        make(self.database, ["one"], "WAL")
        with Holder(self.database, "insert('in the log')"):
            self.check(["one", "in the log"], changing=("shop.db-shm",))

    def test_held_open_in_wal_mode_by_an_open_transaction(self):
        make(self.database, ["one"], "WAL")
        with Holder(self.database, "insert('in the log'); database.execute('BEGIN'); insert('not committed')"):
            self.check(["one", "in the log"], changing=("shop.db-shm",))

    def test_held_open_in_rollback_mode_by_a_reserved_lock(self):
        """A journal beside a living writer is not hot: it must be neither rolled back nor copied."""
        make(self.database, ["one"])
        with Holder(self.database, "database.execute('BEGIN IMMEDIATE'); insert('not committed')"):
            self.assertTrue(sidecar(self.database, "-journal").exists())
            self.check(["one"])

    def test_in_a_folder_that_may_only_be_read(self):
        make(self.database, ["one"], "WAL")
        crash_in_wal(self.database, ["in the log"])
        os.chmod("live", 0o555)
        os.chmod(self.database, 0o444)
        self.addCleanup(os.chmod, self.folder / "live", 0o755)
        self.check(["one", "in the log"])


if __name__ == "__main__":
    unittest.main()
