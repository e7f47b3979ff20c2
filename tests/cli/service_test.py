#!/usr/bin/env python3
"""[ST-02] A restore by a policy stops the service of its target, and starts it again whatever comes.

The service is a real one: it has the database open and answers from it.
"""
import json
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.request
from pathlib import Path

from support import service
from support.databases import change, make, names, tree
from support.muster import KILLED, Case

POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups }} }}
targets:
  shop:
    sqlite: data/shop.db
    checks: [{{ name: items, sql: SELECT count(*) FROM item, expect: ">= 1" }}]
    service:
      stop: ["{python}", stop.py]
      start: ["{python}", start.py, data/shop.db, "{port}"]
      healthy: {healthy}
      timeout: 20s
protect:
  all: {{ targets: [shop], stores: [near], snapshot: {{ encrypt: {{ env: SHOP_KEY }} }} }}
"""
OVER_HTTP = '{{ http: {{ get: "http://127.0.0.1:{port}/health" }}, expect: {{ json: {{ /items: "{items}" }} }}, within: {within} }}'
KEY = "5e" * 32
RESTORE = ("restore", "--policy", "policy.yaml", "shop", "--force")


class Services(Case):
    def setUp(self):
        super().setUp()
        Path("data").mkdir()
        service.write_programs()
        self.addCleanup(service.end)
        self.port = service.free_port()
        make("data/shop.db", ["one", "two"])
        self.write_policy(">= 2")
        self.passes("apply", "policy.yaml")
        change("data/shop.db", ["three"])
        subprocess.run([sys.executable, "start.py", "data/shop.db", str(self.port)], stdout=subprocess.DEVNULL, check=True)
        self.wait_for(lambda: self.items() == 3)
        Path("calls").unlink()
        self.before = service.pid()

    def environment(self, kill_at=None, **more):
        return super().environment(kill_at, **({"SHOP_KEY": KEY} | more))

    def write_policy(self, items=None, within="20s", healthy=None):
        healthy = healthy or OVER_HTTP.format(port=self.port, items=items, within=within)
        Path("policy.yaml").write_text(POLICY.format(python=sys.executable, port=self.port, healthy=healthy))

    def wait_for(self, holds):
        for _ in range(1000):
            if holds():
                return
            time.sleep(0.02)
        self.fail("it never came to that: " + (Path("log").read_text() if Path("log").exists() else ""))

    def items(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return json.load(answer)["items"]
        except OSError:
            return None

    def calls(self):
        return Path("calls").read_text().split() if Path("calls").exists() else []

    def acts(self, ran):
        """What the record says was done to the service, checked for its form."""
        [outcome] = ran.document["outcomes"]
        for call in outcome["service"]["calls"]:
            self.assertRegex(call["elapsed"], r"^[0-9]+(ms|s|m)")
            if call["act"] != "healthy":
                self.assertEqual(call["argv"][:2], [sys.executable, call["act"] + ".py"])
            if call["succeeded"] and call["act"] != "healthy":
                self.assertEqual(call["exit_status"], 0)
        said = json.dumps(ran.document) + ran.out + ran.err
        self.assertNotIn(KEY, said)
        return [("" if call["succeeded"] else "not ") + call["act"] for call in outcome["service"]["calls"]]

    def works_on_old(self):
        """A service of after the restore has the former database open, and answers from it."""
        self.wait_for(lambda: self.items() == 3)
        self.assertTrue(service.holds("data/shop.db"))
        self.assertEqual(names("data/shop.db"), ["one", "three", "two"])

    # What a restore does.

    def test_restored_with_the_service_on_the_new_database(self):
        ran = self.passes(*RESTORE)
        self.assertEqual(self.acts(ran), ["stop", "start", "healthy"])
        self.assertEqual(self.calls(), ["stop", "start"])
        self.assertNotEqual(service.pid(), self.before)
        self.assertEqual(self.items(), 2)
        self.assertTrue(service.holds("data/shop.db"))
        [outcome] = ran.document["outcomes"]
        self.assertNotIn("holders", [each["code"] for each in outcome["findings"]], "looked at before the stop")
        self.assertEqual(names(outcome["restored"]["safety_copy"]), ["one", "three", "two"])
        self.assertIn("service: stopped after", ran.out)
        self.assertIn("service: healthy after", ran.out)
        self.assertEqual(self.records[-1]["outcomes"][0]["service"], outcome["service"])
        self.check_chain()

    def test_in_place(self):
        ran = self.passes(*RESTORE, "--in-place")
        self.assertEqual(self.acts(ran), ["stop", "start", "healthy"])
        self.assertEqual(self.items(), 2)

    def test_one_that_was_down_is_started(self):
        service.end()
        self.assertEqual(self.acts(self.passes(*RESTORE)), ["stop", "start", "healthy"])
        self.assertEqual(self.items(), 2)

    def test_the_key_stays_with_muster(self):
        Path("refuse-stop").touch()
        ran = self.refused(1, "service_failed", *RESTORE)
        self.assertIn("KEY is not told", ran.message)

    # What can go wrong.

    def test_unhealthy_is_rolled_back(self):
        for words in ((), ("--in-place",)):
            with self.subTest(words=words):
                Path("calls").unlink(missing_ok=True)
                self.write_policy("== 3", within="1s")  # the restored one holds two
                ran = self.refused(1, "rolled_back", *RESTORE, *words)
                self.assertEqual(self.acts(ran), ["stop", "start", "not healthy", "stop", "start", "healthy"])
                self.assertEqual(self.calls(), ["stop", "start"] * 2)
                self.assertIn("did not get healthy within 1s: it says the number 2 at /items (expected 3)", ran.message)
                self.assertTrue(ran.document["outcomes"][0]["restored"]["rolled_back"])
                self.works_on_old()
                time.sleep(1.1)  # a safety copy is named by its second

    def test_unhealthy_on_either_is_told_with_the_start_command(self):
        self.write_policy("== 7", within="500ms")
        ran = self.refused(1, "rolled_back", *RESTORE)
        self.assertEqual(self.acts(ran), ["stop", "start", "not healthy", "stop", "start", "not healthy"])
        self.assertIn("start it with: " + sys.executable, ran.out)
        self.works_on_old()

    def test_healthy_by_a_command(self):
        self.write_policy(healthy=f'{{ command: ["{sys.executable}", -c, "import sys; sys.exit(\'no table x\')"], within: 1s }}')
        ran = self.refused(1, "rolled_back", *RESTORE)
        self.assertIn("no table x", ran.message)
        self.works_on_old()
        self.write_policy(healthy='{ command: ["true"] }')
        self.assertEqual(self.acts(self.passes(*RESTORE, "--safety-suffix", "second")), ["stop", "start", "healthy"])

    def test_what_is_not_stopped_is_not_touched(self):
        Path("refuse-stop").touch()
        before = tree("data"), service.pid()
        ran = self.refused(1, "service_failed", *RESTORE)
        self.assertEqual((tree("data"), service.pid()), before)
        self.assertIn("stop.py", ran.message)
        self.assertIn("exit status 5 after", ran.message)
        self.assertIn("it is busy; the database is untouched", ran.message)
        self.assertEqual(self.acts(ran), ["not stop", "healthy"])
        self.assertEqual(self.calls(), ["stop"], "it was healthy still")
        self.assertEqual(self.items(), 3)

    def test_a_hanging_stop_is_ended_and_nothing_is_touched(self):
        text = Path("policy.yaml").read_text().replace("stop: [", "stop: [sleep, '60'] #").replace("timeout: 20s", "timeout: 500ms")
        Path("policy.yaml").write_text(text)
        before = tree("data")
        ran = self.refused(1, "service_failed", *RESTORE)
        self.assertIn("did not end in time", ran.message)
        self.assertEqual(tree("data"), before)
        self.works_on_old()

    def test_what_cannot_be_started_is_rolled_back(self):
        Path("refuse-start").touch()
        ran = self.refused(1, "rolled_back", *RESTORE)
        self.assertEqual(self.acts(ran), ["stop", "not start", "stop", "not start"])
        self.assertIn("the unit is masked", ran.message)
        self.assertIn("start it with: ", ran.out)
        self.assertEqual(names("data/shop.db"), ["one", "three", "two"])

    def test_a_bad_backup_stops_nothing(self):
        [artifact] = Path("backups").rglob("*.enc")
        artifact.write_bytes(artifact.read_bytes()[:-40])
        ran = self.muster(*RESTORE)
        self.assertNotEqual(ran.status, 0, ran)
        self.assertEqual((self.calls(), service.pid()), ([], self.before))

    def test_judged_bad_the_service_is_back_on_the_old_database(self):
        # What the stop program writes into the staged file takes the place of what was found good.
        Path("stop.py").write_text(Path("stop.py").read_text() + """
