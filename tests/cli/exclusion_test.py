#!/usr/bin/env python3
"""[ON-07] Runs on the same database exclude each other; a run that is asked to stop leaves nothing begun.

Two of every pair of commands: exclusion_pairs_test.py."""
import fcntl
import os
import signal
import time
import unittest
from pathlib import Path

from support.databases import Holder, content, family, make, make_big, names, wait_until
from support.histories import take_each_day
from support.muster import KILLED, Case, held_leases, leftovers


class Stopped(Case):
    """Asked by a signal, in the middle of the work."""

    STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143}

    @classmethod
    def setUpClass(cls):
        cls.big = make_big(Path("big.db").absolute(), 300)

    @classmethod
    def tearDownClass(cls):
        cls.big.unlink()

    def stop_when(self, condition, number, *words, **more):
        process = self.start(*words, **more)
        self.assertTrue(wait_until(lambda: condition() or process.poll() is not None))
        if process.poll() is not None:
            self.fail(f"it had ended before it could be stopped:\n{self.finish(process)}")
        process.send_signal(number)
        began = time.monotonic()
        ran = self.finish(process)
        return ran, time.monotonic() - began

    def check_record(self, ran, status):
        self.assertEqual(ran.status, status, ran)
        self.assertEqual((self.records[-1]["status"], self.records[-1]["exit_status"]), ("interrupted", status))
        self.assertIn(ran.trouble, ("interrupted", "terminated"))
        self.check_chain()
        self.check_journals()
        self.check_tidy()

    def test_backup_while_it_copies(self):
        source = family(self.big)
        for number, status in self.STOPS.items():
            with self.subTest(signal=number.name):
                partial = Path("out/.big.sqlite.muster-partial")
                ran, took = self.stop_when(lambda: partial.exists() and partial.stat().st_size > 1 << 22, number,
                                           "backup", self.big, "out/big.sqlite")
                self.check_record(ran, status)
                self.assertEqual(os.listdir("out"), [], "something of the backup is left")
                self.assertLess(took, 10)
                self.assertEqual(family(self.big), source)
        ran = self.passes("backup", self.big, "out/big.sqlite", "--verify", "checksum")
        self.assertEqual(ran.document["found"], [], "a run that was stopped is no killed one")

    def test_restore_while_it_stages(self):
        self.passes("backup", self.big, "big.sqlite", "--verify", "checksum")
        make("app.db", ["old"], "WAL")
        before = content("app.db")
        for number, status in self.STOPS.items():
            with self.subTest(signal=number.name):
                staged = Path(".app.db.muster-restoring")
                ran, _ = self.stop_when(staged.exists, number, "restore", "big.sqlite", "--to", "app.db", "--force", "--no-verify")
                self.check_record(ran, status)
                self.assertEqual(content("app.db"), before)

    def test_rehearsal_while_it_clones(self):
        for number, status in self.STOPS.items():
            with self.subTest(signal=number.name):
                sandboxes = self.state / "muster/sandboxes"
                ran, _ = self.stop_when(lambda: list(sandboxes.glob("*/clone.sqlite")), number, "restore-smoke", self.big)
                self.check_record(ran, status)

    def test_while_it_waits_for_another_run(self):
        make("app.db", ["one"])
        with Holder("app.db", "database.execute('BEGIN EXCLUSIVE')"):
            first = self.start("backup", "app.db", "first.sqlite")
            self.assertTrue(wait_until(lambda: [each for each in held_leases(self.state) if len(Path(each).stem) == 32]))
            second = self.start("backup", "app.db", "second.sqlite", "--lock-wait", "10m")
            time.sleep(0.5)
            began = time.monotonic()
            second.send_signal(signal.SIGINT)
            ran = self.finish(second)
            self.assertEqual(ran.status, 130, ran)
            self.assertLess(time.monotonic() - began, 5, "it went on waiting")
            first.send_signal(signal.SIGTERM)
            self.finish(first)
        self.assertEqual(sorted(each.name for each in Path(".").glob("*.sqlite")), [])


