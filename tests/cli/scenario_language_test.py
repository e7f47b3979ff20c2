#!/usr/bin/env python3
"""[VV-05] [EE-07] Scenarios of one's own: every act, words, statuses, limits, the rollback that is always run, and what is wrong with them."""
import json
import re
import signal
import time
import unittest
from pathlib import Path

from support.drills import PYTHON, Drills, act_of, app, processes_of, sql, story, verdicts

# With what would end a string of JSON, of YAML and of a shell.
AWKWARD = "a \"quoted\" \\ $(touch harmed); 'word' é\t."

EVERY_ACT = f"""
  every:
    targets: [shop]
    with: {{ row: known, awkward: {json.dumps(AWKWARD)} }}
    services:
      idle: {{ start: [sleep, "600"] }}
      {app()}
    hypothesis:
      - {{ sql: {{ database: source, ask: SELECT count(*) FROM item }}, expect: {{ value: 3 }} }}
      - {{ name: still-there, sql: {{ database: source, ask: "SELECT name FROM item WHERE name = '{{row}}'" }}, expect: {{ value: "{{row}}" }} }}
      - {{ run: ["true"] }}
    steps:
      # Snapshots, databases and contents.
      - {{ name: copy, snapshot: {{ to: clone }} }}
      - {{ name: keep, save: {{ before: "{{clone.content}}" }} }}
      - {{ name: snap, snapshot: {{ of: clone, as: backup, compress: gzip }} }}
      - {{ name: snap-plain, snapshot: {{ of: clone, as: plain }} }}
      - {{ name: sound, check: {{ snapshot: backup, depth: quick }} }}
      - {{ name: mutate, mutate: {{ database: clone }} }}
      - {{ name: seen, compare: {{ database: clone, with: before, likeness: different }} }}
      - {{ name: seen-too, compare: {{ database: clone, with: backup, likeness: different }} }}
      - {{ name: restore-clone, restore: {{ snapshot: backup, to: clone }} }}
      - {{ name: same, compare: {{ database: clone, with: before }} }}
      - {{ name: same-as-snapshot, compare: {{ database: clone, with: backup }} }}
      - {{ name: restore, restore: {{ to: restored }} }}
      - {{ name: same-as-chosen, compare: {{ database: restored, with: chosen }} }}
      - {{ name: same-as-other, compare: {{ database: restored, with: clone }} }}
      - {{ name: doctor, check: {{ database: restored, depth: deep, rows: true }} }}
      # SQL, with words.
      - {{ name: change, sql: {{ database: clone, change: "UPDATE item SET name = 'seed {{seed}}' WHERE name = '{{row}}'" }} }}
      - {{ name: ask, sql: {{ database: clone, ask: "SELECT name FROM item WHERE id = 1" }}, expect: {{ value: "seed {{seed}}" }}, save: {{ changed: "" }} }}
      - {{ name: ask-number, sql: {{ database: clone, ask: SELECT count(*) FROM item }}, expect: {{ value: "<= 3" }} }}
      - {{ name: greet, save: {{ greeting: "hello {{changed}}" }} }}
      # Checks that must fail.
      - {{ name: harm, run: ["{PYTHON}", harm.py, "{{clone}}", "{{plain}}"] }}
      - {{ name: ill, check: {{ database: clone, verdict: bad }} }}
      - {{ name: rotten, check: {{ snapshot: plain, verdict: bad }} }}
      # A service and its answers.
      - {{ name: boot, service: {{ start: app }} }}
      - {{ name: boot-again, service: {{ start: app }} }}
      - name: find
        http: {{ get: "{{app}}/items/{{row}}" }}
        expect: {{ status: 200, json: {{ /name: "{{row}}" }} }}
        save: {{ id: /id, all: "" }}
      - {{ name: lost, http: {{ get: "{{app}}/items/lost" }}, expect: {{ status: 404 }} }}
      - name: echo
        http:
          put: "http://127.0.0.1:{{app.port}}/echo"
          headers: {{ X-Greeting: "of {{greeting}}" }}
          json: {{ text: "{{awkward}}", list: [1, "{{id}}", {{ deep: "{{awkward}}" }}], number: 7, yes: true }}
        expect: {{ json: {{ /method: PUT, /token: "of hello seed {{seed}}", /sent/text: "{{awkward}}", /sent/list/1: "{{id}}", /sent/list/2/deep: "{{awkward}}", /sent/number: 7 }} }}
      - {{ name: delete, http: {{ delete: "{{app}}/echo" }}, expect: {{ json: {{ /method: DELETE }} }} }}
      - {{ name: add, http: {{ post: "{{app}}/items", json: {{ name: added }} }}, expect: {{ status: 201 }} }}
      - {{ name: until-http, until: {{ http: {{ get: "{{app}}/items/added" }}, expect: {{ json: {{ /name: added }} }}, within: 5s, every: 10ms }} }}
      - {{ name: until-sql, until: {{ sql: {{ database: restored, ask: SELECT count(*) FROM item }}, expect: {{ value: 4 }}, within: 5s }} }}
      - {{ name: until-run, until: {{ run: ["{PYTHON}", third.py, "{{sandbox}}/count"], within: 20s, every: 10ms }} }}
      - {{ name: crash, service: {{ kill: app }} }}
      - {{ name: away, run: ["{PYTHON}", answers.py, "{{app.port}}"], expect: {{ status: 7 }} }}
      - {{ name: reboot, service: {{ restart: app }} }}
      - {{ name: back, run: ["{PYTHON}", answers.py, "{{app.port}}"], expect: {{ value: it answers }}, save: {{ answer: "" }} }}
      - {{ name: stop, service: {{ stop: app }} }}
      # Programs, with words in arguments and environment.
      - name: tell
        run: ["{PYTHON}", tell.py, "{{awkward}}", "{{answer}}", "{{restored}}"]
        environment: {{ WORD: "{{awkward}}", ID: "{{id}}" }}
        expect: {{ json: {{ /argv/0: "{{awkward}}", /argv/1: it answers, /WORD: "{{awkward}}", /ID: "{{id}}", /restored: true }} }}
      - {{ name: exits, run: ["{PYTHON}", -c, "raise SystemExit(3)"], expect: {{ status: 3 }} }}
      - {{ name: muster-itself, run: ["{{muster}}", version] }}
      - {{ name: pause, wait: 20ms }}
      # Faults.
      - {{ name: clone, snapshot: {{ to: scene }} }}
      - {{ name: furnish, mutate: {{ database: scene, how: furnish }} }}
      - {{ name: scene-backup, snapshot: {{ of: scene, as: scene-backup }} }}
      - {{ name: fault, fault: {{ inject: header-bit, database: scene, snapshot: scene-backup }} }}
      - {{ name: fault-there, fault: {{ inject: header-bit, at: artifact, database: scene, snapshot: scene-backup }} }}
    rollback:
      - {{ name: tidy, run: ["{PYTHON}", -c, "import os; os.mkdir('{{sandbox}}/rolled-back')"] }}
      - {{ name: tidied, run: [test, -d, "{{sandbox}}/rolled-back"] }}
"""

