#!/usr/bin/env python3
"""[EE-06] Rows without their parent: a warning, and an error where a check of the policy asks for them."""
import sqlite3
import unittest
from contextlib import closing
from pathlib import Path

from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets:
  shop:
    sqlite: shop.db
    checks:
      - { name: foreign-keys, sql: SELECT count(*) FROM pragma_foreign_key_check, expect: 0 %s }
protect:
  daily: { targets: [shop], stores: [near], verify: full, proof_expires: 7d, keep: { last: 3 } }
"""


class ForeignKeys(Case):
    def setUp(self):
        super().setUp()
        with closing(sqlite3.connect("shop.db")) as db:
            db.executescript("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p);"
                             "INSERT INTO c VALUES(7)")

    def policy(self, more=""):
        Path("p.yaml").write_text(POLICY % more)

    def found(self, ran, code):
        return [(each["severity"], each["verdict"]) for outcome in ran.document["outcomes"]
                for each in outcome.get("findings", []) if each["code"] == code]

    def test_a_warning_by_itself(self):
        ran = self.passes("backup", "shop.db", "b.sqlite", "--verify", "full")
        self.assertEqual(self.found(ran, "foreign_keys"), [("warning", "bad")])
        self.assertIn("pragma_foreign_key_check", ran.out)
        self.passes("restore", "b.sqlite", "--to", "new.db")

    def test_an_error_by_policy(self):
        """The plan carries it, the verification fails by it, and no restore by the policy takes the backup."""
        self.policy()
        planned = self.muster("plan", "p.yaml").document
        self.assertIn("pragma_foreign_key_check", str(planned["steps"]))
        ran = self.muster("apply", "p.yaml")
        self.assertEqual(ran.status, 4, ran)
        self.assertEqual(self.found(ran, "check"), [("error", "bad")])
        [backup] = Path("backups").rglob("*.sqlite")
        ran = self.muster("restore", backup, "--policy", "p.yaml", "--to", "new.db")
        self.assertEqual((ran.status, ran.trouble), (4, "damaged"), ran)
        self.assertIn("check foreign-keys yields 1", ran.message)
        self.assertFalse(Path("new.db").exists())

    def test_a_warning_by_policy(self):
        self.policy(", severity: warning")
        ran = self.passes("apply", "p.yaml")
        self.assertEqual(self.found(ran, "check"), [("warning", "bad")])

    def test_whole_rows_pass(self):
        with closing(sqlite3.connect("shop.db")) as db:
            db.executescript("INSERT INTO p VALUES(7)")
        self.policy()
        self.assertEqual(self.found(self.passes("apply", "p.yaml"), "check"), [("error", "good")])


if __name__ == "__main__":
    unittest.main()
