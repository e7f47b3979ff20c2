#!/usr/bin/env python3
"""[VV-09] doctor: each illness is named, no healthy database is accused, and none changes by it."""
import os
import random
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import crash_in_wal, make, tree
from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets:
  fleet:
    sqlite: "fleet/*.db"
    rpo: 1d
    checks:
      - { name: no-debt, sql: SELECT count(*) FROM item WHERE name = 'debt', expect: 0 }
protect: { daily: { targets: [fleet], stores: [near] } }
"""


def write(path, sql, rows=0):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT); CREATE INDEX by_name ON item(name)")
        chance = random.Random(str(path))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO item(name) VALUES(?)", [(chance.randbytes(40).hex(),) for _ in range(rows)])
        connection.execute("COMMIT")
        connection.executescript(sql)
    return Path(path)


class Doctor(Case):
    def look(self, *words, status=0):
        ran = self.muster("doctor", *words)
        self.assertEqual(ran.status, status, ran)
        return ran

    def found(self, ran):
        """What is not good, by the database's name."""
        return {Path(each["path"]).name: {finding["code"] for finding in each["findings"] if finding["verdict"] != "good"}
                for each in ran.document["databases"]}

    def test_each_illness_is_named_and_nobody_else_accused(self):
        Path("fleet/deep").mkdir(parents=True)
        write("fleet/well.db", "", 500)
        write("fleet/deep/wal.db", "PRAGMA journal_mode = WAL; INSERT INTO item(name) VALUES('new')", 50)
        write("fleet/wasteful.db", "DELETE FROM item WHERE id > 100", 4000)
        write("fleet/orphan.db", "CREATE TABLE child(parent REFERENCES item(id)); INSERT INTO child VALUES(9)")
        write("fleet/index.db", "", 300)
        with closing(sqlite3.connect("fleet/index.db", isolation_level=None)) as connection:
            connection.executescript("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX by_name ON item(id)' "
                                     "WHERE name = 'by_name'")
        write("fleet/torn.db", "", 2000)
        os.truncate("fleet/torn.db", 30000)
        make("fleet/crashed.db", ["one"], "WAL")
        crash_in_wal("fleet/crashed.db", ["in the log"])
        Path("fleet/crashed.db-shm").unlink()  # as after a loss of power, and a copy to another machine
        Path("fleet/notes.txt").write_text("no database")
        before = tree("fleet")
        ran = self.look("fleet", "--min-free-bytes", "64KiB", status=4)
        self.assertEqual(tree("fleet"), before, "looking has changed something")
        self.assertEqual(self.found(ran), {
            "well.db": set(), "wal.db": set(), "wasteful.db": {"compaction_recommended"}, "orphan.db": {"foreign_keys"},
            "index.db": {"integrity"}, "torn.db": {"readable"}, "crashed.db": {"crashed_writer"}})
        verdicts = {Path(each["path"]).name: each["verdict"] for each in ran.document["databases"]}
        self.assertEqual({name for name, verdict in verdicts.items() if verdict != "good"}, {"index.db", "torn.db"})
        self.assertEqual([Path(each).name for each in ran.document["candidates"]], ["wasteful.db"])
        summary = ran.document["summary"]
        self.assertEqual((summary["databases"], summary["healthy"], summary["warned"], summary["ill"]), (7, 5, 3, 2))
        for name in ("ILL        " + str(Path("fleet/torn.db").absolute()), "Worth a VACUUM", "7 databases: 5 well (3 with a warning), 2 ill"):
            self.assertIn(name, ran.out)
        self.check_tidy()

    def test_the_facts_are_those_that_sqlite_tells(self):
        write("one.db", "PRAGMA user_version = 7; PRAGMA application_id = 9; DELETE FROM item WHERE id > 40", 900)
        seen = self.look("one.db").document["databases"][0]
        with closing(sqlite3.connect("one.db")) as connection:
            def ask(sql):
                return connection.execute(sql).fetchone()[0]
            self.assertEqual(
                {key: seen[key] for key in ("pages", "page_size", "free_pages", "encoding", "user_version", "application_id", "unused_in_pages")},
                {"pages": ask("PRAGMA page_count"), "page_size": ask("PRAGMA page_size"), "free_pages": ask("PRAGMA freelist_count"),
                 "encoding": ask("PRAGMA encoding"), "user_version": 7, "application_id": 9,
                 "unused_in_pages": ask("SELECT sum(unused) FROM dbstat")})
        self.assertEqual((seen["journal_mode"], seen["auto_vacuum"], seen["bytes"]), ("rollback", "none", Path("one.db").stat().st_size))
        self.assertEqual(seen["reclaimable"], seen["free_pages"] * seen["page_size"])
        self.assertNotIn("unused_in_pages", self.look("one.db", "--depth", "quick").document["databases"][0])

    def test_a_log_that_nobody_folds_in_is_told(self):
        with closing(sqlite3.connect("app.db", isolation_level=None)) as writer:
            writer.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF;"
                                 "CREATE TABLE block(body BLOB)")
            for _ in range(70):
                writer.execute("INSERT INTO block VALUES(zeroblob(1000000))")
            ran = self.look("app.db", "--depth", "checksum")
            self.assertEqual(self.found(ran), {"app.db": {"wal_large"}})
            lag = ran.document["databases"][0]["checkpoint_lag"]
            self.assertEqual(lag, 4096 * (Path("app.db-wal").stat().st_size - 32) // (4096 + 24))
            self.assertIn("not folded in)", ran.out)
            writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self.assertEqual(self.look("app.db", "--depth", "checksum").document["databases"][0]["checkpoint_lag"], 0)
            writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ran = self.look("app.db", "--depth", "checksum")
            self.assertEqual(self.found(ran), {"app.db": set()})
            self.assertNotIn("checkpoint_lag", ran.document["databases"][0])

    def test_what_somebody_locks_is_not_called_ill(self):
        write("app.db", "", 10)
        with closing(sqlite3.connect("app.db", isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            ran = self.look("app.db", status=4)
        self.assertEqual((ran.document["summary"]["ill"], ran.document["summary"]["unchecked"]), (0, 1))
        self.assertIn("UNCHECKED", ran.out)

    def test_a_policy_has_its_checks_asked_and_its_backups_judged(self):
        Path("fleet").mkdir()
        write("fleet/good.db", "")
        write("fleet/debtor.db", "INSERT INTO item(name) VALUES('debt')")
        Path("policy.yaml").write_text(POLICY)
        ran = self.look("policy.yaml", status=4)
        self.assertEqual(self.found(ran), {"good.db": set(), "debtor.db": {"check"}})
        self.assertEqual({each["target"] for each in ran.document["databases"]}, {"fleet/good", "fleet/debtor"})
        self.assertIn("proof", {each["code"] for each in ran.document["findings"] if each["verdict"] == "bad"})
        Path("fleet/debtor.db").unlink()
        self.passes("apply", "policy.yaml")
        self.look("policy.yaml")
        self.assertEqual(len(self.look("policy.yaml", "--target", "fleet/good").document["databases"]), 1)
        self.refused(8, "usage", "doctor", "policy.yaml", "--target", "nobody")

    def test_growth_since_the_last_look_is_told(self):
        write("app.db", "", 10)
        first = self.look("app.db").document
        self.assertNotIn("growth", first["databases"][0])
        before = Path("app.db").stat().st_size
        with closing(sqlite3.connect("app.db")) as connection:
            connection.executemany("INSERT INTO item(name) VALUES(?)", [("x" * 3000,)] * 50)
            connection.commit()
        ran = self.look("app.db")
        self.assertEqual(ran.document["databases"][0]["growth"], {"since": first["at"], "bytes": Path("app.db").stat().st_size - before})
        self.assertIn(f"since {first['at']}", ran.out)
        (self.state / "muster/cache/sizes-seen").write_text("no such line\n")
        self.assertNotIn("growth", self.look("app.db").document["databases"][0])
        self.assertEqual(self.look("app.db").document["databases"][0]["growth"]["bytes"], 0)

    def test_the_newest_backup_is_told_with_its_proof(self):
        Path("fleet").mkdir()
        write("fleet/good.db", "")
        Path("policy.yaml").write_text(POLICY)
        self.assertNotIn("backup", self.look("policy.yaml", status=4).document["databases"][0])
        self.passes("apply", "policy.yaml")
        ran = self.look("policy.yaml")
        backup = ran.document["databases"][0]["backup"]
        self.assertEqual((backup["store"], "proven_at" in backup), ("near", True))
        self.assertIn("newest backup", ran.out)

    def test_a_state_directory_that_is_relative_and_not_there_yet(self):
        write("app.db", "", 10)
        done = subprocess.run([os.environ["MUSTER"], "doctor", "app.db"], env=self.environment(XDG_STATE_HOME="not/yet"),
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done)

    def test_one_file_under_two_names_is_one(self):
        write("app.db", "")
        Path("link.db").symlink_to("app.db")
        self.assertEqual(len(self.look("app.db", "link.db", ".").document["databases"]), 1)

    def test_bad_input(self):
        write("app.db", "")
        Path("policy.yaml").write_text(POLICY)
        Path("nothing").mkdir()
        for words in (["app.db", "--jobs", "0"], ["app.db", "--min-free-ratio", "2"], ["app.db", "--min-free-bytes", "x"],
                      ["app.db", "--target", "app"], ["policy.yaml", "app.db"], ["app.db", "--depth", "half"]):
            self.refused(8, "usage", "doctor", *words)
        self.refused(8, "not_found", "doctor", "nothing")
        self.assertEqual(self.found(self.look("gone.db", status=4)), {"gone.db": {"readable"}})


if __name__ == "__main__":
    unittest.main()
