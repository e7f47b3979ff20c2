#!/usr/bin/env python3
"""muster init: from a folder with databases to a policy that validates, plans and applies."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from support.databases import content, make, tree
from support.muster import MUSTER, Case

ODD_NAMES = ["my shop.db", "it's.db", 'say "hi".sqlite', "-dash.db", "bücher.db", "日本", "a: b # c.db", "${HOME}.db", "$${x}.db", "{target}.db",
             "back,slash.db", "null", "12", "&a.db", "line\nbreak.db", "UPPER.DB", ".hidden.db", "no", "a" * 120 + ".db"]


class Init(Case):
    def printed(self, *words):
        ran = subprocess.run([MUSTER, "init", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=self.environment())
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
        return ran.stdout

    def check_policy(self, policy, count):
        """The policy validates, its plan is clean, and apply proves every target."""
        self.passes("validate", policy)
        plan = self.passes("plan", policy, "--strict-plan").document
        snapshots = [step["id"] for step in plan["steps"] if step["bucket"] == "planned" and step["id"].startswith("snapshot:")]
        self.assertEqual(len(snapshots), count, plan)
        record = self.passes("apply", policy).document
        self.assertEqual({outcome["status"] for outcome in record["outcomes"]}, {"done"}, record)
        return plan

    def test_the_whole_way(self):
        make("shop.db")
        Path("data").mkdir()
        make("data/users.sqlite", mode="WAL")
        before = {name: what for name, what in tree(".").items() if "users.sqlite-" not in name}
        ran = self.passes("init")
        self.assertEqual({name: what for name, what in tree(".").items() if name in before}, before, "init changed what it looked at")
        self.assertIn("Found 2 databases", ran.out)
        self.assertIn(f"muster plan {self.folder}/muster.yaml", ran.out)
        self.assertEqual(ran.document["schema"], "muster/init/v1")
        self.assertEqual({target["name"]: target["sqlite"] for target in ran.document["targets"]}, {"shop": "shop.db", "users": "data/users.sqlite"})
        self.assertEqual((ran.document["policy"], ran.document["notes"]), (f"{self.folder}/muster.yaml", []))
        self.assertEqual(Path("muster.yaml").stat().st_mode & 0o777, 0o600)
        self.check_policy("muster.yaml", 2)
        self.assertIn("proven", Path("muster-handoff.md").read_text())
        self.assertTrue(list(Path("muster-backups").rglob("*.sqlite")))
        self.assertTrue(list(Path("muster-state/records").iterdir()))

        again = self.passes("init", "--out", "again.yaml")  # the store and the state directory are no databases to protect
        self.assertEqual(again.document["targets"], ran.document["targets"])
        self.assertEqual(len(again.document["notes"]), 3, again)  # two folders of the store, and the state

    def test_odd_names(self):
        make("template")
        for name in ODD_NAMES:
            shutil.copyfile("template", name)
        Path("template").unlink()
        ran = self.passes("init")
        found = {target["databases"][0]["path"]: target for target in ran.document["targets"]}
        self.assertEqual(sorted(found), sorted(ODD_NAMES), ran)
        names = [target["name"] for target in found.values()]
        self.assertEqual(len(set(names)), len(names))
        plan = self.check_policy("muster.yaml", len(ODD_NAMES))
        self.assertNotIn("blocked", {step["bucket"] for step in plan["steps"]})
        for name in ODD_NAMES:
            copies = list(Path("muster-backups", found[name]["name"]).glob("*.sqlite"))
            self.assertEqual([content(copy) for copy in copies], [content(name)], name)

    def test_what_a_policy_cannot_name(self):
        for name in ("a*b.db", "c?.db", "[d].db", "e.db"):
            make(name)
        make("f.db").rename(os.fsdecode(b"\xff.db"))
        ran = self.passes("init")
        self.assertEqual([target["sqlite"] for target in ran.document["targets"]], ["e.db"])
        self.assertEqual(len([note for note in ran.document["notes"] if "was left out" in note]), 4, ran)
        self.assertIn("a*b.db was left out", Path("muster.yaml").read_text())
        self.check_policy("muster.yaml", 1)

    def test_many_databases_of_one_kind(self):
        Path("tenants").mkdir()
        for name in ("acme", "zeta", "beta", "gamma", "delta"):
            make(f"tenants/{name}.db")
        make("central.sqlite")
        ran = self.passes("init")
        self.assertEqual([target["sqlite"] for target in ran.document["targets"]], ["central.sqlite", "tenants/*.db"])
        self.assertEqual(len(ran.document["targets"][1]["databases"]), 5)
        self.check_policy("muster.yaml", 6)

    def test_an_existing_file_stays(self):
        make("shop.db")
        for file in ("muster.yaml", "other.yaml"):
            Path(file).write_text("muster: 1\nname: mine\n")
            before = tree(".")
            self.refused(7, "target_exists", "init", "--out", file)
            self.assertEqual(tree("."), before)
        self.refused(7, "target_exists", "init")
        self.passes("init", "--force")
        self.passes("validate", "muster.yaml")

    def test_force_never_replaces_what_is_no_policy(self):
        make("shop.db")
        Path("notes.txt").write_text("Dear diary\n")
        Path("folder").mkdir()
        os.mkfifo("fifo")
        before = tree(".")
        for file, status, code in (("shop.db", 7, "target_exists"), ("notes.txt", 7, "target_exists"), ("folder", 8, "not_a_file"), ("fifo", 8, "not_a_file")):
            with self.subTest(file):
                self.refused(status, code, "init", "--out", file, "--force")
                self.assertEqual(tree("."), before)

    def test_nothing_is_found(self):
        Path("empty").mkdir()
        Path("empty/text.db").write_text("no database\n" * 100)
        self.assertIn("no SQLite database", self.refused(8, "not_found", "init", "empty").err)
        self.refused(8, "not_found", "init", "nowhere")
        self.refused(8, "not_a_file", "init", "empty/text.db")
        self.assertEqual([str(path) for path in Path("empty").iterdir()], ["empty/text.db"])

    def test_the_policy_may_lie_elsewhere(self):
        Path("app/data").mkdir(parents=True)
        make("app/data/shop.db")
        self.passes("init", "app", "--out", "etc/dr.yaml")
        self.assertIn("../app/data/shop.db", Path("etc/dr.yaml").read_text())
        self.assertFalse(Path("app/muster.yaml").exists())
        self.check_policy("etc/dr.yaml", 1)
        os.symlink("app", "link")
        self.passes("init", "link")
        self.assertIn("sqlite: data/shop.db", Path("app/muster.yaml").read_text())

    def test_printed(self):
        Path("app").mkdir()
        make("app/shop.db")
        before = tree(".")
        text = self.printed("app", "--out", "-")
        self.assertEqual(tree("."), before, "it was to be printed only")
        self.assertIn("sqlite: app/shop.db", text)
        Path("printed.yaml").write_text(text)
        self.check_policy("printed.yaml", 1)
        self.assertNotIn("policy", json.loads(self.printed("app", "--out", "-", "--json")))

    def test_a_folder_that_may_not_be_read(self):
        make("shop.db")
        Path("closed").mkdir()
        make("closed/far.db")
        if os.geteuid() == 0:
            self.skipTest("root may read everything; tests/unit/run/find_databases_test.cc looks as somebody else")
        os.chmod("closed", 0)
        self.addCleanup(os.chmod, "closed", 0o700)
        ran = self.passes("init")
        self.assertIn("closed: Permission denied", ran.out)
        self.assertIn("closed: Permission denied", Path("muster.yaml").read_text())


if __name__ == "__main__":
    unittest.main()
