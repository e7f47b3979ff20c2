#!/usr/bin/env python3
"""[EE-06] --check and --expect: questions to a database without a policy."""
import sqlite3
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import tree
from support.muster import Case

MIGRATIONS = "SELECT count(*) FROM schema_migrations"


class AskedChecks(Case):
    def setUp(self):
        super().setUp()
        with closing(sqlite3.connect("app.db")) as db:
            db.executescript("CREATE TABLE schema_migrations(version); INSERT INTO schema_migrations VALUES(1), (2);"
                             "CREATE TABLE empty(a)")
        self.passes("backup", "app.db", "kept.sqlite")

    def files(self):
        return {path: what for path, what in tree(".").items() if not path.startswith("state")}

    def asked(self, ran):
        return [(each["coverage"], each["verdict"], each["expected"], each["actual"])
                for each in ran.document["outcomes"][0]["findings"] if each["code"] == "check"]

    def test_a_restore_asks_before_and_after(self):
        """Each --expect belongs to the --check before it; the answers are in the output and in the record."""
        ran = self.passes("restore", "kept.sqlite", "--to", "new.db", "--check", "SELECT max(version) FROM schema_migrations",
                          "--check", MIGRATIONS, "--expect", ">= 2", "--check=SELECT 'x'", "--expect=x")
        once = [("SELECT max(version) FROM schema_migrations", "good", "at least one row", "2"),
                (MIGRATIONS, "good", ">= 2", "2"), ("SELECT 'x'", "good", "x", "x")]
        self.assertEqual(self.asked(ran), once * 2)
        self.assertEqual(ran.out.count(f"check {MIGRATIONS} holds: 2"), 1, ran)
        self.assertIn(MIGRATIONS, str(self.records[-1]))
        self.check_chain()

    def test_what_fails_changes_nothing(self):
        Path("other.db").write_bytes(Path("app.db").read_bytes())
        before = self.files()
        for check in ([MIGRATIONS, "--expect", ">= 3"], ["SELECT * FROM empty"], ["SELECT * FROM nowhere"]):
            for how in (["--to", "new.db"], ["--to", "other.db", "--force"], ["--to", "other.db", "--force", "--in-place"]):
                with self.subTest(check=check, how=how):
                    ran = self.refused(4, "damaged", "restore", "kept.sqlite", *how, "--check", *check)
                    self.assertIn(check[0], ran.message)
                    self.assertEqual(self.files(), before)
        planned = self.muster("restore", "kept.sqlite", "--to", "new.db", "--dry-run", "--check", MIGRATIONS, "--expect", "9")
        self.assertEqual(planned.status, 4, planned)
        self.assertEqual(self.files(), before)

    def test_slips_of_the_hand(self):
        for words, flag in ((["--check", "SELEKT 1"], "--check"), (["--check", "SELECT 1; SELECT 2"], "--check"),
                            (["--check", "DELETE FROM schema_migrations"], "--check"),
                            (["--check", MIGRATIONS, "--expect", "=> 1"], "--expect"),
                            (["--check", MIGRATIONS, "--expect", "> many"], "--expect"),
                            (["--expect", "1", "--check", MIGRATIONS], "--expect"),
                            (["--check", MIGRATIONS, "--expect", "1", "--expect", "2"], "--expect")):
            for command in (["restore", "kept.sqlite", "--to", "new.db"], ["inspect", "kept.sqlite"], ["verify", "kept.sqlite"]):
                with self.subTest(words=words, command=command[0]):
                    ran = self.muster(*command, *words)
                    self.assertEqual((ran.status, ran.trouble), (8, "usage"), ran)
                    self.assertIn(flag, ran.err)
        self.assertFalse(Path("new.db").exists())

    def test_nothing_is_left_unasked_in_silence(self):
        self.refused(8, "usage", "restore", "kept.sqlite", "--to", "new.db", "--no-verify", "--check", MIGRATIONS)
        for command in ("inspect", "verify"):
            self.refused(8, "usage", command, "kept.sqlite", "--depth", "checksum", "--check", MIGRATIONS)

    def test_inspect_and_verify_ask_too(self):
        for command in ("inspect", "verify"):
            for depth in ("quick", "full"):
                good = self.passes(command, "kept.sqlite", "--depth", depth, "--check", MIGRATIONS, "--expect", "2")
                self.assertIn(MIGRATIONS, str(good.document))
                bad = self.muster(command, "kept.sqlite", "--depth", depth, "--check", MIGRATIONS, "--expect", "3")
                self.assertEqual(bad.status, 4, bad)
                self.assertIn(f"check {MIGRATIONS} yields 2, expected 3", bad.out)

    def test_the_command_for_the_next_older_one_asks_the_same(self):
        """Each --expect stays behind its --check."""
        self.passes("backup", "app.db", "all/app-1.sqlite", "--name", "app")
        self.passes("backup", "app.db", "all/app-2.sqlite", "--name", "app")
        asked = ["--check", "SELECT 1", "--check", MIGRATIONS, "--expect", "9"]
        ran = self.muster("restore", "all", "--to", "new.db", *asked)
        self.assertEqual(ran.status, 4, ran)
        argv = ran.document["next_older"]["argv"]
        self.assertEqual(argv[argv.index("--check"):][:6], asked)

    def test_beside_those_of_a_policy(self):
        Path("p.yaml").write_text(
            "muster: 1\nname: app\nstores: { near: { local: backups } }\ntargets:\n  app:\n    sqlite: app.db\n"
            "    checks: [{ name: whole, sql: SELECT count(*) FROM schema_migrations, expect: 2 }]\n"
            "protect: { daily: { targets: [app], stores: [near], keep: { last: 1 } } }\n")
        ran = self.passes("restore", "kept.sqlite", "--policy", "p.yaml", "--to", "new.db", "--check", "SELECT 1")
        self.assertEqual([each[0] for each in self.asked(ran)], [MIGRATIONS, "SELECT 1"] * 2)


if __name__ == "__main__":
    unittest.main()
