#!/usr/bin/env python3
"""[VV-01] Databases past the lock page at 1 GiB and over 4 GiB, where offsets no longer fit into 32 bits: saved in each
format, verified to the last page, restored, and equal to their source byte for byte or table for table."""
import os
import shutil
import sqlite3
import subprocess
import unittest
from contextlib import closing

from support.databases import make_big, run_writer
from support.formats import FORMATS, write_key
from support.muster import Case

LOCK_BYTE = 1 << 30


class Large(Case):
    def setUp(self):
        super().setUp()
        write_key()

    def restores(self, database, *words):
        """From a backup to "back.db"; what muster calls good SQLite does too."""
        self.passes("backup", database, "kept/copy.sqlite", *words)
        found = self.passes("verify", "kept", "--depth", "deep", "--key", "file:key").document
        self.assertTrue(found["summary"]["all_valid"], found)
        self.passes("restore", found["files"][0]["path"], "--to", "back.db", "--key", "file:key")
        shutil.rmtree("kept")
        with closing(sqlite3.connect("back.db")) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))

    def same_rows(self, one, other):
        with closing(sqlite3.connect(one)) as database:
            database.execute("ATTACH ? AS other", (other,))
            different = "SELECT count(*) FROM main.block a FULL JOIN other.block b ON a.id = b.id WHERE a.body IS NOT b.body"
            self.assertEqual(database.execute(different).fetchone(), (0,))

    def round_trips(self, database, methods):
        for method in methods:
            for words in FORMATS:
                with self.subTest(method=method, format=words):
                    self.restores(database, "--method", method, *words)
                    if method == "online":
                        subprocess.run(["cmp", database, "back.db"], check=True)
                    else:
                        self.same_rows(database, "back.db")
                    os.unlink("back.db")

    def test_past_the_lock_page(self):
        make_big("big.db", 1100, "DELETE")
        self.assertGreater(os.path.getsize("big.db"), LOCK_BYTE)
        self.round_trips("big.db", ("online", "vacuum"))

    def test_ending_at_the_lock_page(self):
        """The page before it is the last, it would be the next, and the one behind it is the last."""
        make_big("big.db", 1047, "DELETE")
        pages = LOCK_BYTE // 4096
        with closing(sqlite3.connect("big.db", isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = OFF")
            for wanted in (pages, pages + 2):
                while database.execute("PRAGMA page_count").fetchone()[0] < wanted:
                    database.execute("INSERT INTO block(body) VALUES(zeroblob(3000))")
                self.assertEqual(database.execute("PRAGMA page_count").fetchone(), (wanted,))
                self.round_trips("big.db", ("online",))

    def test_over_4_gib(self):
        make_big("big.db", 4400, "DELETE")
        self.assertGreater(os.path.getsize("big.db"), 1 << 32)
        self.round_trips("big.db", ("online",))

    def test_over_4_gib_in_the_log(self):
        """As a crash leaves it: a log larger than 4 GiB, and nothing in the database beside it."""
        run_writer("crashed.db", """
for statement in ("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "PRAGMA synchronous = OFF",
                  "CREATE TABLE block(id INTEGER PRIMARY KEY, body BLOB)"):
    database.execute(statement)
for number in range(4400):
    database.execute("INSERT INTO block(body) VALUES(?)", (os.urandom(1 << 10) * 1000,))
die()
""")
        self.assertGreater(os.path.getsize("crashed.db-wal"), 1 << 32)
        self.restores("crashed.db", "--compress", "zstd")
        self.same_rows("crashed.db", "back.db")


if __name__ == "__main__":
    unittest.main()
