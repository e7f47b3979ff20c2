#!/usr/bin/env python3
"""[VV-05] --events tells of each act of a rehearsal as it begins and as it ends, in lines that pass the schema of a journal event."""
import json
import os
import signal
import subprocess
import unittest
from pathlib import Path

from support.databases import wait_until
from support.drills import Drills, app, has_begun, read_events, story
from support.muster import SOURCE

VALIDATE = SOURCE / "tests/schema/validate.mjs"

DRILLS = f"""
  good:
    targets: [shop]
    services:
      idle: {{ start: [sleep, "600"] }}
      {app("{clone}")}
    hypothesis: [{{ run: ["true"] }}, {{ name: calm, sql: {{ database: source, ask: SELECT count(*) FROM item }}, expect: {{ value: 3 }} }}]
    steps:
      - {{ name: copy, snapshot: {{ to: clone }} }}
      - {{ name: boot, service: {{ start: app }} }}
      - {{ name: call, http: {{ get: "{{app}}/items/tea" }}, save: {{ id: /id }} }}
      - {{ name: keep, save: {{ known: "{{id}}" }} }}
    rollback: [{{ name: tidy, run: ["true"] }}]
  failing:
    targets: [shop]
    steps:
      - {{ name: copy, snapshot: {{ to: clone }} }}
      - {{ name: wrong, check: {{ database: clone, verdict: bad }} }}
      - {{ name: broken, run: ["false"] }}
      - {{ name: never, wait: 1ms }}
    rollback: [{{ name: tidy, run: ["true"] }}]
  slow:
    targets: [shop]
    within: 400ms
    steps: [{{ name: copy, snapshot: {{ to: clone }} }}, {{ name: pause, wait: 1m }}, {{ name: never, wait: 1ms }}]
    rollback: [{{ name: tidy, run: ["true"] }}]
  long:
    targets: [shop]
    steps: [{{ name: pause, wait: 1m }}]
    rollback: [{{ name: tidy, run: ["true"] }}]
  smoke: {{ scenario: restore-smoke, targets: [shop] }}
"""


