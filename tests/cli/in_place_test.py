#!/usr/bin/env python3
"""[VV-06] A restore in place beside a writer: each row that was committed is in the database or in its safety snapshot."""
import sqlite3
import subprocess
import sys
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import make
from support.muster import Case

WRITER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
print("ready", flush=True)
for number in range(1, 100000):
    database.execute("INSERT OR REPLACE INTO live VALUES (?)", (number,))
    print(number, flush=True)
    time.sleep(float(sys.argv[2]))
"""


class InPlace(Case):
    def write_beside(self, mode, pause):
        make("app.db", [])
        with closing(sqlite3.connect("app.db")) as database:
            database.execute(f"PRAGMA journal_mode = {mode}")
            database.execute("CREATE TABLE live(number INTEGER PRIMARY KEY)")
            database.commit()
        self.passes("backup", "app.db", "empty")
        writer = subprocess.Popen([sys.executable, "-c", WRITER, "app.db", str(pause)], stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(writer.stdout.readline().strip(), "ready")
            time.sleep(0.3)
            ran = self.muster("restore", "empty.sqlite", "--to", "app.db", "--force", "--in-place")
        finally:
            writer.kill()
            said, _ = writer.communicate()
        return ran, {int(line) for line in said.split()}

    def numbers(self, path):
        # The killed writer may have left half a commit, which only a writer can roll back.
        with closing(sqlite3.connect(path)) as database:
            return {row[0] for row in database.execute("SELECT number FROM live")}

    def test_no_commit_is_lost(self):
        for mode, pause in (("WAL", 0), ("WAL", 0.05), ("DELETE", 0), ("DELETE", 0.05)):
            with self.subTest(mode=mode, pause=pause):
                self.enter(self.folder.parent / f"{mode}-{pause}")
                ran, committed = self.write_beside(mode, pause)
                kept = self.numbers("app.db")
                if ran.status == 0:
                    kept |= self.numbers(ran.document["outcomes"][0]["restored"]["safety_copy"])
                else:  # too busy a writer: refused, and all of its rows are where they were
                    self.assertEqual(ran.trouble, "exclusive_holder", ran)
                    self.assertIn("nothing has changed", ran.message)
                    self.assertEqual(list(Path(".").glob("*pre-restore*")), [])
                self.assertEqual(committed - kept, set(), ran)


if __name__ == "__main__":
    unittest.main()
