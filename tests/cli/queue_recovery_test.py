#!/usr/bin/env python3
"""[EE-09] The queue recovery drill on real processes: a live app, one that the drill starts, and one restored from its own snapshot.

It goes through API and worker alone: with a live app it is held by a user who may not even read the database.
Where the worker is away, the re-run is refused or the API lies, it fails and says where.
"""
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.databases import wait_until
from support.drills import Drills, act_of, processes_of, story
from support.job_queue import DIRECT, JobQueue
from support.muster import MUSTER, SOURCE

EXAMPLE = SOURCE / "examples/job-queue"
SHIPPED = (SOURCE / "drills/catalog/queue-recovery.yaml").read_text()
STORY = ["poison", "dead-letter", "queue", "rerun", "succeeds", "audit", "audit-rerun"]
NOBODY = 65534


def own(url, waiting_for=""):
    """The shipped scenario as one's own; it does not wait long in that step, which must fail."""
    parts = SHIPPED[SHIPPED.index("hypothesis:"):]
    if waiting_for:
        at = parts.index(f"name: {waiting_for}\n")
        parts = parts[:at] + parts[at:].replace("within: 1m", "within: 600ms", 1)
    return f'  live:\n    with: {{ api: "{url}" }}\n' + "".join(f"    {line}\n" for line in parts.splitlines())


class Liar:
    """Between the drill and the app: passes on what is asked, and changes one answer."""

    def __init__(self, url, lie):
        def passed_on(method, path, body):
            request = urllib.request.Request(url + path, body, {"Content-Type": "application/json"}, method=method)
            try:
                with DIRECT.open(request, timeout=20) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as answer:
                with answer:
                    return answer.code, json.load(answer)

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size) if size else None
                told = lie(self.command, self.path, body, passed_on)
                if told is None:
                    return self.close_connection  # hangs up without a word
                status, document = told
                sent = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Queue(Drills):
    def setUp(self):
        super().setUp()
        shutil.rmtree("live", ignore_errors=True)
        Path("live").mkdir()
        self.app = JobQueue("live/queue.db")
        self.addCleanup(self.app.end)

    def example(self, *names, status=0):
        """Drills of the policy that is shipped with the app, by outcome."""
        places = {"JOB_QUEUE_DB": str(self.app.database), "JOB_QUEUE_API": self.app.url, "JOB_QUEUE_BACKUPS": str(self.folder / "backups")}
        ran = self.muster("drill", EXAMPLE / "policy.yaml", *names, **places)
        self.assertEqual(ran.status, status, ran)
        self.check_nothing_left()
        self.ran = ran
        return {each["step"].split(":")[1]: each for each in ran.document["outcomes"]}

    def production(self):
        return {}  # the app is at work

    def check_story(self, outcome):
        self.assertEqual((outcome["status"], outcome["drilled"]["status"], outcome["drilled"]["passed"]), ("done", "completed", True), self.ran)

    def check_audit(self, trail, seed):
        """The whole story as the app's own trail tells it: who did what to which job."""
        told = [(each["job"], each["event"], re.sub(r"\d+", "N", each["by"]) if each["by"].startswith("worker") else each["by"]) for each in trail]
        job, rerun = told[0][0], told[-1][0]
        self.assertNotEqual(job, rerun)
        self.assertEqual(told, [
            (job, "created", "api"), *[(job, "attempt_failed", "worker N")] * 3, (job, "dead_letter", "worker N"),
            (job, "rerun_asked", f"muster drill {seed}"), (rerun, "created", f"muster drill {seed}"), (rerun, "succeeded", "worker N")])