import sqlite3
spoilt = sqlite3.connect("data/.shop.db.muster-restoring")
spoilt.execute("DELETE FROM item")
spoilt.commit()
""")
        ran = self.muster(*RESTORE)
        self.assertEqual(ran.document["outcomes"][0]["trouble"]["code"], "rolled_back", ran)
        self.assertIn("failed its validation", ran.message)
        self.assertEqual(self.acts(ran), ["stop", "start", "healthy"])
        self.works_on_old()

    def test_a_stop_signal_brings_it_back(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number):
                Path("calls").unlink(missing_ok=True)
                self.write_policy("== 7", within="60s")
                running = self.start(*RESTORE, "--safety-suffix", f"by-{status}")
                self.wait_for(lambda: self.calls() == ["stop", "start"] and self.items() == 2)
                running.send_signal(number)
                ran = self.finish(running)
                self.assertEqual(ran.status, status, ran)
                self.assertEqual(self.calls(), ["stop", "start"] * 2)
                self.works_on_old()

    def test_after_a_kill_the_next_run_tells(self):
        for place, items in (("restore.safety_taken", ["one", "three", "two"]), ("swap.renamed", ["one", "two"])):
            with self.subTest(place=place):
                self.assertEqual(self.muster(*RESTORE, "--safety-suffix", place, kill_at=place).status, KILLED)
                self.assertIsNone(service.pid())
                ran = self.muster("backup", "data/shop.db", f"kept-{place}.sqlite")
                self.assertEqual(names("data/shop.db"), items)
                [note] = [each for each in ran.document["found"] if "the service of shop was stopped by that run" in each]
                self.assertIn(f"start it with: {sys.executable} start.py data/shop.db {self.port} (in {self.folder})", note)
                self.assertIn(note, ran.out)
                told = self.passes("backup", "data/shop.db", f"again-{place}.sqlite")
                self.assertEqual(told.document["found"], [], "told twice")
                self.assertIsNone(service.pid(), "a run that was not asked to started it")
        self.passes(*RESTORE, "--safety-suffix", "after")
        self.assertEqual(self.items(), 2)

    def test_a_kill_after_the_start_leaves_nothing_to_tell(self):
        self.write_policy("== 7", within="60s")
        running = self.start(*RESTORE)
        self.wait_for(lambda: "service_started" in self.journal() and self.items() == 2)
        running.kill()
        self.finish(running)
        found = self.passes("backup", "data/shop.db", "kept.sqlite").document["found"]
        self.assertTrue(any("was killed in step restore" in each for each in found), found)
        self.assertFalse(any("service" in each for each in found), found)

    def journal(self):
        return "".join(each.read_text() for each in (self.state / "muster/journal").glob("*.jsonl"))

    # What leaves it alone.

    def test_no_service(self):
        ran = self.passes(*RESTORE, "--no-service")
        [outcome] = ran.document["outcomes"]
        self.assertEqual(outcome["service"], {"name": "shop", "left_alone": True, "calls": []})
        self.assertIn("service: left alone (--no-service)", ran.out)
        self.assertEqual((self.calls(), service.pid()), ([], self.before))
        self.assertIn("holders", [each["code"] for each in outcome["findings"]])

    def test_another_place_concerns_no_service(self):
        for words in (("restore", "--policy", "policy.yaml", "shop", "--to", "copy.db"),
                      ("restore", next(str(each) for each in Path("backups").rglob("*.enc")), "--key", "env:SHOP_KEY", "--to", "other.db")):
            self.assertNotIn("service", self.passes(*words).document["outcomes"][0])
        self.assertEqual((self.calls(), service.pid()), ([], self.before))

    def test_its_own_place_by_name_does(self):
        self.assertEqual(self.acts(self.passes(*RESTORE, "--to", "data/../data/shop.db")), ["stop", "start", "healthy"])

    def test_a_dry_run_says_what_would_be_done(self):
        before = tree(self.folder)
        told = self.passes(*RESTORE, "--dry-run")
        self.assertEqual(tree(self.folder), before)
        self.assertEqual((self.calls(), service.pid()), ([], self.before))
        self.assertIn(f"service: stops it with {sys.executable} stop.py\n", told.out)
        self.assertIn(f"service: starts it with {sys.executable} start.py data/shop.db {self.port}\n", told.out)
        self.assertIn(f"service: then waits for 20s until http://127.0.0.1:{self.port}/health", told.out)
        use = told.document["steps"][0]["action"]["service"]
        self.assertEqual((use["name"], use["left_alone"], use["service"]["stop"]), ("shop", False, [sys.executable, "stop.py"]))
        self.assertIn("SHOP_KEY", use["withheld"])
        self.assertIn("service: left alone", self.passes(*RESTORE, "--dry-run", "--no-service").out)

    def test_a_drill_touches_no_service(self):
        Path("policy.yaml").write_text(Path("policy.yaml").read_text() + "drills: { smoke: { scenario: restore-smoke, targets: [shop] } }\n")
        self.passes("drill", "policy.yaml")
        self.assertEqual((self.calls(), service.pid()), ([], self.before))


if __name__ == "__main__":
    unittest.main()
