#!/usr/bin/env python3
"""[EE-09] The app and the worker of examples/job-queue, as real processes: what the queue recovery drill asks of them."""
import os
import sqlite3
import subprocess
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import wait_until
from support.job_queue import JobQueue
from support.muster import Case

MODERATION = {"action": "re-run", "by": "Zoë of the night shift"}
# Bodies that are refused, and what is said of them.
NO_JOBS = (
    ("{", "not a JSON object"),
    ("[]", "not a JSON object"),
    ("", "not a JSON object"),
    ({"fail": "never"}, 'kind must be "analysis"'),
    ({"kind": "mail"}, 'kind must be "analysis"'),
    ({"kind": ["analysis"]}, 'kind must be "analysis"'),
    ({"kind": "analysis", "fail": "often"}, 'fail must be "always", "never" or "once"'),
    ({"kind": "analysis", "fail": None}, 'fail must be "always", "never" or "once"'),
    ({"kind": "analysis", "attempts": 0}, "attempts must be a whole number from 1 to 20"),
    ({"kind": "analysis", "attempts": "3"}, "attempts must be a whole number from 1 to 20"),
    ({"kind": "analysis", "attempts": 1.5}, "attempts must be a whole number from 1 to 20"),
    ({"kind": "analysis", "attempts": True}, "attempts must be a whole number from 1 to 20"),
    ({"kind": "analysis", "falt": "once"}, "a field 'falt'; known are attempts, fail, kind"),
)
NO_MODERATIONS = (
    ({}, 'action must be "re-run"'),
    ({"by": "me"}, 'action must be "re-run"'),
    ({"action": "delete", "by": "me"}, 'action must be "re-run"'),
    ({"action": "re-run", "by": " "}, "by must be the name of who asks"),
    ({"action": "re-run", "by": "a\nb"}, "by must be the name of who asks"),
)


class Queues(Case):
    def setUp(self):
        super().setUp()
        Path("data").mkdir()
        self.queue = JobQueue("data/queue.db")
        self.addCleanup(self.queue.end)

    def answer(self, status, method, path, body=None):
        """The document of an answer that must have that status."""
        seen, document = self.queue.call(method, path, body)
        self.assertEqual(seen, status, f"{method} {path} {body}: {document}")
        return document

    def get(self, path):
        return self.answer(200, "GET", path)

    def post(self, **job):
        """The id of a new job."""
        made = self.answer(201, "POST", "/v1/jobs", {"kind": "analysis"} | job)
        self.assertEqual(sorted(made), ["id", "state"])
        return made["id"]

    def job_when(self, state, number):
        """The job, as soon as it has that state."""
        self.assertTrue(wait_until(lambda: self.get(f"/v1/jobs/{number}")["state"] == state), self.get(f"/v1/jobs/{number}"))
        return self.get(f"/v1/jobs/{number}")

    def counts(self):
        counts = self.get("/v1/queue")
        return counts["primary"], counts["deadLetter"], counts["workers"]

    def trail(self, path="/v1/audit"):
        return [(each["job"], each["event"]) for each in self.get(path)]

    def moderate(self, status, number, body=None):
        return self.answer(status, "POST", f"/v1/admin/analysis-jobs/{number}/moderation", MODERATION if body is None else body)


