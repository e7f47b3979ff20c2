#!/usr/bin/env python3
"""[EE-02] [ON-01] Databases out of the ordinary, in every format and by both methods: saved, verified, restored, equal."""
import os
import shutil
import sqlite3
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, family, sidecar
from support.muster import Case

FORMATS = ((), ("--compress", "gzip"), ("--compress", "zstd"), ("--compress", "zstd", "--encrypt", "file:key"))


def make(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


class Special(Case):
    def setUp(self):
        super().setUp()
        Path("key").write_text("7" * 64 + "\n")
        os.chmod("key", 0o600)

    def round_trips(self, database):
        """By each format and method: proven by one verify of them all, and restored to the same content."""
        before, expected = family(database), content(database)
        for method in ("online", "vacuum"):
            for number, words in enumerate(FORMATS):
                self.passes("backup", database, f"kept/{method}{number}.sqlite", "--method", method, *words)
        self.assertEqual(family(database), before)
        verified = self.passes("verify", "kept", "--depth", "deep", "--key", "file:key").document
        self.assertEqual(verified["summary"]["total_files"], 2 * len(FORMATS))
        self.assertTrue(verified["summary"]["all_valid"])
        for each in verified["files"]:
            wrong = [found for found in each["findings"] if found["verdict"] != "good"]
            self.assertEqual(wrong, [])
            self.passes("restore", each["path"], "--to", "back.db", "--key", "file:key")
            self.assertEqual(content("back.db"), expected)
            os.unlink("back.db")

    def test_pages_of_64_kib(self):
        make("a.db", "PRAGMA page_size = 65536", "CREATE TABLE t(a)", "INSERT INTO t VALUES(zeroblob(200000)), ('x')")
        self.round_trips("a.db")

    def test_no_tables(self):
        make("a.db", "VACUUM")
        self.assertGreater(Path("a.db").stat().st_size, 0)
        self.round_trips("a.db")

    def test_a_wal_larger_than_its_database(self):
        """As a crash leaves it: nothing of it is in the main file yet."""
        with closing(sqlite3.connect("live.db", isolation_level=None)) as database:
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t(a)",
                              "INSERT INTO t VALUES(hex(zeroblob(300000)))", "UPDATE t SET a = a || 'x'"):
                database.execute(statement)
            for suffix in ("", "-wal"):
                shutil.copy(sidecar("live.db", suffix), sidecar("a.db", suffix))
        self.assertGreater(sidecar("a.db", "-wal").stat().st_size, 10 * Path("a.db").stat().st_size)
        self.round_trips("a.db")

    def test_an_empty_wal(self):
        make("a.db", "PRAGMA journal_mode = WAL", "CREATE TABLE t(a)", "INSERT INTO t VALUES(1)")
        sidecar("a.db", "-wal").touch()
        self.round_trips("a.db")

    def test_utf_16_and_incremental_vacuum(self):
        make("a.db", "PRAGMA encoding = 'UTF-16be'", "PRAGMA auto_vacuum = INCREMENTAL", "CREATE TABLE t(a TEXT UNIQUE)",
             "INSERT INTO t VALUES('ä€𝄞'), (hex(zeroblob(30000)))", "CREATE TABLE gone(a)",
             "INSERT INTO gone VALUES(zeroblob(90000))", "DROP TABLE gone",
             "CREATE VIRTUAL TABLE words USING fts5(body)", "INSERT INTO words VALUES('one two')")
        self.round_trips("a.db")

    def test_a_file_without_a_page(self):
        """No backup is made of what may as well be a lost database, and the reason is told."""
        Path("a.db").touch()
        ran = self.muster("backup", "a.db", "kept/a.sqlite")
        self.assertEqual((ran.status, ran.trouble), (8, "not_a_database"), ran)
        self.assertIn("the file is empty (0 bytes)", ran.message)
        self.assertEqual(list(Path(".").rglob("*.sqlite*")), [])


if __name__ == "__main__":
    unittest.main()
