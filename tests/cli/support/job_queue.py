"""The job queue of examples/job-queue as a live service: its app and its worker, each a process of its own."""
import ctypes
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from support.databases import wait_until
from support.muster import SOURCE
from support.service import free_port

PROGRAM = SOURCE / "examples/job-queue/app.pl"
TERMINATE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def end_with_the_test():
    ctypes.CDLL(None).prctl(TERMINATE_WITH_PARENT, signal.SIGTERM)


class JobQueue:
    """App and worker over one database, at a port that stays the same; each may be stopped and started again."""

    def __init__(self, database):
        self.database, self.port = Path(database).absolute(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.running = {}

    def words(self, part):
        """The command line of the app or the worker; it needs JOB_QUEUE_DB too."""
        return ["perl", str(PROGRAM), *{"app": ("daemon", "-l", self.url), "worker": ("minion", "worker")}[part]]

    def environment(self):
        return os.environ | {"JOB_QUEUE_DB": str(self.database)}

    def start(self, *parts):
        """Both, when none is named; returns when they are at work."""
        parts = parts or ("app", "worker")
        for part in parts:
            with open(self.log(part), "a") as log:
                self.running[part] = subprocess.Popen(self.words(part), env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                                                      stderr=subprocess.STDOUT, preexec_fn=end_with_the_test)
        at_work = {"app": self.is_healthy, "worker": lambda: not self.is_healthy() or self.call("GET", "/v1/queue")[1]["workers"] > 0}
        for part in parts:
            process = self.running[part]
            began = wait_until(lambda: process.poll() is not None or at_work[part]())
            assert began and process.poll() is None, f"the {part} did not start: {self.log(part).read_text()}"

    def stop(self, *parts):
        """Asks by SIGTERM, and returns the exit status of each when it has ended."""
        parts = parts or ("worker", "app")
        for part in parts:
            self.running[part].terminate()
        return [self.running.pop(part).wait(timeout=20) for part in parts]

    def end(self):
        """For a cleanup: whatever still runs is killed."""
        for process in self.running.values():
            process.kill()
            process.wait()

    def log(self, part):
        return self.database.with_name(f"{part}.log")

    def call(self, method, path, body=None):
        """The status and the document that the app answers with; `body` is JSON, or text that is sent as it is."""
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with DIRECT.open(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, json.load(answer)

    def is_healthy(self):
        try:
            return self.call("GET", "/health")[0] == 200
        except OSError:
            return False

    def open_files(self):
        """Who has the database or a file beside it open: process ids with the file."""
        held = set()
        for link in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                if os.readlink(link).startswith(str(self.database)):
                    held.add((link.parts[2], os.readlink(link)))
            except OSError:
                pass  # it ended, or it is not ours to look at
        return held
