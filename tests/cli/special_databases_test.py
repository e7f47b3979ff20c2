#!/usr/bin/env python3
"""[EE-02] [ON-01] Databases out of the ordinary, in every format and by both methods: saved, verified, restored, equal."""
import os
import shutil
import sqlite3
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, crash_in_wal, crash_with_hot_journal, family, names, sidecar
from support.databases import make as make_items
from support.formats import FORMATS, write_key
from support.mounts import make_read_only, mount_disk
from support.muster import Case


def make(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")


class Special(Case):
    def setUp(self):
        super().setUp()
        write_key()

    def round_trips(self, database, formats=FORMATS):
        """By both methods in each of the formats: proven by one verify of them all, and restored to the same content."""
        before, expected = family(database), content(database)
        for method in ("online", "vacuum"):
            for number, words in enumerate(formats):
                self.passes("backup", database, f"kept/{method}{number}.sqlite", "--method", method, *words)
        self.assertEqual(family(database), before)
        verified = self.passes("verify", "kept", "--depth", "deep", "--key", "file:key").document
        self.assertEqual(verified["summary"]["total_files"], 2 * len(formats))
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

    def test_every_page_size_with_every_kind_of_table(self):
        encodings, vacuums = ("UTF-8", "UTF-16le", "UTF-16be"), ("NONE", "FULL", "INCREMENTAL")
        for number, size in enumerate(1 << bits for bits in range(9, 17)):
            with self.subTest(page_size=size):
                name = f"of-{size}.db"
                make(name, f"PRAGMA page_size = {size}", f"PRAGMA encoding = '{encodings[number % 3]}'",
                     f"PRAGMA auto_vacuum = {vacuums[number // 3]}",
                     "CREATE TABLE plain(id INTEGER PRIMARY KEY, a TEXT, b BLOB, twice INT AS (id * 2) STORED, thrice INT AS (id * 3))",
                     "CREATE INDEX part ON plain(a COLLATE NOCASE) WHERE id > 10", "CREATE INDEX worked_out ON plain(length(b))",
                     "CREATE TABLE keyed(k TEXT, n INT, PRIMARY KEY(k, n)) WITHOUT ROWID",
                     "CREATE TABLE exact(id INTEGER PRIMARY KEY, r REAL, t TEXT NOT NULL, a ANY) STRICT",
                     "CREATE VIRTUAL TABLE words USING fts5(body)", "CREATE VIRTUAL TABLE old_words USING fts4(body)",
                     "CREATE VIRTUAL TABLE place USING rtree(id, west, east)", "CREATE VIEW both AS SELECT a FROM plain UNION SELECT k FROM keyed",
                     "CREATE TRIGGER follow AFTER DELETE ON plain BEGIN INSERT INTO keyed VALUES(old.a, old.id); END",
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO plain(a, b) SELECT 'Größe ' || i, zeroblob(i * 9) FROM n",
                     "INSERT INTO exact SELECT id, id / 7.0, a, b FROM plain", "INSERT INTO words SELECT a FROM plain",
                     "INSERT INTO old_words SELECT a FROM plain", "INSERT INTO place SELECT id, id, id + 1 FROM plain",
                     "DELETE FROM plain WHERE id % 3 = 0", "PRAGMA user_version = 7", "PRAGMA application_id = 77")
                self.round_trips(name, [FORMATS[number % len(FORMATS)]])
                shutil.rmtree("kept")

    def test_a_hot_journal(self):
        """What the crashed transaction wrote is in the main file; the copy holds what was committed."""
        crash_with_hot_journal(make_items("a.db"))
        self.assertEqual(names("a.db"), ["one", "two"])
        self.round_trips("a.db")

    def test_a_database_that_others_are_attached_to(self):
        """Transactions over two files: each is saved as it stood between two of them."""
        with closing(sqlite3.connect("a.db", isolation_level=None)) as database:
            for statement in ("ATTACH 'b.db' AS b", "CREATE TABLE t(a)", "CREATE TABLE b.t(a)", "BEGIN",
                              "INSERT INTO t VALUES(1)", "INSERT INTO b.t VALUES(-1)", "COMMIT"):
                database.execute(statement)
            for name in ("a.db", "b.db"):
                self.round_trips(name)
                shutil.rmtree("kept")

    def test_read_only_media(self):
        disc = Path("disc")
        disc.mkdir()
        mount_disk(self, disc, "4m")
        make("disc/rollback.db", "CREATE TABLE t(a)", "INSERT INTO t VALUES(1)")
        make("disc/wal.db", "PRAGMA journal_mode = WAL", "CREATE TABLE t(a)", "INSERT INTO t VALUES(1)")
        crash_in_wal(make_items("disc/log.db"))
        sidecar("disc/log.db", "-shm").unlink()
        crash_with_hot_journal(make_items("disc/hot.db"))
        make_read_only(disc)
        for database in sorted(disc.glob("*.db")):
            with self.subTest(database=database.name):
                self.round_trips(database, FORMATS[-1:])
                shutil.rmtree("kept")

    def test_a_file_without_a_page_that_is_meant(self):
        Path("a.db").touch()
        formats = [(*words, "--allow-empty") for words in FORMATS]
        self.round_trips("a.db", formats)
        Path("policy.yaml").write_text("{ muster: 1, name: new, stores: { near: { local: near } }, protect: { all: { targets: [fresh], stores: [near] } },"
                                       " targets: { fresh: { sqlite: '*.db', may_be_empty: true } }, drills: { smoke: { scenario: restore-smoke, targets: [fresh] } } }")
        self.passes("apply", "policy.yaml")
        self.assertEqual(len(list(Path("near/fresh/a").glob("a-*.sqlite"))), 1)

    def test_a_file_without_a_page_beside_a_full_log(self):
        """The commits in the log may need pages that are gone: that is no new database."""
        crash_in_wal(make_items("a.db"))
        os.truncate("a.db", 0)
        before = family("a.db")
        for flags, refusal in (((), (8, "not_a_database")), (("--allow-empty",), (4, "damaged"))):
            ran = self.muster("backup", "a.db", "kept/a.sqlite", *flags)
            self.assertEqual((ran.status, ran.trouble), refusal, ran)
            self.assertIn("0 bytes", ran.message)
            self.assertEqual(family("a.db"), before)

    def test_a_file_without_a_page_beside_the_journal_of_its_first_commit(self):
        """Its application was killed while it made its first table: nothing was lost."""
        Path("a.db").touch()
        sidecar("a.db", "-journal").write_bytes(JOURNAL_MAGIC + bytes(8) + (0).to_bytes(4, "big") + bytes(492))
        before = family("a.db")
        self.passes("backup", "a.db", "kept/a.sqlite", "--allow-empty")
        self.assertEqual(family("a.db"), before)

    def test_a_file_without_a_page_beside_a_journal(self):
        crash_with_hot_journal(make_items("a.db"))
        os.truncate("a.db", 0)
        before = family("a.db")
        ran = self.muster("backup", "a.db", "kept/a.sqlite", "--allow-empty")
        self.assertEqual((ran.status, ran.trouble), (4, "damaged"), ran)
        self.assertEqual(family("a.db"), before)

    def test_a_file_without_a_page(self):
        """No backup is made of what may as well be a lost database, and the reason is told."""
        Path("a.db").touch()
        ran = self.muster("backup", "a.db", "kept/a.sqlite")
        self.assertEqual((ran.status, ran.trouble), (8, "not_a_database"), ran)
        self.assertIn("the file is empty (0 bytes)", ran.message)
        self.assertIn("--allow-empty", ran.out + ran.err)
        self.assertEqual(list(Path(".").rglob("*.sqlite*")), [])


if __name__ == "__main__":
    unittest.main()
