#!/usr/bin/env python3
"""SIGKILL at moments spread over a whole run, so also between the named places of kill_points_test.py."""
import os
import shutil
import time
import unittest
from pathlib import Path

from support.databases import content, crash_in_wal, family, make, make_big, wait_until
from support.muster import KILLED, Case, leftovers

ROUNDS = 16

POLICY = """
muster: 1
name: big
stores: { near: { local: backups } }
targets: { big: { sqlite: live/big.db } }
protect: { always: { targets: [big], stores: [near], verify: full, keep: { last: 1 } } }
drills: { smoke: { scenario: restore-smoke, targets: [big] } }
"""


class KillAnyTime(Case):
    def set_out(self, *words):
        """Takes the time of a run, which kill_at() divides."""
        began = time.monotonic()
        self.passes(*words)
        self.whole = time.monotonic() - began

    def kill_at(self, part, *words):
        """Whether it was still at work."""
        delay = self.whole * part
        process = self.start(*words)
        time.sleep(delay)
        process.kill()
        killed = self.finish(process).status == KILLED
        if not killed:
            self.whole = delay  # the first run was slower, on a machine that others use too
        return killed

    def check_next(self, killed, *words):
        ran = self.passes(*words)
        self.check_tidy()
        self.check_journals()
        self.check_chain()
        if killed and self.records[-2]["status"] == "died":
            self.assertTrue(any("was killed" in each for each in ran.document["found"]), ran)

    def test_apply(self):
        os.mkdir("live")
        make_big("live/big.db", 16)
        Path("policy.yaml").write_text(POLICY)
        source, rows = family("live/big.db"), content("live/big.db")
        self.set_out("apply", "policy.yaml")
        hits = 0
        for number in range(ROUNDS):
            killed = self.kill_at((number + 0.5) / ROUNDS, "apply", "policy.yaml")
            hits += killed
            self.check_next(killed, "apply", "policy.yaml")
            self.assertEqual((family("live/big.db"), os.listdir("live")), (source, ["big.db"]))
            artifacts = list(Path("backups").rglob("*.sqlite"))
            self.assertIn(len(artifacts), (1, 2), "keep last 1, and one that the killed run had not proven")
            for each in artifacts:
                self.assertTrue(Path(f"{each}.manifest.json").exists(), each)
        self.assertEqual(content(artifacts[0]), rows)
        self.assertGreater(hits, ROUNDS // 2, "too few runs were killed to prove anything")

    def test_backup_while_it_copies(self):
        """The next backup goes to another name, as those of a policy do."""
        big = make_big("big.db", 60)
        for number in range(6):
            partial = Path(f"out/.{number}.sqlite.muster-partial")
            process = self.start("backup", big, f"out/{number}.sqlite")
            self.assertTrue(wait_until(lambda: process.poll() is not None or partial.exists() and partial.stat().st_size > number << 22))
            process.kill()
            self.assertEqual(self.finish(process).status, KILLED)
            self.assertTrue(leftovers("out"))
            ran = self.passes("backup", big, f"out/{number}-again.sqlite", "--verify", "checksum")
            self.assertTrue(any(f"{number}.sqlite" in each and "removed" in each for each in ran.document["found"]), ran)
            self.check_tidy()
            self.assertFalse(Path(f"out/{number}.sqlite").exists())

    def test_restore(self):
        make_big("new.db", 8)
        self.passes("backup", "new.db", "new.sqlite")
        make("old.db", ["old"], "WAL")
        crash_in_wal("old.db", ["in the log"])
        old, new = content("old.db"), content("new.sqlite")

        def lay_out():
            for path in Path(".").glob("app.db*"):
                path.unlink()
            for suffix in ("", "-wal", "-shm"):
                shutil.copyfile(f"old.db{suffix}", f"app.db{suffix}")

        words = ("restore", "new.sqlite", "--to", "app.db", "--force")
        lay_out()
        self.set_out(*words)
        hits = 0
        for number in range(ROUNDS):
            lay_out()
            killed = self.kill_at((number + 0.5) / ROUNDS, *words)
            hits += killed
            self.assertFalse(Path(".app.db.muster-swap").exists(), "a sound database is replaced by one rename")
            self.assertIn(content("app.db"), (old, new), "neither the old nor the new database")
            self.check_next(killed, *words)
            self.assertEqual(content("app.db"), new)
            safety = [content(each) for each in Path(".").glob("app.db.pre-restore-*.sqlite3")]
            self.assertIn(old, safety, "the former rows are nowhere")
        self.assertGreater(hits, ROUNDS // 2, "too few runs were killed to prove anything")


if __name__ == "__main__":
    unittest.main()