PROGRAMS = {
    "harm.py": "import sys\nfor path in sys.argv[1:]:\n    file = open(path, 'r+b')\n    file.seek(4096)\n    file.write(b'overwritten' * 9)\n    file.close()\n",
    "third.py": "import sys\nopen(sys.argv[1], 'a').write('x')\nsys.exit(0 if len(open(sys.argv[1]).read()) >= 3 else 1)\n",
    "answers.py": "import socket, sys\ntry:\n    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).close()\nexcept OSError:\n    sys.exit(7)\nprint('  it answers\\n')\n",
    "tell.py": "import json, os, sys\nprint(json.dumps({'argv': sys.argv[1:], 'WORD': os.environ['WORD'], 'ID': os.environ['ID'], 'restored': os.path.exists(sys.argv[3])}))\n",
}

# One step that takes long, and a rollback that leaves a mark.
LONG = """
  long:
    {more}
    services: {{ idle: {{ start: [sleep, "600"] }} }}
    steps:
      - {{ name: first, wait: 1ms }}
      - {long}
      - {{ name: never, run: [touch, reached] }}
    rollback:
      - {{ name: mark, run: [touch, rolled-back] }}
      - {{ name: mark-too, run: [touch, rolled-back-too] }}
"""
MARKS = ("rolled-back", "rolled-back-too")