class Recovery(Queues):
    def setUp(self):
        super().setUp()
        self.queue.start()

    def test_a_dead_letter_is_run_again(self):
        self.assertEqual(self.get("/health"), {"status": "ok"})
        self.assertEqual(self.counts(), (0, 0, 1))

        poison = self.post(fail="always")
        began = time.monotonic()
        dead = self.job_when("dead_letter", poison)
        print(f"a dead letter after {time.monotonic() - began:.2f} s", end="")
        self.assertTrue(dead.pop("createdAt") <= dead.pop("finishedAt"))
        self.assertEqual(dead, {"id": poison, "kind": "analysis", "state": "dead_letter", "attempts": 3, "attemptsAllowed": 3,
                                "error": "the input cannot be analysed", "rerunOf": None, "supersededBy": None})
        self.assertEqual(self.counts(), (0, 1, 1))
        self.assertEqual(self.get("/v1/jobs?state=dead_letter"), [self.get(f"/v1/jobs/{poison}")])
        lost = [(poison, "created"), *[(poison, "attempt_failed")] * 3, (poison, "dead_letter")]
        self.assertEqual(self.trail(), lost)

        asked = self.moderate(202, poison)
        began, again = time.monotonic(), asked["id"]
        self.assertEqual((asked["rerunOf"], again > poison), (poison, True))
        done = self.job_when("succeeded", again)
        print(f", its re-run succeeded after {time.monotonic() - began:.2f} s")
        self.assertEqual((done["attempts"], done["error"], done["rerunOf"]), (1, None, poison))
        self.assertEqual(self.job_when("superseded", poison)["supersededBy"], again)
        self.assertEqual(self.counts(), (0, 0, 1))
        self.assertEqual(self.get("/v1/jobs?state=dead_letter"), [])

        self.assertEqual(self.trail(), [*lost, (poison, "rerun_asked"), (again, "created"), (again, "succeeded")])
        self.assertEqual(self.trail(f"/v1/jobs/{again}/audit"), [(again, "created"), (again, "succeeded")])
        trail = self.get("/v1/audit")
        self.assertEqual([each["by"] for each in trail], ["api", *["worker 1"] * 4, *[MODERATION["by"]] * 2, "worker 1"])
        self.assertEqual(trail[1]["detail"], "attempt 1 of 3: the input cannot be analysed")
        self.assertEqual(trail[-2]["detail"], f"re-run of job {poison}")
        self.assertEqual([each["at"] for each in trail], sorted(each["at"] for each in trail))
        self.check_database(trail)

        self.assertIn("job 1 is superseded", self.moderate(409, poison)["error"])
        self.assertIn("job 2 is succeeded", self.moderate(409, again)["error"])
        self.assertEqual(len(self.get("/v1/audit")), len(trail), "what was refused left a trace")
        self.check_ends()

    def check_database(self, trail):
        """All of it stands in the one database, in WAL mode."""
        with closing(sqlite3.connect(self.queue.database.as_uri() + "?mode=ro", uri=True)) as connection:
            self.assertEqual(connection.execute("PRAGMA journal_mode").fetchone(), ("wal",))
            self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            self.assertEqual(connection.execute("SELECT job, event FROM job_audit ORDER BY id").fetchall(),
                             [(each["job"], each["event"]) for each in trail])

    def check_ends(self):
        """Both end well and soon when they are asked to, and leave nobody behind."""
        self.assertTrue(self.queue.open_files(), "the look at /proc sees nothing")
        pids = [process.pid for process in self.queue.running.values()]
        began = time.monotonic()
        self.assertEqual(self.queue.stop(), [0, 0])
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual([pid for pid in pids if Path(f"/proc/{pid}").exists()], [])
        self.assertEqual(self.queue.open_files(), set())
        self.assertFalse(self.queue.is_healthy())

    def test_other_jobs(self):
        self.assertEqual(self.job_when("succeeded", self.post(fail="never"))["attempts"], 1)
        recovered = self.job_when("succeeded", self.post(fail="once"))
        self.assertEqual((recovered["attempts"], recovered["attemptsAllowed"], recovered["error"]), (2, 3, None))
        self.assertEqual(self.job_when("dead_letter", self.post(fail="once", attempts=1))["attempts"], 1)
        self.assertEqual(self.job_when("succeeded", self.post())["attempts"], 1)
        self.assertEqual([each["id"] for each in self.get("/v1/jobs")], [4, 3, 2, 1], "the newest first")
        self.assertEqual([each["id"] for each in self.get("/v1/jobs?state=succeeded")], [4, 2, 1])

    def test_a_job_that_will_be_tried_again_never_seems_dead(self):
        number, deadline = self.post(fail="always", attempts=20), time.monotonic() + 30
        while (job := self.get(f"/v1/jobs/{number}"))["state"] != "dead_letter":
            self.assertIn(job["state"], ("waiting", "running"))
            self.assertLess(time.monotonic(), deadline, job)
        self.assertEqual((job["attempts"], job["attemptsAllowed"]), (20, 20))
        self.assertEqual(len(self.get(f"/v1/jobs/{number}/audit")), 22)

    def test_a_job_waits_for_a_worker(self):
        self.assertEqual(self.queue.stop("worker"), [0])
        number = self.post(fail="never")
        self.assertEqual(self.counts(), (1, 0, 0))
        self.assertIn(f"job {number} is waiting", self.moderate(409, number)["error"])
        self.assertEqual(self.queue.stop("app"), [0])
        self.queue.start()
        self.job_when("succeeded", number)
        self.assertEqual(self.trail(), [(number, "created"), (number, "succeeded")])

    def test_a_database_that_was_taken_away_is_not_made_anew(self):
        number = self.post(fail="never")
        self.job_when("succeeded", number)
        os.rename("data/queue.db", "data/elsewhere.db")
        self.assertIn("does not answer", self.answer(503, "GET", "/health")["error"])
        self.assertIn("the log of the app says why", self.answer(500, "GET", "/v1/queue")["error"])
        self.assertNotEqual(self.queue.running.pop("worker").wait(timeout=20), 0)
        self.assertFalse(self.queue.database.exists())
        os.rename("data/elsewhere.db", "data/queue.db")
        self.get("/health")
        self.queue.start("worker")
        self.job_when("succeeded", self.post(fail="never"))
        self.assertEqual([each["id"] for each in self.get("/v1/jobs")], [number + 1, number])

    def test_what_is_refused(self):
        number = self.post(fail="always", attempts=1)
        self.job_when("dead_letter", number)
        for body, said in NO_JOBS:
            self.assertIn(said, self.answer(400, "POST", "/v1/jobs", body)["error"])
        for body, said in NO_MODERATIONS:
            self.assertIn(said, self.moderate(400, number, body)["error"])
        self.assertIn("there is no state 'dead'; known are waiting, running, dead_letter", self.answer(400, "GET", "/v1/jobs?state=dead")["error"])
        for path in ("/v1/jobs/99", "/v1/jobs/99/audit"):
            self.assertEqual(self.answer(404, "GET", path), {"error": "there is no job 99"})
        self.moderate(404, 99)
        self.assertEqual(self.answer(404, "GET", "/v1/jobs/abc"), {"error": "there is no GET /v1/jobs/abc"})
        self.answer(404, "DELETE", f"/v1/jobs/{number}")
        self.assertEqual(self.get("/v1/queue"), {"primary": 0, "deadLetter": 1, "workers": 1})


class Start(Queues):
    def refuses(self, database, said):
        self.queue.database = Path(database).absolute()
        for part in ("app", "worker"):
            ran = subprocess.run(self.queue.words(part), env=self.queue.environment(), capture_output=True, text=True, timeout=60)
            self.assertNotEqual(ran.returncode, 0)
            self.assertRegex(ran.stderr, rf"^cannot write the job queue's database {database}: .*{said}; next: let JOB_QUEUE_DB name .*\n$")

    def test_a_database_that_cannot_be_written(self):
        self.refuses(self.folder / "absent/queue.db", "unable to open database file")
        self.refuses(self.folder / "data", "unable to open database file")
        Path("text").write_text("this is no database\n" * 100)
        self.refuses(self.folder / "text", "file is not a database")

    def test_any_name(self):
        self.queue.database = self.folder / "data/a;b=c %20?#é.db"
        self.queue.start()
        self.job_when("succeeded", self.post())
        self.assertEqual(self.queue.stop(), [0, 0])
        self.assertTrue(self.queue.database.exists())


if __name__ == "__main__":
    unittest.main()
