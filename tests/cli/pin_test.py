#!/usr/bin/env python3
"""[ON-02] pin and unpin: a backup that stays, whatever the rules say."""
import getpass
import json
import os
import socket
import unittest
from pathlib import Path

from support.databases import change, make, tree
from support.histories import apply_each_day, artifacts, take_each_day
from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets: { shop: { sqlite: shop.db } }
protect:
  nightly: { targets: [shop], stores: [near]%s }
"""


def policy(keep=""):
    Path("policy.yaml").write_text(POLICY % keep)
    return "policy.yaml"


class Pins(Case):
    def setUp(self):
        super().setUp()
        make("shop.db")

    def test_a_pin_says_who_why_and_when(self):
        self.passes("backup", "shop.db", "one.sqlite")
        ran = self.passes("pin", "one.sqlite", "--reason", "before the migration")
        self.assertIn("before the migration", ran.out)
        stored = json.loads(Path("one.sqlite.pin").read_text())
        self.assertEqual(stored, ran.document)
        self.assertEqual((stored["schema"], stored["reason"]), ("muster/pin/v1", "before the migration"))
        self.assertEqual((stored["by"]["uid"], stored["by"]["login"], stored["by"]["host"]),
                         (os.geteuid(), getpass.getuser(), socket.gethostname()))
        self.assertRegex(stored["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(Path("one.sqlite.pin").stat().st_mode & 0o777, 0o600)
        self.check_tidy()

    def test_inspect_shows_it(self):
        self.passes("backup", "shop.db", "one.sqlite")
        self.assertNotIn("pinned", self.passes("inspect", "one.sqlite").document)
        self.passes("pin", "one.sqlite", "--reason", "evidence")
        ran = self.passes("inspect", "one.sqlite")
        self.assertEqual(ran.document["pinned"], "evidence")
        self.assertIn("pinned: evidence", ran.out)
        Path("one.sqlite.pin").write_text("torn")
        self.assertEqual(self.passes("inspect", "one.sqlite").document["pinned"], "unreadable pin")

    def test_a_second_pin_needs_force(self):
        self.passes("backup", "shop.db", "one.sqlite")
        self.passes("pin", "one.sqlite", "--reason", "one")
        before = tree(self.folder / ".")
        self.refused(7, "target_exists", "pin", "one.sqlite", "--reason", "two")
        self.assertEqual(tree(self.folder / "."), before)
        self.passes("pin", "one.sqlite", "--reason", "two", "--force")
        self.assertEqual(json.loads(Path("one.sqlite.pin").read_text())["reason"], "two")

    def test_what_is_no_committed_snapshot_takes_none(self):
        self.refused(8, "not_found", "pin", "none.sqlite", "--reason", "x")
        self.refused(7, "manifest_mismatch", "pin", "shop.db", "--reason", "x")
        self.passes("backup", "shop.db", "one.sqlite")
        Path("one.sqlite.manifest.json").rename(".one.sqlite.muster-intent")
        self.refused(7, "unfinished_snapshot", "pin", "one.sqlite", "--reason", "x")
        Path(".one.sqlite.muster-intent").rename("one.sqlite.manifest.json")
        for words in ([], ["--reason", "two\nlines"]):
            self.refused(8, "usage", "pin", "one.sqlite", *words)
        self.assertEqual(list(Path(".").glob("*.pin")), [])

    def test_unpin(self):
        self.passes("backup", "shop.db", "one.sqlite")
        self.refused(8, "not_found", "unpin", "one.sqlite")
        pinned = self.passes("pin", "one.sqlite", "--reason", "evidence")
        ran = self.passes("unpin", "one.sqlite")
        self.assertEqual(ran.document, pinned.document)
        self.assertIn("evidence", ran.out)
        self.assertFalse(Path("one.sqlite.pin").exists())
        Path("one.sqlite.pin").write_text("torn")
        self.assertEqual(self.passes("unpin", "one.sqlite").document["reason"], "unreadable pin")
        self.check_tidy()

    def test_a_pinned_one_survives_every_rule_of_a_policy(self):
        taken = apply_each_day(self, policy(), "backups", [90, 60, 2, 1])
        self.passes("pin", taken[90], "--reason", "the audit of last year")
        policy(", keep: { last: 1, max_age: 30d, max_total: 1 }")
        told = self.passes("prune", "policy.yaml", "--dry-run")
        [pinned] = [each for each in told.document["groups"][0]["snapshots"] if each.get("pinned")]
        self.assertEqual((pinned["fate"], pinned["pinned"]), ("keep", "the audit of last year"))
        self.assertIn("proven, pinned", told.out)
        self.passes("prune", "policy.yaml")
        self.assertEqual(set(artifacts("backups")), {taken[90], taken[1]})
        self.passes("unpin", taken[90])
        self.passes("prune", "policy.yaml")
        self.assertEqual(artifacts("backups"), [taken[1]])

    def test_a_pinned_one_survives_in_a_directory(self):
        taken = take_each_day(self, "shop.db", "d", [1, 2, 3])
        self.passes("pin", taken[3], "--reason", "x")
        told = self.passes("prune", "d", "--keep-last", "1", "--dry-run")
        self.assertNotIn("other file", told.out)
        self.passes("prune", "d", "--keep-last", "1")
        self.assertEqual(set(artifacts("d")), {taken[1], taken[3]})

    def test_a_pin_after_the_plan_makes_it_stale(self):
        taken = apply_each_day(self, policy(), "backups", [2, 1])
        policy(", keep: { last: 1 }")
        self.passes("plan", "policy.yaml", "--only", "prune", "--out", "plan.json")
        self.passes("pin", taken[2], "--reason", "x")
        self.refused(6, "stale_plan", "apply", "plan.json")
        self.assertEqual(set(artifacts("backups")), set(taken.values()))

    def test_a_pinned_one_is_not_replaced(self):
        self.passes("backup", "shop.db", "one.sqlite")
        self.passes("pin", "one.sqlite", "--reason", "x")
        before = Path("one.sqlite").read_bytes()
        change("shop.db", ["three"])
        self.refused(7, "target_exists", "backup", "shop.db", "one.sqlite", "--force")
        self.assertEqual(Path("one.sqlite").read_bytes(), before)
        self.passes("unpin", "one.sqlite")
        self.passes("backup", "shop.db", "one.sqlite", "--force")
        self.assertNotEqual(Path("one.sqlite").read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