class Language(Drills):
    def setUp(self):
        super().setUp()
        for name, text in PROGRAMS.items():
            Path(name).write_text(text)

    def steps(self, *steps, **parts):
        """A drill `own` of these steps; `parts` are the other keys of it."""
        lines = ["  own:", "    targets: [shop]", *(f"    {key}: {value}" for key, value in parts.items()), "    steps:", *(f"      - {{ {step} }}" for step in steps)]
        self.write_policy("\n".join(lines))


class Acts(Language):
    def test_every_act(self):
        self.write_policy(EVERY_ACT)
        self.back_up()
        outcome = self.holds("every")
        self.assertFalse(Path("harmed").exists(), "a word was given to a shell")
        names = re.findall(r"- \{* ?name: ([\w-]+)", EVERY_ACT[EVERY_ACT.index("    steps:"):])
        self.assertEqual(story(outcome), ["before/idle", "before/hypothesis 1", "before/still-there", "before/hypothesis 3",
                                          *[f"step/{each}" for each in names[:-2]],
                                          "after/hypothesis 1", "after/still-there", "after/hypothesis 3", "rollback/tidy", "rollback/tidied"])
        acts = {each["act"] for each in outcome["drilled"]["steps"]}
        self.assertEqual(acts, {"snapshot", "mutate", "restore", "check", "compare", "sql", "run", "http", "until", "service", "wait", "fault", "save"})
        self.assertEqual({(each["fault"], each["caught"]) for each in outcome["drilled"]["faults"] if each["applies"]}, {("header-bit", True)})
        self.assertEqual([each["strike"] for each in outcome["drilled"]["faults"]][-1], "artifact")
        self.assertIn("asked 3 times", act_of(outcome, "until-run")["told"])
        self.assertEqual(outcome["drilled"]["rows"], [{"table": "item", "rows": 3}])

    def test_each_act_can_fail(self):
        """What each act holds its subject to does not hold."""
        clone, snap = "name: clone, snapshot: { to: clone }", "name: snap, snapshot: { of: clone, as: backup }"
        damage = f'name: damage, run: ["{PYTHON}", harm.py, "{{backup}}"]'
        cases = {
            "restore": ([clone, snap, damage, "name: bad, restore: { snapshot: backup, to: restored }"], "restore", "must not be restored"),
            "check a snapshot": ([clone, snap, damage, "name: bad, check: { snapshot: backup }"], "checksum", "not those its manifest describes"),
            "check a database": ([clone, f'name: damage, run: ["{PYTHON}", harm.py, "{{clone}}"]', "name: bad, check: { database: clone }"], "health", "ill"),
            "check one that must be bad": ([clone, "name: bad, check: { database: clone, verdict: bad }"], "health", "it was found sound, and it must be bad"),
            "compare": ([clone, "name: keep, save: { was: \"{clone.content}\" }", "name: mutate, mutate: { database: clone }", "name: bad, compare: { database: clone, with: was }"], "equality", "the content differs"),
            "compare with a snapshot": ([clone, snap, "name: mutate, mutate: { database: clone }", "name: bad, compare: { database: clone, with: backup }"], "same_content", "is not the manifest's"),
            "compare what must differ": ([clone, snap, "name: bad, compare: { database: clone, with: backup, likeness: different }"], "damage", "left no trace"),
            "sql ask": (["name: bad, sql: { database: source, ask: SELECT count(*) FROM item }, expect: { value: \"> 3\" }"], "step", "3"),
            "sql that yields nothing": (["name: bad, sql: { database: source, ask: SELECT name FROM item WHERE id = 77 }, expect: { value: known }"], "step", ""),
            "sql ask that changes": ([clone, "name: bad, sql: { database: clone, ask: DELETE FROM item RETURNING id }"], "step", ""),
            "sql change": ([clone, "name: bad, sql: { database: clone, change: UPDATE lost SET name = 1 }"], "step", "no such table: lost"),
            "sql change of another file": ([clone, "name: bad, sql: { database: clone, change: \"ATTACH 'shop.db' AS other\" }"], "step", ""),
            "run": (["name: bad, run: [\"false\"]"], "step", "status 1"),
            "run prints": (["name: bad, run: [echo, no], expect: { value: \"yes\" }"], "step", "yes"),
            "run ends by a signal": ([f'name: bad, run: ["{PYTHON}", -c, "import os; os.kill(os.getpid(), 9)"]'], "step", "signal 9"),
            "http": (["name: bad, http: { get: \"http://127.0.0.1:1/\" }"], "step", "no answer"),
            "until": (["name: bad, until: { sql: { database: source, ask: SELECT count(*) FROM item }, expect: { value: 4 }, within: 150ms, every: 20ms }"], "step", "is not so within 150 ms"),
            "until run": (["name: bad, until: { run: [\"false\"], within: 150ms, every: 20ms }"], "step", "is not so within 150 ms"),
            "save of an answer that lacks it": ([f'name: bad, run: ["{PYTHON}", -c, "print(1)"], save: {{ x: /a }}'], "step", "/a"),
        }
        self.write_policy("\n".join(f"  case-{number}:\n    targets: [shop]\n    steps:\n" + "\n".join(f"      - {{ {each} }}" for each in steps)
                                    for number, (steps, _, _) in enumerate(cases.values())))
        outcomes = self.drill(status=4)
        for number, (name, (steps, finding, saying)) in enumerate(cases.items()):
            with self.subTest(name):
                outcome = outcomes[f"case-{number}"]
                drilled = outcome["drilled"]
                bad = act_of(outcome, "bad")
                self.assertEqual((drilled["status"], drilled["passed"], bad["status"], outcome["status"]), ("failed", False, "failed", "bad"), (bad, self.ran.out))
                self.assertIn("bad", verdicts(outcome, finding))
                self.assertIn(saying, bad["told"])
                self.assertTrue(bad["told"])

    def test_a_comparison_with_a_damaged_snapshot_is_a_verdict(self):
        self.steps("name: clone, snapshot: { to: clone }", "name: snap, snapshot: { of: clone, as: backup }", f'name: damage, run: ["{PYTHON}", harm.py, "{{backup}}"]',
                   "name: bad, compare: { database: clone, with: backup }")
        self.breaks("own", act="bad", saying="not those its manifest describes")

    def test_a_step_that_makes_something_ends_the_steps_and_one_that_judges_does_not(self):
        self.steps("name: clone, snapshot: { to: clone }", "name: judge, check: { database: clone, verdict: bad }",
                   "name: judge-too, compare: { database: clone, with: source, likeness: different }",
                   "name: make, sql: { database: clone, change: UPDATE lost SET name = 1 }", "name: never, wait: 1ms")
        self.assertEqual(story(self.breaks("own", act="make")), ["step/clone", "step/judge failed", "step/judge-too failed", "step/make failed"])

    def test_source_is_only_read(self):
        before = Path("shop.db").read_bytes()
        self.steps('name: ask, sql: { database: source, ask: "SELECT count(*) FROM item" }, save: { rows: "" }', "name: snap, snapshot: { as: backup }", "name: copy, snapshot: { to: clone }",
                   "name: same, compare: { database: clone, with: source }")
        self.holds("own")
        self.assertEqual(Path("shop.db").read_bytes(), before)


