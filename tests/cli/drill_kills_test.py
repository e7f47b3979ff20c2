#!/usr/bin/env python3
"""[VV-05] [EE-07] A rehearsal that is killed, at each of its acts and at any time: nothing of it goes on, and production was not touched.

At once no process is left that it started; the next run removes its sandbox and says so.
"""
import random
import sqlite3
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import crash_in_wal, make_big, wait_until
from support.drills import PYTHON, Drills, app, has_begun, has_ended, processes_of, read_events
from support.muster import KILLED

AT_ONCE = 2  # seconds
ROUNDS = 8
SEED = 20261127

# `idle` leaves a process in a session of its own, deaf to SIGTERM.
POLICY = f"""
  own:
    targets: [shop]
    services:
      idle: {{ start: ["{PYTHON}", leaves.py], stop_within: 100ms }}
      {app()}
    hypothesis: [{{ name: calm, run: [sleep, "0.05"] }}]
    steps:
      - {{ name: copy, snapshot: {{ to: clone }} }}
      - {{ name: snap, snapshot: {{ of: clone, as: backup }} }}
      - {{ name: mutate, mutate: {{ database: clone }} }}
      - {{ name: seen, compare: {{ database: clone, with: backup, likeness: different }} }}
      - {{ name: restore, restore: {{ snapshot: backup, to: restored }} }}
      - {{ name: doctor, check: {{ database: restored }} }}
      - {{ name: boot, service: {{ start: app }} }}
      - {{ name: call, http: {{ get: "{{app}}/slow/0.1" }} }}
      - {{ name: program, run: [sleep, "0.1"] }}
      - {{ name: crash, service: {{ kill: app }} }}
    rollback:
      - {{ name: tidy, run: [sleep, "0.1"] }}
  short: {{ steps: [{{ name: pause, wait: 1ms }}] }}
"""
LEAVES = """
import subprocess, sys, time
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGHUP, signal.SIG_IGN); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
time.sleep(600)
"""
OWN = [("before", "idle"), ("before", "calm"), *(("step", name) for name in ("copy", "snap", "mutate", "seen", "restore", "doctor", "boot", "call", "program", "crash")),
       ("after", "calm"), ("rollback", "tidy")]
RESTORE_DRILL = [("step", name) for name in ("inspect", "restore", "doctor", "compare")]
RESTORE_SMOKE = [("step", name) for name in ("clone", "baseline", "snapshot", "damage", "damage-seen", "restore", "equality", "checks")]