class Held(Queue):
    def test_a_live_app(self):
        self.app.start()
        outcome = self.example("live")["live"]
        self.check_story(outcome)
        self.assertEqual(story(outcome), ["before/empty", *[f"step/{each}" for each in STORY], "after/empty"])
        self.check_audit(self.app.call("GET", "/v1/audit")[1], outcome["drilled"]["seed"])
        self.assertEqual(self.app.call("GET", "/v1/queue")[1]["deadLetter"], 0, "the dead letter was superseded")
        self.check_story(self.example("live")["live"])  # and again, for it left the queue as it was

    def test_an_app_that_the_drill_starts(self):
        self.app.start("app")
        before = self.app.call("GET", "/v1/audit")
        outcome = self.example("fresh")["fresh"]
        self.check_story(outcome)
        self.assertEqual(story(outcome), ["before/api", "before/worker", "before/empty", *[f"step/{each}" for each in STORY], "after/empty"])
        self.assertEqual(self.app.call("GET", "/v1/audit"), before, "the live app was driven, and not the drill's own")
        self.assertFalse((EXAMPLE / "queue.db").exists(), "the app has worked on another database")

    def test_an_app_restored_from_its_own_snapshot(self):
        self.app.start()
        for fail in ("never", "always"):
            self.app.call("POST", "/v1/jobs", {"kind": "analysis", "fail": fail, "attempts": 1})
        self.assertTrue(wait_until(lambda: self.app.call("GET", "/v1/queue")[1] | {"workers": 1} == {"primary": 0, "deadLetter": 1, "workers": 1}))
        places = {"JOB_QUEUE_DB": str(self.app.database), "JOB_QUEUE_API": self.app.url, "JOB_QUEUE_BACKUPS": str(self.folder / "backups")}
        self.passes("apply", EXAMPLE / "policy.yaml", "--only", "snapshot", "--only", "verify", **places)
        trail = self.app.call("GET", "/v1/audit")
        outcome = self.example("restored")["restored"]
        self.check_story(outcome)
        self.assertEqual(act_of(outcome, "jobs")["told"], "saved jobs")
        self.assertEqual(outcome["drilled"]["recovery"][-1]["name"], "start")
        self.assertEqual(self.app.call("GET", "/v1/audit"), trail, "the live app was driven, and not the restored one")

    def test_the_restored_app_lacks_a_job(self):
        """The story holds, but a job of the snapshot is gone by then."""
        self.app.start()
        self.app.call("POST", "/v1/jobs", {"kind": "analysis", "fail": "never"})
        self.assertTrue(wait_until(lambda: self.app.call("GET", "/v1/queue")[1]["primary"] == 0))
        text = (EXAMPLE / "policy.yaml").read_text().replace("- {jobs} FROM", "- 1 - {jobs} FROM")
        self.assertIn("- 1 - {jobs}", text)
        Path("policy.yaml").write_text(text)
        shutil.copytree(EXAMPLE / "lib", "lib")
        shutil.copy(EXAMPLE / "app.pl", "app.pl")
        places = {"JOB_QUEUE_DB": str(self.app.database)}
        self.passes("apply", "policy.yaml", "--only", "snapshot", "--only", "verify", **places)
        ran = self.muster("drill", "policy.yaml", "restored", **places)
        self.assertEqual(ran.status, 4, ran)
        self.assertEqual(act_of(ran.document["outcomes"][0], "none-lost")["status"], "failed")

    # It never touches the database itself.

    @unittest.skipIf(os.getuid(), "only root can run muster as somebody else")
    def test_a_live_app_whose_database_muster_may_not_read(self):
        self.app.start()
        home = Path("nobody").absolute()
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        self.open_the_way(home)
        os.chmod("live", stat.S_IRWXU)
        program = home / "program"
        shutil.copy(MUSTER, program)
        self.write_policy(f'  live: {{ scenario: queue-recovery, with: {{ api: "{self.app.url}" }} }}\n')
        for each in ("policy.yaml", "shop.db"):
            shutil.copy(each, home)
            os.chown(home / each, NOBODY, NOBODY)

        def as_nobody(*words):
            return subprocess.run(words, user=NOBODY, group=NOBODY, extra_groups=[], cwd=home, capture_output=True, text=True, timeout=60,
                                  env={"PATH": os.environ["PATH"], "HOME": str(home), "XDG_STATE_HOME": str(home)})
        self.assertNotEqual(as_nobody("cat", str(self.app.database)).returncode, 0, "nobody can read it")
        ran = as_nobody(program, "drill", "policy.yaml", "--json")
        self.assertEqual(ran.returncode, 0, ran.stdout[-2000:] + ran.stderr)
        [outcome] = json.loads(ran.stdout)["outcomes"]
        self.assertTrue(outcome["drilled"]["passed"])
        self.check_audit(self.app.call("GET", "/v1/audit")[1], outcome["drilled"]["seed"])

    def open_the_way(self, place):
        """So that somebody else can get there; only folders of the test's own are changed."""
        top = Path(os.environ["HOME"]).parent
        for folder in place.parents:
            if folder.is_relative_to(top):
                os.chmod(folder, stat.S_IMODE(folder.stat().st_mode) | 0o011)
            elif not stat.S_IMODE(folder.stat().st_mode) & 0o001:
                self.skipTest(f"others cannot get into {folder}")

    def test_nobody_but_app_and_worker_has_a_database_open(self):
        """Of an app that the drill starts; looked at all the time."""
        process, _ = self.start_drill("drill", EXAMPLE / "policy.yaml", "fresh")
        seen = set()
        while process.poll() is None:
            for pid, command in processes_of(self.state).items():
                try:
                    files = [os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()]
                except OSError:
                    continue
                if any("/queue.db" in each for each in files):
                    seen.add((pid == process.pid, "app.pl" in command))
            time.sleep(0.005)
        ran = self.finish(process)
        self.assertTrue(ran.document["outcomes"][0]["drilled"]["passed"], ran)
        self.assertEqual(seen, {(False, True)}, "app and worker, and nobody else")