class Statuses(Language):
    def test_the_hypothesis_fails_before(self):
        self.steps("name: step, run: [touch, reached]", hypothesis='[{ name: wrong, sql: { database: source, ask: SELECT count(*) FROM item }, expect: { value: 4 } }]',
                   rollback="[{ name: mark, run: [touch, rolled-back] }]")
        outcome = self.breaks("own", act="wrong", finding="step", saying="3", changes=MARKS)
        self.assertEqual(story(outcome), ["before/wrong failed", "rollback/mark"])
        self.assertFalse(Path("reached").exists())

    def test_the_hypothesis_fails_after(self):
        Path("calm").touch()
        self.steps("name: step, run: [rm, calm]", hypothesis="[{ name: calm, run: [test, -e, calm] }]", rollback="[{ name: mark, run: [touch, rolled-back] }]")
        outcome = self.breaks("own", act="calm", finding="step", is_now="deviated", changes=(*MARKS, "calm"))
        self.assertEqual(story(outcome), ["before/calm", "step/step", "after/calm failed", "rollback/mark"])
        self.assertIn("deviated", self.ran.out)

    def test_a_failed_step_is_not_a_deviation(self):
        Path("calm").touch()
        self.steps("name: harm, run: [rm, calm]", 'name: wrong, run: ["false"]', hypothesis="[{ name: calm, run: [test, -e, calm] }]")
        self.assertEqual(story(self.breaks("own", act="wrong", changes=("calm",))), ["before/calm", "step/harm", "step/wrong failed"])

    def test_every_step_of_the_rollback_is_run(self):
        for first in ("true", "false"):
            with self.subTest(first=first):
                self.steps(f'name: first, run: ["{first}"]', rollback='[{ name: bad, run: ["false"] }, { name: gone, run: [no-such-program] }, { name: mark, run: [touch, rolled-back] }]')
                Path("rolled-back").unlink(missing_ok=True)
                outcome = self.drill("own", status=8, changes=MARKS)["own"]  # 8: a program is not there
                self.assertEqual(story(outcome)[1:], ["rollback/bad failed", "rollback/gone aborted", "rollback/mark"])
                self.assertEqual((outcome["drilled"]["status"], outcome["drilled"]["passed"]), ("failed", False))
                self.assertIn("bad", verdicts(outcome, "rollback"))
                self.assertIn("clean up by hand", self.ran.out)
                self.assertTrue(Path("rolled-back").exists())

    def test_a_rollback_that_fails(self):
        self.steps("name: first, wait: 1ms", rollback='[{ name: bad, run: ["false"] }]')
        self.breaks("own", act="bad", finding="rollback", saying="the step bad of the rollback failed")

    def test_after_a_failed_step(self):
        self.write_policy(LONG.format(more="", long='{ name: long, run: ["false"] }'))
        outcome = self.breaks("long", act="long", changes=MARKS)
        self.assertEqual(story(outcome), ["before/idle", "step/first", "step/long failed", "rollback/mark", "rollback/mark-too"])

    def test_an_interrupt(self):
        steps = {"wait": "{ name: long, wait: 1m }", "run": '{ name: long, run: [sleep, "60"] }', "until": '{ name: long, until: { run: ["false"], within: 1m } }'}
        for (act, long), (number, status) in zip(steps.items(), ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGINT, 130))):
            with self.subTest(act=act, signal=number):
                for mark in MARKS:
                    Path(mark).unlink(missing_ok=True)
                self.write_policy(LONG.format(more="", long=long))
                process, events = self.start_drill("drill", "policy.yaml")
                self.await_act(process, events, "long")
                began = time.monotonic()
                process.send_signal(number)
                ran = self.finish(process)
                self.assertLess(time.monotonic() - began, 5)
                self.assertEqual(ran.status, status, ran)
                self.check_nothing_left()
                [outcome] = ran.document["outcomes"]
                self.assertEqual((outcome["drilled"]["status"], outcome["drilled"]["passed"], outcome["drilled"]["sandbox_removed"]), ("interrupted", False, True))
                self.assertEqual(story(outcome), ["before/idle", "step/first", "step/long interrupted", "rollback/mark", "rollback/mark-too"])
                self.assertTrue(all(Path(mark).exists() for mark in MARKS))
                self.assertFalse(Path("reached").exists())

    def test_the_time_of_the_drill_is_over(self):
        for long in ("{ name: long, wait: 1m }", '{ name: long, run: [sleep, "60"] }', '{ name: long, until: { run: ["false"], within: 1m } }'):
            with self.subTest(long=long):
                for mark in MARKS:
                    Path(mark).unlink(missing_ok=True)
                self.write_policy(LONG.format(more="within: 500ms", long=long))
                outcome = self.timed_out("long", "the drill long took longer than 500 ms")
                self.assertEqual(story(outcome), ["before/idle", "step/first", "step/long aborted", "rollback/mark", "rollback/mark-too"])
                self.assertTrue(all(Path(mark).exists() for mark in MARKS))

    def test_the_time_of_a_step_is_over(self):
        self.write_policy(LONG.format(more="", long="{ name: long, wait: 1m, within: 300ms }"))
        outcome = self.timed_out("long", "the step long took longer than 300 ms")
        self.assertEqual(story(outcome)[-3:], ["step/long aborted", "rollback/mark", "rollback/mark-too"])

    def test_a_program_that_takes_too_long(self):
        self.write_policy(LONG.format(more="", long=f'{{ name: long, run: ["{PYTHON}", -c, "import time; time.sleep(60)"], within: 300ms }}'))
        outcome = self.breaks("long", act="long", finding="step", saying="did not end by itself", changes=MARKS)
        self.assertEqual(story(outcome)[-3:], ["step/long failed", "rollback/mark", "rollback/mark-too"])

    def test_an_answer_that_takes_too_long(self):
        self.steps("name: copy, snapshot: { to: clone }", "name: boot, service: { start: app }", 'name: slow, http: { get: "{app}/slow/30" }, within: 300ms', services=f"{{ {app('{clone}')} }}")
        began = time.monotonic()
        self.breaks("own", act="slow", finding="step")
        self.assertLess(time.monotonic() - began, 5)

    def timed_out(self, name, saying):
        began = time.monotonic()
        ran = self.muster("drill", "policy.yaml", name)
        self.assertLess(time.monotonic() - began, 6)
        self.assertEqual(ran.trouble, "timed_out", ran)
        self.assertNotEqual(ran.status, 0)
        self.assertIn(saying, ran.message)
        self.check_nothing_left()
        [outcome] = ran.document["outcomes"]
        self.assertEqual((outcome["drilled"]["status"], outcome["drilled"]["passed"], outcome["status"]), ("aborted", False, "failed"))
        return outcome


