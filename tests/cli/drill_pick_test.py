#!/usr/bin/env python3
"""[VV-05] Which snapshot a rehearsal restores: latest, drawn by a seed, older than, before, by its id."""
import json
import time
import unittest
from pathlib import Path

from support.databases import change, make, names
from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups, layout: "{{target}}-{{timestamp}}" }} }}
targets: {{ shop: {{ sqlite: shop.db }} }}
protect: {{ always: {{ targets: [shop], stores: [near] }} }}
drills: {{ d: {{ scenario: restore-drill, targets: [shop]{choice} }} }}
"""


class Picks(Case):
    def setUp(self):
        super().setUp()
        make("shop.db", ["tea"])
        Path("policy.yaml").write_text(POLICY.format(choice=""))
        for number in range(3):
            change("shop.db", f"INSERT INTO item(name) VALUES ('of {number}')")
            self.passes("apply", "policy.yaml", "--only", "snapshot", "--only", "verify")
            time.sleep(1.1)  # names and times are told by the second
        self.snapshots = sorted(Path("backups").glob("*.sqlite"))
        self.assertEqual(len(self.snapshots), 3)

    def picked(self, choice="", status=0):
        Path("policy.yaml").write_text(POLICY.format(choice=choice))
        ran = self.muster("drill", "policy.yaml")
        self.assertEqual(ran.status, status, ran)
        [outcome] = ran.document["outcomes"]
        return outcome.get("drilled"), ran

    def place(self, drilled):
        return [path.name for path in self.snapshots].index(Path(drilled["backup"]).name)

    def test_each_way(self):
        drilled, _ = self.picked()
        self.assertEqual(self.place(drilled), 2)
        rows = {each["table"]: each["rows"] for each in drilled["rows"]}
        self.assertEqual(rows, {"item": len(names("shop.db"))})
        drawn = set()
        for _ in range(4):
            drilled, _ = self.picked(", from: { pick: random_within, window: 1d }")
            self.assertEqual(self.place(drilled), drilled["seed"] % 3, "the seed in the record draws the same again")
            drawn.add(drilled["seed"])
            time.sleep(1.1)
        self.assertGreater(len(drawn), 1)
        second = json.loads(Path(f"{self.snapshots[1]}.manifest.json").read_text())["createdAt"]
        drilled, _ = self.picked(f", from: {{ store: near, before: {second} }}")
        self.assertEqual(self.place(drilled), 0)
        drilled, _ = self.picked(f", from: {{ id: {self.snapshots[1].name} }}")
        self.assertEqual(self.place(drilled), 1)
        drilled, ran = self.picked(", from: { older_than: 30d }", status=4)
        self.assertIsNone(drilled)
        self.assertIn("no snapshot fits its from", ran.out)

    def test_the_plan_says_which(self):
        planned = self.passes("plan", "policy.yaml", "--ignore-schedule")
        self.assertIn("restores what snapshot:shop:near takes", planned.out)
        planned = self.passes("plan", "policy.yaml", "--only", "drill")
        self.assertIn(f"restores {self.snapshots[2].absolute()}", planned.out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
