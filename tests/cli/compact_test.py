#!/usr/bin/env python3
"""[VV-10] compact: free pages are given back, and what the tables hold stays, whatever happens meanwhile."""
import os
import random
import sqlite3
import subprocess
import sys
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, flip_a_byte
from support.muster import Case


WRITER = """
import sqlite3
database = sqlite3.connect("app.db", timeout=30, isolation_level=None)
print("ready", flush=True)
for number in range(100000):
    database.execute("INSERT INTO item(body) VALUES('more')")
    print(number, flush=True)
"""


def wasteful(path, pragmas="", rows=4000):
    """A database of which nine tenths are free."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(pragmas + "CREATE TABLE item(id INTEGER PRIMARY KEY, body); CREATE TABLE loose(a, b PRIMARY KEY) WITHOUT ROWID;"
                                 "CREATE INDEX by_body ON item(body); CREATE VIEW v AS SELECT count(*) FROM item")
        chance = random.Random(7)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO item(body) VALUES(?)", [(chance.randbytes(100).hex(),) for _ in range(rows)])
        connection.executemany("INSERT INTO loose VALUES(?, ?)", [(None, number) for number in range(20)])
        connection.execute("DELETE FROM item WHERE id % 10 <> 3")
        connection.execute("COMMIT")
    return Path(path)


class Compact(Case):
    def compact(self, path, **more):
        ran = self.passes("compact", path, **more)
        return ran.document["outcomes"][0]

    def test_free_pages_are_given_back_and_nothing_else_changes(self):
        for pragmas in ("", "PRAGMA journal_mode = WAL;", "PRAGMA auto_vacuum = INCREMENTAL;", "PRAGMA page_size = 65536;"):
            with self.subTest(pragmas=pragmas):
                Path("app.db").unlink(missing_ok=True)
                wasteful("app.db", pragmas)
                before, rows = Path("app.db").stat(), content("app.db")
                done = self.compact("app.db")["compacted"]
                self.assertEqual(done["bytes_before"], before.st_size)
                self.assertLess(done["bytes_after"], done["bytes_before"] / 2)
                self.assertGreater(done["free_pages_before"], 0)
                with closing(sqlite3.connect("app.db")) as connection:
                    self.assertEqual(connection.execute("PRAGMA freelist_count").fetchone(), (0,))
                self.assertEqual([row for row in content("app.db") if "sqlite_stat" not in row], rows)
                self.assertEqual(Path("app.db").stat().st_ino, before.st_ino)
                again = self.compact("app.db")["compacted"]
                self.assertEqual(again["bytes_after"], again["bytes_before"])
        self.check_tidy()

    def test_those_who_use_it_see_no_difference(self):
        wasteful("app.db", "PRAGMA journal_mode = WAL;")
        with closing(sqlite3.connect("app.db", isolation_level=None)) as user:
            before = user.execute("SELECT count(*), sum(length(body)) FROM item").fetchone()
            self.compact("app.db")
            self.assertEqual(user.execute("SELECT count(*), sum(length(body)) FROM item").fetchone(), before)
            user.execute("INSERT INTO item(body) VALUES('after')")
            self.assertEqual(user.execute("PRAGMA integrity_check").fetchone(), ("ok",))

    def test_rows_keep_their_numbers(self):
        """VACUUM renumbers a table without a key; a full-text index over it, or any row that names one, would be lost."""
        with closing(sqlite3.connect("app.db", isolation_level=None)) as connection:
            connection.executescript("CREATE TABLE doc(body); CREATE VIRTUAL TABLE search USING fts5(body, content='doc', content_rowid='rowid');"
                                     "CREATE TABLE ref(doc)")
            connection.execute("BEGIN")
            for number in range(1, 2001):
                connection.execute("INSERT INTO doc VALUES(?)", (f"word{number} " + "x" * 300,))
                connection.execute("INSERT INTO search(rowid, body) VALUES(?, ?)", (number, f"word{number}"))
            connection.execute("INSERT INTO ref VALUES(1500)")
            connection.execute("DELETE FROM doc WHERE rowid < 1000")
            connection.execute("COMMIT")
            asked = ("SELECT rowid, body FROM doc", "SELECT body FROM ref JOIN doc ON doc.rowid = ref.doc",
                     "SELECT rowid FROM search WHERE search MATCH 'word1777'")
            before = [connection.execute(sql).fetchall() for sql in asked]
        self.compact("app.db")
        with closing(sqlite3.connect("app.db")) as connection:
            self.assertEqual([connection.execute(sql).fetchall() for sql in asked], before)
            self.assertEqual(connection.execute("PRAGMA freelist_count").fetchone(), (0,))

    def test_a_writer_that_never_stops_loses_nothing(self):
        wasteful("app.db", "PRAGMA journal_mode = WAL;")
        writer = subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True)
        self.assertEqual(writer.stdout.readline(), "ready\n")
        ran = self.muster("compact", "app.db")
        writer.kill()
        wrote = len(writer.communicate()[0].split())
        self.assertIn((ran.status, ran.trouble), ((0, None), (7, "exclusive_holder")), ran)
        with closing(sqlite3.connect("app.db")) as connection:
            self.assertGreaterEqual(connection.execute("SELECT count(*) FROM item WHERE body = 'more'").fetchone()[0], wrote)

    def test_what_is_damaged_stays_as_it_is(self):
        wasteful("app.db")
        flip_a_byte("app.db")
        os.truncate("app.db", Path("app.db").stat().st_size - 4096)
        before = Path("app.db").read_bytes()
        ran = self.muster("compact", "app.db")
        self.assertEqual(ran.status, 4, ran)
        self.assertEqual(Path("app.db").read_bytes(), before)
        self.refused(8, "not_found", "compact", "gone.db")

    def test_who_holds_it_is_named(self):
        wasteful("app.db")
        before = Path("app.db").read_bytes()
        with closing(sqlite3.connect("app.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM item").fetchone()
            ran = self.refused(7, "exclusive_holder", "compact", "app.db")
            self.assertIn(f"pid {os.getpid()} ", ran.message)
        self.assertEqual(Path("app.db").read_bytes(), before)

    def test_killed_at_any_time_the_rows_are_there(self):
        wasteful("template.db", rows=40000)
        rows = content("template.db")
        chance, started = random.Random(3), time.monotonic()
        subprocess.run(["cp", "template.db", "app.db"], check=True)
        self.compact("app.db")
        took = time.monotonic() - started
        for number in range(12):
            for path in Path(".").glob("app.db*"):
                path.unlink()
            subprocess.run(["cp", "template.db", "app.db"], check=True)
            at_work = subprocess.Popen([os.environ["MUSTER"], "compact", "app.db", "--quiet"], stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, took))
            at_work.kill()
            at_work.wait()
            self.assertEqual([row for row in content("app.db") if "sqlite_stat" not in row], rows, number)
        self.compact("app.db")
        self.assertLess(Path("app.db").stat().st_size, Path("template.db").stat().st_size / 2)


if __name__ == "__main__":
    unittest.main()