class Services(Language):
    def with_app(self, how, *steps):
        self.steps("name: copy, snapshot: { to: clone }", "name: boot, service: { start: app }", *steps, services=f"{{ {app('{clone}', how)} }}")

    def test_one_that_is_deaf_to_sigterm(self):
        self.with_app("stubborn")
        self.holds("own")
        self.with_app("stubborn", "name: end, service: { stop: app }")
        self.holds("own")

    def test_one_that_leaves_others_in_a_session_of_their_own(self):
        for steps in ((), ("name: end, service: { stop: app }",), ("name: crash, service: { kill: app }",)):
            self.with_app("forks", *steps)
            process, events = self.start_drill("drill", "policy.yaml")
            self.await_act(process, events, "boot")
            self.assertEqual(self.finish(process).status, 0)
            self.check_nothing_left()

    def test_a_grandchild_is_seen_by_this_test(self):
        """So that what the tests here look for can be found."""
        self.with_app("forks", "name: pause, wait: 300ms")
        process, events = self.start_drill("drill", "policy.yaml")
        self.await_act(process, events, "pause")
        self.assertTrue(any("SIG_IGN" in each for each in processes_of(self.state).values()))
        self.assertEqual(self.finish(process).status, 0)
        self.check_nothing_left()

    def test_one_that_dies_while_it_is_needed(self):
        self.with_app("dies", "name: pause, wait: 300ms")
        self.breaks("own", act="app", saying="exit status 9")

    def test_they_are_stopped_also_after_an_interrupt_in_their_start(self):
        self.steps("name: copy, snapshot: { to: clone }", "name: boot, service: { start: app }", services=f"{{ {app('{clone}', 'unhealthy')} }}")
        process, events = self.start_drill("drill", "policy.yaml")
        self.await_act(process, events, "boot")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        ran = self.finish(process)
        self.assertEqual((ran.status, ran.document["outcomes"][0]["drilled"]["status"]), (130, "interrupted"), ran)
        self.check_nothing_left()

    def test_one_that_is_not_healthy_before_the_first_step(self):
        self.steps("name: never, run: [touch, reached]", services='{ idle: { start: ["false"] } }', rollback="[{ name: mark, run: [touch, rolled-back] }]")
        outcome = self.breaks("own", act="idle", finding="step", changes=MARKS)
        self.assertEqual(story(outcome), ["before/idle failed", "rollback/mark"])