class Events(Drills):
    def setUp(self):
        super().setUp()
        self.write_policy(DRILLS)

    def told(self, *words, status=0):
        """The events of a run, and its outcomes by drill."""
        ran = self.muster(*words, "--events", "events")
        self.assertEqual(ran.status, status, ran)
        return read_events("events"), {each["step"].split(":")[-2] if each["step"].count(":") else each["step"]: each for each in ran.document["outcomes"]}

    def check_lines(self, path="events"):
        """Every line by a validator that is not muster's, against the schema that muster prints; and one that is wrong is refused."""
        folder = Path("lines")
        folder.mkdir(exist_ok=True)
        lines = Path(path).read_bytes().split(b"\n")
        self.assertEqual(lines.pop(), b"", "the last line is cut off")
        files = []
        for number, line in enumerate(lines):
            files.append(folder / f"{number:03}.json")
            files[-1].write_bytes(line)
        schema = Path("schema.json")
        schema.write_text(self.passes("schema", "journal-event").out)
        checked = self.ajv(schema, files)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        for change in ({"kind": "act_begun"}, {"act": {"name": "x"}}, {"surprise": 1}):
            wrong = folder / "wrong.json"
            wrong.write_text(json.dumps(json.loads(lines[2]) | change))
            self.assertEqual(self.ajv(schema, [wrong]).returncode, 1, change)
        events = read_events(path)
        self.assertEqual([each["sequence"] for each in events], list(range(1, len(events) + 1)))
        self.assertEqual((events[0]["kind"], events[-1]["kind"]), ("run_started", "run_finished"))
        return events

    def ajv(self, schema, files):
        return subprocess.run(["node", VALIDATE, schema, *files], capture_output=True, text=True, timeout=120)

    def check_acts(self, events, outcome):
        """Acts of that outcome: begun and ended by turns, in the order and with the ends that the record has."""
        step = outcome["step"]
        mine = [each for each in events if each.get("step") == step]
        self.assertEqual((mine[0]["kind"], mine[-1]["kind"]), ("step_started", "step_finished"))
        acts = mine[1:-1]
        self.assertEqual([each["kind"] for each in acts], ["act_started", "act_finished"] * (len(acts) // 2))
        place = lambda act: (act["part"], act["name"], act["act"])
        for begun, ended in zip(acts[::2], acts[1::2]):
            self.assertEqual(place(begun["act"]), place(ended["act"]))
        self.assertEqual([each["act"] for each in acts[1::2]], outcome["drilled"]["steps"])
        self.assertEqual(mine[-1]["outcome"], outcome)

    def test_a_drill_that_passes(self):
        _, outcomes = self.told("drill", "policy.yaml", "good", "smoke")
        events = self.check_lines()
        self.assertEqual(story(outcomes["good"]), ["before/idle", "before/hypothesis 1", "before/calm", "step/copy", "step/boot", "step/call", "step/keep",
                                                   "after/hypothesis 1", "after/calm", "rollback/tidy"])
        for outcome in outcomes.values():
            self.check_acts(events, outcome)

    def test_one_that_fails(self):
        _, outcomes = self.told("drill", "policy.yaml", "failing", status=4)
        self.check_acts(self.check_lines(), outcomes["failing"])
        self.assertEqual(story(outcomes["failing"]), ["step/copy", "step/wrong failed", "step/broken failed", "rollback/tidy"])

    def test_one_that_is_aborted(self):
        _, outcomes = self.told("drill", "policy.yaml", "slow", status=4)
        self.check_acts(self.check_lines(), outcomes["slow"])
        self.assertEqual(story(outcomes["slow"]), ["step/copy", "step/pause aborted", "rollback/tidy"])

    def test_one_that_is_interrupted(self):
        process = self.start("drill", "policy.yaml", "long", "--events", "events")
        self.assertTrue(wait_until(lambda: has_begun(read_events("events"), "pause")))
        self.assertEqual([each["kind"] for each in read_events("events")], ["run_started", "step_started", "act_started"], "told only afterwards")
        process.send_signal(signal.SIGINT)
        ran = self.finish(process)
        self.assertEqual(ran.status, 130, ran)
        [outcome] = ran.document["outcomes"]
        self.check_acts(self.check_lines(), outcome)
        self.assertEqual(story(outcome), ["step/pause interrupted", "rollback/tidy"])

    def test_one_that_is_killed_leaves_whole_lines(self):
        process = self.start("drill", "policy.yaml", "long", "--events", "events")
        self.assertTrue(wait_until(lambda: has_begun(read_events("events"), "pause")))
        process.kill()
        self.finish(process)
        self.assertEqual([each["kind"] for each in read_events("events")], ["run_started", "step_started", "act_started"])
        self.assertTrue(Path("events").read_bytes().endswith(b"\n"))

    def test_the_direct_commands(self):
        self.passes("backup", "shop.db", "kept.sqlite")
        for words in (("restore-drill", "kept.sqlite"), ("restore-smoke", "shop.db")):
            with self.subTest(words=words):
                self.assertEqual(self.muster(*words, "--events", "events").status, 0)
                events = self.check_lines()
                [finished] = [each for each in events if each["kind"] == "step_finished"]
                self.check_acts(events, finished["outcome"])

    def test_an_older_file_is_written_anew_and_the_journal_holds_no_acts(self):
        self.told("drill", "policy.yaml", "smoke")
        first = read_events("events")
        self.told("drill", "policy.yaml", "smoke")
        self.assertEqual(len(read_events("events")), len(first))
        self.check_journals()

    def test_a_file_that_cannot_be_written(self):
        ran = self.muster("drill", "policy.yaml", "smoke", "--events", "no/such/folder/events")
        self.assertNotEqual(ran.status, 0)
        self.assertIn("--events: there is no folder", ran.out + ran.err)
        self.check_nothing_left()

    def test_what_is_no_file_is_left_alone(self):
        os.mkfifo("pipe")
        os.mkdir("folder")
        for place in ("pipe", "folder"):
            ran = self.muster("drill", "policy.yaml", "smoke", "--events", place)
            self.assertEqual(ran.status, 8, ran)
            self.assertRegex(ran.err, "not_a_file: --events: .* (is no regular file|is a folder)")
        self.assertEqual(self.records, [])


if __name__ == "__main__":
    unittest.main()