class Fails(Queue):
    def fails(self, act, saying, status="failed", part="step"):
        outcome = self.drill("live", status=4)["live"]
        drilled = outcome["drilled"]
        self.assertEqual((drilled["status"], drilled["passed"], outcome["status"]), (status, False, "bad"), self.ran)
        seen = act_of(outcome, act, part)
        self.assertEqual(seen["status"], "failed", self.ran)
        self.assertIn(saying, seen["told"])
        self.assertIn(saying, self.ran.out)
        return outcome

    def lies(self, lie, act, saying, **more):
        liar = Liar(self.app.url, lie)
        try:
            self.write_policy(own(liar.url, act if act in ("dead-letter", "succeeds") else ""))
            return self.fails(act, saying, **more)
        finally:
            liar.end()

    def test_the_worker_is_away(self):
        self.app.start("app")
        self.write_policy(own(self.app.url, "dead-letter"))
        outcome = self.fails("dead-letter", '"waiting" at /state (expected dead_letter)')
        self.assertEqual(story(outcome), ["before/empty", "step/poison", "step/dead-letter failed"])
        # Nobody else did the worker's work: the job waits as it was sent.
        with closing(sqlite3.connect(f"file:{self.app.database}?mode=ro", uri=True)) as database:
            self.assertEqual(database.execute("SELECT state, attempts FROM job").fetchall(), [("waiting", 0)])

    def test_the_shipped_one_waits_no_longer_than_its_drill_may(self):
        self.app.start("app")
        self.write_policy(f'  live: {{ scenario: queue-recovery, within: 1s, with: {{ api: "{self.app.url}" }} }}\n')
        ran = self.muster("drill", "policy.yaml")
        self.assertEqual(ran.trouble, "timed_out", ran)
        self.assertIn("the step dead-letter of the drill live", ran.message)
        self.assertEqual(ran.document["outcomes"][0]["drilled"]["status"], "aborted")

    def test_the_app_is_away(self):
        self.write_policy(own(self.app.url))
        outcome = self.fails("empty", "no answer", part="before")
        self.assertEqual(len(outcome["drilled"]["steps"]), 1)

    def test_there_is_a_dead_letter_already(self):
        self.app.start()
        self.app.call("POST", "/v1/jobs", {"kind": "analysis", "fail": "always", "attempts": 1})
        self.assertTrue(wait_until(lambda: self.app.call("GET", "/v1/queue")[1]["deadLetter"] == 1))
        self.write_policy(own(self.app.url))
        outcome = self.fails("empty", "says the number 1 at /deadLetter (expected 0)", part="before")
        self.assertEqual(len(outcome["drilled"]["steps"]), 1)

    def test_the_rerun_is_refused(self):
        self.app.start()

        def somebody_was_first(method, path, body, passed_on):
            if path.endswith("/moderation"):
                passed_on(method, path, json.dumps({"action": "re-run", "by": "the other operator"}).encode())
            return passed_on(method, path, body)
        outcome = self.lies(somebody_was_first, "rerun", "status 409")
        self.assertEqual(story(outcome)[-1], "step/rerun failed")

    def test_the_api_lies(self):
        self.app.start()
        changed = lambda answer, **other: (answer[0], answer[1] | other)

        def at(pattern, lie, method="GET"):
            return lambda its, path, body, passed_on: (lie if its == method and re.search(pattern, path) else lambda answer: answer)(passed_on(its, path, body))
        lies = {
            "the job is taken, and has no id": (at("/v1/jobs$", lambda answer: (201, {}), "POST"), "poison", "/id"),
            "the job is not taken": (at("/v1/jobs$", lambda answer: (200, answer[1]), "POST"), "poison", "status 200"),
            "it never fails": (at(r"/v1/jobs/\d+$", lambda answer: changed(answer, state="waiting")), "dead-letter", "waiting"),
            "it hangs up": (lambda method, path, body, passed_on: None if re.search(r"/v1/jobs/\d+$", path) else passed_on(method, path, body), "dead-letter", "is not so within"),
            "no JSON": (at(r"/v1/jobs/\d+$", lambda answer: (200, b"<h1>all is well</h1>")), "dead-letter", "JSON"),
            "jobs are left": (at("/v1/queue$", lambda answer: changed(answer, primary=int(answer[1]["deadLetter"] > 0))), "queue", "/primary (expected 0)"),
            "the re-run is refused": (at("/moderation$", lambda answer: (403, {"error": "you may not"}), "POST"), "rerun", "status 403"),
            "the re-run failed": (at(r"/v1/jobs/\d+$", lambda answer: changed(answer, state="dead_letter" if answer[1]["rerunOf"] else answer[1]["state"])), "succeeds", "dead_letter"),
            "the trail lost it": (at("/audit$", lambda answer: (200, [])), "audit", "dead_letter"),
        }
        for name, (lie, act, saying) in lies.items():
            with self.subTest(name):
                self.lies(lie, act, saying)
            self.tidy_up()

    def tidy_up(self):
        """No dead letter is left for the next round."""
        for _ in range(200):
            queue = self.app.call("GET", "/v1/queue")[1]
            if queue["primary"] == 0 and queue["deadLetter"] == 0:
                return
            for job in self.app.call("GET", "/v1/jobs?state=dead_letter")[1]:
                self.app.call("POST", f"/v1/admin/analysis-jobs/{job['id']}/moderation", {"action": "re-run", "by": "the test"})
            time.sleep(0.05)
        self.fail("the queue does not get empty")

    def test_the_queue_is_not_empty_afterwards(self):
        """The hypothesis holds no more."""
        self.app.start()
        asked = []

        def lie(method, path, body, passed_on):
            status, told = passed_on(method, path, body)
            if path == "/v1/queue":
                asked.append(path)
                if len(asked) == 3:
                    told["deadLetter"] = 1
            return status, told
        outcome = self.lies(lie, "empty", "deadLetter", status="deviated", part="after")
        self.assertEqual(story(outcome)[-1], "after/empty failed")


if __name__ == "__main__":
    unittest.main()