class Exclusion(Case):
    def setUp(self):
        super().setUp()
        make("app.db", ["one"])

    def test_two_backups_at_once(self):
        """The second is refused and told who is at work; with --lock-wait it takes its turn."""
        os.symlink("app.db", "alias.db")
        with Holder("app.db", "database.execute('BEGIN EXCLUSIVE')"):
            first = self.start("backup", "app.db", "first.sqlite")
            self.assertTrue(wait_until(lambda: [each for each in held_leases(self.state) if len(Path(each).stem) == 32]))
            for name in ("app.db", "./../" + self.folder.name + "/app.db", "alias.db"):
                ran = self.refused(9, "lease_held", "backup", name, "second.sqlite")
                self.assertIn(f"pid {first.pid} ", ran.message)
                self.assertFalse(Path("second.sqlite").exists())
            waits = self.start("backup", "app.db", "second.sqlite", "--lock-wait", "60s")
            time.sleep(0.3)
            self.assertIsNone(waits.poll(), "it did not wait")
        self.assertEqual(self.finish(first).status, 0)
        self.assertEqual(self.finish(waits).status, 0)
        self.assertEqual((names("first.sqlite"), names("second.sqlite")), (["one"], ["one"]))
        self.check_tidy()
        self.check_chain()

    def test_a_restore_waits_for_a_backup(self):
        self.passes("backup", "app.db", "kept.sqlite")
        with Holder("app.db", "database.execute('BEGIN EXCLUSIVE')"):
            backup = self.start("backup", "app.db", "copy.sqlite")
            self.assertTrue(wait_until(lambda: [each for each in held_leases(self.state) if len(Path(each).stem) == 32]))
            ran = self.refused(9, "lease_held", "restore", "kept.sqlite", "--to", "app.db", "--force")
            self.assertIn(f"pid {backup.pid} ", ran.message)
        self.assertEqual(self.finish(backup).status, 0)
        self.assertEqual(list(Path(".").glob("*pre-restore*")), [])

    def test_an_exclusive_holder_is_named(self):
        with Holder("app.db", "database.execute('BEGIN EXCLUSIVE')") as holder:
            ran = self.refused(7, "exclusive_holder", "backup", "app.db", "copy.sqlite")
            self.assertIn(f"pid {holder.pid} ", ran.message)
        self.assertEqual(list(Path(".").glob("*copy*")), [])

    def test_a_lease_of_the_dead_is_none(self):
        self.assertEqual(self.muster("backup", "app.db", "copy.sqlite", kill_at="snapshot.copied").status, -9)
        self.assertTrue(held_leases(self.state))
        self.passes("backup", "app.db", "copy.sqlite")
        self.check_tidy()

    def test_many_runs_at_once_keep_one_chain(self):
        """Starting, burying a dead run and appending a record are each done by one run at a time."""
        self.assertEqual(self.muster("backup", "app.db", "dead.sqlite", kill_at="snapshot.copied").status, -9)
        rounds, width = 4, 12
        for number in range(rounds):
            for each in range(width):
                if number == 0:
                    make(f"{each}.db", [str(each)])
            under_way = [self.start("backup", f"{each}.db", f"out/{each}.sqlite", "--force") for each in range(width)]
            for each in under_way:
                ran = self.finish(each)
                self.assertEqual(ran.status, 0, ran)
        self.check_chain()
        self.check_journals()
        records = self.records
        self.assertEqual(len(records), 1 + rounds * width)
        self.assertEqual([each["status"] for each in records].count("died"), 1, "only one run was killed")
        self.assertEqual(sum(bool(each["found"]) for each in records), 1, "one run says what it found")
        for each in range(width):
            self.assertEqual(names(f"out/{each}.sqlite"), [str(each)])
        self.assertEqual(leftovers("out"), [])
        self.passes("backup", "app.db", "dead.sqlite")
        self.check_tidy()

    def test_what_a_live_run_removes_is_not_called_dead(self):
        """A run that prunes slowly, as with a large file: its claim is held, and the manifest is an intent already."""
        take_each_day(self, "app.db", "d", [1, 2])
        self.assertEqual(self.muster("prune", "d", "--keep-last", "1", kill_at="prune.manifest_removed").status, KILLED)
        with open("d/.shop-02.sqlite.muster-claim", "w") as claim:
            fcntl.flock(claim, fcntl.LOCK_EX)
            self.passes("verify", "d")
            ran = self.passes("snapshots", "d")
            self.assertNotIn("killed", ran.out)
        self.assertEqual(self.muster("verify", "d").status, 4)


if __name__ == "__main__":
    unittest.main()