class Kills(Drills):
    def setUp(self):
        super().setUp()
        Path("leaves.py").write_text(LEAVES)
        # Large enough that each act lasts; in use by then, with a log that somebody's crash has left.
        Path("shop.db").unlink()
        make_big("shop.db", 6)
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, padding BLOB)")
            database.commit()
        crash_in_wal("shop.db", ["in the log"])
        self.write_policy(POLICY)
        self.hits = self.rounds = 0

    def kill(self, process, events, before, part=None, name=None):
        """Kills it now, and judges what is left at once, and after the next run. Whether it was still at work."""
        process.kill()
        killed_at = time.monotonic()
        status = process.wait()
        gone = wait_until(lambda: not processes_of(self.state), AT_ONCE)
        took = time.monotonic() - killed_at
        self.assertTrue(gone, f"{took:.1f} s after it was killed at {name}, these are left: {processes_of(self.state)}")
        self.assertEqual(self.production(), before, f"production was changed by a run that was killed at {name}")
        ran = self.finish(process)
        if status != KILLED:
            self.assertEqual(status, 0, ran)
            return False
        left, known = self.sandboxes(), len(self.records)
        self.assertLessEqual(len(left), 1)
        after = self.passes("drill", "policy.yaml", "short")
        self.check_nothing_left()
        self.check_tidy_state()
        if len(self.records) == known + 1:
            self.assertEqual(left, [], "a run that had not begun has left a sandbox")
            return False
        self.assertEqual(self.records[-2]["status"], "died")
        self.assertTrue(any("was killed" in each for each in after.document["found"]), after)
        for each in left:
            self.assertTrue(any(str(each) in said for said in after.document["found"]), f"{each} was removed without a word: {after}")
            self.assertIn(str(each), after.out)
        self.assertEqual(self.production(), before)
        return True

    def check_tidy_state(self):
        """Of all that runs leave below the state directory."""
        for name in ("sandboxes", "scratch"):
            self.assertEqual(list((self.state / "muster" / name).glob("*")), [], name)

    def kill_at_each(self, words, acts):
        before, in_the_act = self.production(), []
        for part, name in acts:
            with self.subTest(part=part, act=name):
                process, events = self.start_drill(*words)
                self.await_act(process, events, name, part)
                killed = self.kill(process, events, before, part, name)
                told = read_events(events)
                self.assertTrue(has_begun(told, name, part))
                in_the_act.append(killed and not has_ended(told, name, part))
        self.assertGreaterEqual(sum(in_the_act), len(acts) * 2 // 3, f"too few acts were killed before they had ended: {in_the_act}")

    def kill_any_time(self, *commands):
        for words in commands:
            began = time.monotonic()
            self.assertEqual(self.muster(*words).status, 0)
            whole = time.monotonic() - began
            before, chance, hits = self.production(), random.Random(SEED), 0
            for _ in range(ROUNDS):
                process, events = self.start_drill(*words)
                time.sleep(chance.uniform(0.01, whole))
                hits += self.kill(process, events, before, name="any time")
            self.assertGreaterEqual(hits, ROUNDS // 2, "too few runs were killed to prove anything")

    def test_each_act_of_a_scenario_of_ones_own(self):
        self.kill_at_each(("drill", "policy.yaml", "own"), OWN)

    def test_each_act_of_the_restore_drill(self):
        self.passes("backup", "shop.db", "kept.sqlite")
        self.kill_at_each(("restore-drill", "kept.sqlite"), RESTORE_DRILL)

    def test_each_act_of_the_restore_smoke(self):
        self.kill_at_each(("restore-smoke", "shop.db"), RESTORE_SMOKE)

    def test_any_time(self):
        self.passes("backup", "shop.db", "kept.sqlite")
        self.kill_any_time(("drill", "policy.yaml", "own"), ("restore-drill", "kept.sqlite"), ("restore-smoke", "shop.db"))

    def test_the_grandchild_of_a_service_is_there_before(self):
        """So that what is looked for after a kill can be found."""
        process, events = self.start_drill("drill", "policy.yaml", "own")
        self.await_act(process, events, "copy")
        self.assertTrue(any("SIG_IGN" in each for each in processes_of(self.state).values()), processes_of(self.state))
        self.assertTrue(any("leaves.py" in each for each in processes_of(self.state).values()))
        self.assertEqual(len(self.sandboxes()), 1)
        self.kill(process, events, self.production(), name="copy")

    def test_a_sandbox_is_kept_only_when_asked(self):
        self.holds("short")
        ran = self.muster("drill", "policy.yaml", "own", "--keep-sandbox")
        self.assertEqual((ran.status, processes_of(self.state)), (0, {}), ran)
        [kept] = self.sandboxes()
        drilled = ran.document["outcomes"][0]["drilled"]
        self.assertEqual((drilled["sandbox"], drilled["sandbox_removed"]), (str(kept), False))
        self.assertTrue((kept / "restored.sqlite").exists())
        self.assertIn(str(kept), ran.out)
        ran = self.passes("drill", "policy.yaml", "short")
        self.assertEqual((self.sandboxes(), ran.document["found"]), ([kept], []), "the next run has removed what was to be kept")

    def test_one_that_was_to_be_kept_and_was_killed(self):
        """Nobody was told where it is."""
        process, events = self.start_drill("drill", "policy.yaml", "own", "--keep-sandbox")
        self.await_act(process, events, "snap")
        self.assertTrue(self.kill(process, events, self.production(), name="snap"))


if __name__ == "__main__":
    unittest.main()