class Rules(Language):
    """What is wrong with a scenario is told before anything is done, with its place."""

    def check(self, drill, place, *saying):
        """`drill` holds a mark « where the problem must be told."""
        text = f"  own:\n{drill}" if "«" in drill else f"  «own:\n{drill}"
        self.write_policy(text)
        written = Path("policy.yaml").read_text()
        at = written.index("«")
        line, column = written.count("\n", 0, at) + 1, at - (written.rfind("\n", 0, at) + 1) + 1
        Path("policy.yaml").write_text(written.replace("«", ""))
        ran = self.muster("validate", "policy.yaml")
        self.assertEqual(ran.status, 8, ran)
        told = ran.document["problems"]
        self.assertIn((line, column), [(each["line"], each["column"]) for each in told], ran)
        self.assertLessEqual(len(told), 2, ran)
        self.assertIn(f"policy.yaml:{line}:{column}: ", ran.out + ran.err)
        said = ran.out + ran.err
        for each in (place, *saying):
            self.assertIn(each, said)
        self.assertEqual(self.muster("drill", "policy.yaml").status, 8)

    def test_rules(self):
        of = "    targets: [shop]\n    steps:\n      - { name: copy, snapshot: { to: clone } }\n"
        cases = {
            "a name never saved": (of + '      - { name: run, run: [echo, «"{job}"] }\n', "steps[1].run[1]", 'nothing gives the word "job" a value'),
            "a name saved later": (of + '      - { name: run, run: [echo, «"{job}"] }\n      - { name: save, save: { job: x } }\n', "steps[1].run[1]", 'the word "job"'),
            "a word nearly right": (of + '      - { name: save, save: { greeting: x } }\n      - { name: run, run: [echo, «"{greting}"] }\n', "steps[2].run[1]", "greeting"),
            "a word in a url": (of + '      - { name: call, http: { get: «"http://127.0.0.1/{job}" } }\n', "steps[1].http.get", '"job"'),
            "a word in json": (of + '      - { name: call, http: { post: "http://127.0.0.1/", «json: { a: "{job}" } } }\n', "steps[1].http.json", '"job"'),
            "a word in the environment": (of + '      - { name: run, run: ["true"], environment: { A: «"{job}" } }\n', "environment.A", '"job"'),
            "a word in sql": (of + '      - { name: ask, sql: { database: clone, ask: «"SELECT {job}" } }\n', "steps[1].sql.ask", '"job"'),
            "a word in what is expected": (of + '      - { name: ask, sql: { database: clone, ask: SELECT 1 }, expect: { value: «"{job}" } }\n', "expect.value", '"job"'),
            "a database never made": (of + "      - { name: doctor, check: { database: «clonne } }\n", "steps[1].check.database", 'no step before makes a database "clonne"', "clone"),
            "a database made later": ("    targets: [shop]\n    steps:\n      - { name: doctor, check: { database: «clone } }\n      - { name: copy, snapshot: { to: clone } }\n", "steps[0].check.database", "clone"),
            "a snapshot never taken": (of + "      - { name: restore, restore: { snapshot: «backup, to: clone } }\n", "steps[1].restore.snapshot", "backup"),
            "a database where a snapshot must be": (of + "      - { name: restore, restore: { snapshot: «clone, to: other } }\n", "steps[1].restore.snapshot", '"clone" is a database, not a snapshot'),
            "a service unknown": (of + "      - { name: boot, service: { start: «app } }\n", "steps[1].service.start", "app"),
            "a target unknown": ("    targets: [«shopp]\n    steps:\n      - { name: copy, snapshot: { to: clone } }\n", "targets", "shopp", "shop"),
            "no targets, and the source": ("    steps:\n      - { name: copy, «snapshot: { to: clone } }\n", "snapshot", "this drill has no source"),
            "source is mutated": (of + "      - { name: harm, mutate: { database: «source } }\n", "steps[1].mutate.database", "a drill works on copies"),
            "source is restored over": (of + "      - { name: harm, restore: { to: «source } }\n", "steps[1].restore.to", "a drill never writes the database it is for"),
            "source is copied over": ("    targets: [shop]\n    steps:\n      - { name: harm, snapshot: { to: «source } }\n", "steps[0].snapshot.to", "never writes"),
            "source is changed": (of + "      - { name: harm, sql: { database: source, change: «DELETE FROM item } }\n", "steps[1].sql.change", "a drill never changes the database it is for"),
            "two acts": (of + "      - { name: both, wait: «1s, check: { database: clone } }\n", "steps[1]", "a step has one act"),
            "no act": (of + "      - «{ name: idle }\n", "steps[1]", "this step does nothing"),
            "no name": (of + "      - «{ wait: 1s }\n", "steps[1]", 'the key "name" is missing'),
            "two names": (of + "      - { name: «copy, wait: 1s }\n", "steps[1].name", "two steps are named"),
            "expect without an answer": (of + "      - { name: pause, wait: 1s, «expect: { value: 1 } }\n", "steps[1].expect", "this step has no answer"),
            "save without an answer": (of + "      - { name: pause, wait: 1s, «save: { a: /b } }\n", "steps[1].save", "no answer to save from"),
            "expect twice": (of + '      - { name: until, until: { run: ["true"], within: 1s }, «expect: { status: 0 } }\n', "steps[1].expect", "until has an expect of its own"),
            "a hypothesis that changes": (of + "    hypothesis: [{ «sql: { database: source, change: DELETE FROM item } }]\n", "hypothesis[0].sql", "a hypothesis only asks"),
            "a hypothesis that waits": (of + "    hypothesis: [{ wait: «1s }]\n", "hypothesis[0].wait", "a hypothesis only asks"),
            "an unknown scenario": ("    targets: [shop]\n    scenario: «restore-dril\n", "scenario", "restore-drill"),
            "a need": ("    targets: [shop]\n    scenario: «known-file\n", "scenario", 'known-file needs "known"', "give it by with or services"),
            "a need of a service": ("    targets: [shop]\n    scenario: «app-boots\n", "scenario", 'app-boots needs "app"'),
            "no targets": ("    scenario: restore-smoke\n", "targets", 'the key "targets" is missing'),
            "from where nothing is restored": ("    targets: [shop]\n    scenario: restore-smoke\n    «from: { store: near }\n", "from", "this scenario restores nothing from a store"),
            "from with steps that restore nothing": (of + "    «from: { store: near }\n", "from", "this scenario restores nothing from a store"),
            "https": (of + '      - { name: call, http: { get: «"https://127.0.0.1/" } }\n', "steps[1].http.get", "plain http only", "curl"),
            "a scenario and steps": ("    scenario: restore-smoke\n    targets: [shop]\n    «steps: [{ name: pause, wait: 1s }]\n", "steps", "scenario"),
            "rollback of a shipped one": ("    scenario: restore-smoke\n    targets: [shop]\n    «rollback: [{ name: pause, wait: 1s }]\n", "rollback", "only a scenario of one's own has it"),
            "a word of no use": ("    scenario: known-file\n    targets: [shop]\n    with: { known: SELECT 1, knwon: «SELECT 1 }\n", "with.knwon", 'no use for "knwon"', "known"),
            "until without an end": (of + '      - { name: until, «until: { run: ["true"] } }\n', "until", "within"),
            "no steps": ("    targets: [shop]\n    «steps: []\n", "steps", ""),
        }
        for name, (drill, place, *saying) in cases.items():
            with self.subTest(name):
                self.check(drill, place, *saying)

    def test_the_command_knows_its_drills(self):
        self.steps("name: pause, wait: 1ms")
        ran = self.refused(8, "usage", "drill", "policy.yaml", "onw")
        self.assertIn("it has: own", ran.out + ran.err)


if __name__ == "__main__":
    unittest.main()
