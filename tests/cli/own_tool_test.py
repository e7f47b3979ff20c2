#!/usr/bin/env python3
"""[AZ-04] The application's own tool as proof: a check of a policy that is a program."""
import json
import os
import sqlite3
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import tree
from support.muster import Case

TOOL = """#!/usr/bin/env python3
import os, sqlite3, sys
path = sys.argv[1]
db = sqlite3.connect(path)
db.execute("PRAGMA journal_mode = WAL")  # a real tool writes: sidecars, rows
count = db.execute("SELECT count(*) FROM orders").fetchone()[0]
db.execute("DELETE FROM orders")
db.commit()
print("orders:", count, "key:", os.environ.get("SHOP_KEY"))
sys.exit(0 if count == int(os.environ.get("ORDERS", "3")) else 5)
"""

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets:
  shop:
    sqlite: shop.db
    checks:
      - { name: shop-check, command: [%s, "{database}"] %s }
protect:
  daily:
    targets: [shop]
    stores: [near]
    snapshot: { compress: zstd, encrypt: { env: SHOP_KEY } }
    verify: full
    proof_expires: 7d
    keep: { last: 3 }
"""


class OwnTool(Case):
    def setUp(self):
        super().setUp()
        with closing(sqlite3.connect("shop.db")) as db:
            db.executescript("CREATE TABLE orders(id INTEGER PRIMARY KEY); INSERT INTO orders VALUES(1), (2), (3)")
        self.tool = self.folder / "shop check"
        self.tool.write_text(TOOL)
        self.tool.chmod(0o755)
        os.environ["SHOP_KEY"] = "ab" * 32
        self.addCleanup(os.environ.pop, "SHOP_KEY")
        self.policy()

    def policy(self, more="", tool=None):
        Path("p.yaml").write_text(POLICY % (json.dumps(str(tool or self.tool)), more))

    def checks(self, ran):
        return [each for outcome in ran.document["outcomes"] for each in outcome.get("findings", [])
                if each["code"] == "check"]

    def files(self):
        return {path: what for path, what in tree(".").items() if not path.startswith("state")}

    def backup(self):
        self.passes("apply", "p.yaml")
        [backup] = Path("backups").rglob("*.enc")
        return backup

    def test_it_proves_a_snapshot(self):
        """What it does to its copy reaches neither artifact nor database, and it is not told the key."""
        before = Path("shop.db").read_bytes()
        ran = self.passes("apply", "p.yaml")
        [check] = self.checks(ran)
        self.assertEqual((check["verdict"], check["actual"]), ("good", "exit status 0"))
        self.assertIn("PROVEN", ran.out)
        self.assertEqual(Path("shop.db").read_bytes(), before)
        self.check_tidy()
        self.check_chain()

    def test_a_failing_one_is_bad_and_says_why(self):
        ran = self.muster("apply", "p.yaml", ORDERS="4")
        self.assertEqual(ran.status, 4, ran)
        [check] = self.checks(ran)
        self.assertEqual(check["verdict"], "bad")
        self.assertRegex(check["actual"], "^exit status 5 after .*; its last words: orders: 3 key: None$")
        self.assertIn("orders: 3 key: None", ran.out)
        self.assertNotIn("PROVEN", ran.out)

    def test_it_stands_before_the_swap(self):
        backup = self.backup()
        with closing(sqlite3.connect("shop.db")) as db:
            db.executescript("DELETE FROM orders")
        before = self.files()
        for how in ([], ["--in-place"], ["--dry-run"]):
            ran = self.muster("restore", "--policy", "p.yaml", "shop", "--force", *how, ORDERS="4")
            self.assertEqual(ran.status, 4, ran)
            self.assertIn("orders: 3 key: None", ran.out)
            self.assertEqual(self.files(), before)
        ran = self.passes("restore", "--policy", "p.yaml", "shop", "--force")
        self.assertEqual([each["verdict"] for each in self.checks(ran)], ["good"])
        self.assertIn("check shop-check holds: exit status 0", ran.out)
        with closing(sqlite3.connect("shop.db")) as db:
            self.assertEqual(db.execute("SELECT count(*) FROM orders").fetchone(), (3,))
        self.assertTrue(backup.exists())
        self.check_tidy()

    def test_one_that_is_not_there_proves_nothing(self):
        self.policy(tool="/nowhere/tool")
        ran = self.muster("apply", "p.yaml")
        [check] = self.checks(ran)
        self.assertEqual((check["verdict"], check["severity"]), ("unchecked", "error"), ran)
        self.assertNotIn("PROVEN", ran.out)
        self.assertIn("/nowhere/tool", ran.out)

    def test_its_time(self):
        self.tool.write_text("#!/bin/sh\necho begun\nsleep 300\n")
        self.policy(", within: 500ms")
        began = time.monotonic()
        ran = self.muster("apply", "p.yaml")
        self.assertEqual(ran.status, 4, ran)
        self.assertLess(time.monotonic() - began, 60)
        self.assertRegex(self.checks(ran)[0]["actual"], "^did not end in time and was killed after .*; its last words: begun$")

    def test_it_does_not_outlive_a_killed_run(self):
        """Nor does what it made a daemon of: a run is killed with its tool at work."""
        self.tool.write_text("#!/bin/sh\nsetsid sh -c 'echo $$ > far; exec sleep 300' &\n"
                             f"echo $$ > {self.folder}/near.new\n"
                             f"while ! [ -s far ]; do sleep 0.01; done; cp far {self.folder}/far\n"
                             f"mv {self.folder}/near.new {self.folder}/near; trap '' TERM; sleep 300; sleep 300\n")
        running = self.start("apply", "p.yaml")
        self.wait_until(Path("near").exists)
        pids = [int(Path(name).read_text()) for name in ("near", "far")]
        self.assertTrue(all(self.runs(pid) for pid in pids))
        running.kill()
        began = time.monotonic()
        self.wait_until(lambda: not any(self.runs(pid) for pid in pids))
        self.assertLess(time.monotonic() - began, 1)
        self.finish(running)

    def runs(self, pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def wait_until(self, holds):
        for _ in range(2000):
            if holds():
                return
            time.sleep(0.01)
        self.fail("it never came to that")


if __name__ == "__main__":
    unittest.main()
