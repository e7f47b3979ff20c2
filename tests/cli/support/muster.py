"""Runs muster as an operator does, and reads what it leaves in its state directory."""
import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

MUSTER = os.environ["MUSTER"]
SOURCE = Path(os.environ["MUSTER_SOURCE_DIR"])
KILLED = -signal.SIGKILL


class Ran:
    """One finished command: its exit status, what it said, and the artifact of --output."""

    def __init__(self, words, status, out, err, document):
        self.words, self.status, self.out, self.err, self.document = words, status, out, err, document

    def __str__(self):
        return f"$ muster {' '.join(self.words)}\nexit status {self.status}\n{self.out}{self.err}"

    @property
    def trouble(self):
        """The code of what went wrong: of the run, or of the first step that failed."""
        if "code" in self.document:
            return self.document["code"]
        outcomes = self.document.get("outcomes", [])
        troubles = [self.document.get("trouble")] + [each.get("trouble") for each in outcomes]
        return next((each["code"] for each in troubles if each), None)

    @property
    def message(self):
        outcomes = self.document.get("outcomes", [])
        troubles = [self.document.get("trouble")] + [each.get("trouble") for each in outcomes]
        return next((each["message"] for each in troubles if each), "")


class Case(unittest.TestCase):
    """Each test works in a folder of its own, with a state directory of its own."""

    def setUp(self):
        self.addCleanup(os.chdir, os.getcwd())
        self.enter(tempfile.mkdtemp(prefix=self._testMethodName + "-", dir=os.getcwd()))

    def enter(self, folder):
        """Works in `folder` from now on, made when absent."""
        self.folder = Path(folder).absolute()
        self.folder.mkdir(exist_ok=True)
        os.chdir(self.folder)
        self.state = self.folder / "state"

    def environment(self, kill_at=None, **more):
        environment = os.environ | {"XDG_STATE_HOME": str(self.state)} | more
        environment.pop("MUSTER_TEST_KILL_AT", None)
        if kill_at:
            environment["MUSTER_TEST_KILL_AT"] = kill_at
        return environment

    def start(self, *words, kill_at=None, **more):
        """A muster under way; finish() waits for it."""
        words = [str(word) for word in words]
        with tempfile.NamedTemporaryFile(prefix="answer-", dir=os.environ["HOME"], delete=False) as answer:
            pass  # outside the folder, which must show no file but those of the case
        process = subprocess.Popen([MUSTER, *words, "--output", answer.name], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=self.environment(kill_at, **more))
        process.words, process.answer = words, Path(answer.name)
        return process

    def finish(self, process, timeout=120):
        out, err = process.communicate(timeout=timeout)
        text = process.answer.read_text()
        process.answer.unlink()
        return Ran(process.words, process.returncode, out, err, json.loads(text) if text else {})

    def muster(self, *words, kill_at=None, **more):
        return self.finish(self.start(*words, kill_at=kill_at, **more))

    def passes(self, *words, **more):
        ran = self.muster(*words, **more)
        self.assertEqual(ran.status, 0, ran)
        return ran

    def refused(self, status, code, *words, **more):
        """Fails with that exit status and code, and says what to do next."""
        ran = self.muster(*words, **more)
        self.assertEqual((ran.status, ran.trouble), (status, code), ran)
        self.assertIn("next:", ran.out + ran.err)
        return ran

    # What muster leaves.

    @property
    def records(self):
        files = sorted((self.state / "muster/records").glob("*.json"))
        return [json.loads(file.read_text()) for file in files]

    def check_chain(self):
        """Numbers without a gap, and each record holds the SHA-256 of the stored bytes before it."""
        files = sorted((self.state / "muster/records").glob("*.json"))
        before = None
        for number, file in enumerate(files, 1):
            record = json.loads(file.read_text())
            self.assertEqual((record["sequence"], record.get("previous")), (number, before), file)
            before = hashlib.sha256(file.read_bytes()).hexdigest()
        self.assertEqual(len({record["head"]["run"] for record in self.records}), len(files), "a run has two records")

    def check_journals(self, cut_last_line=False):
        for file in (self.state / "muster/journal").glob("*.jsonl"):
            lines = file.read_bytes().split(b"\n")
            if not cut_last_line:
                self.assertEqual(lines[-1], b"", f"{file}: the last line is cut off")
            for number, line in enumerate(lines[:-1], 1):
                event = json.loads(line)
                self.assertEqual(event["sequence"], number, file)

    def check_tidy(self):
        """No hidden file, sandbox, scratch folder or lease of a run is left."""
        self.assertEqual(leftovers(self.folder), [])
        for name in ("sandboxes", "scratch"):
            place = self.state / "muster" / name
            self.assertEqual([entry.name for entry in place.glob("*")], [], place)
        self.assertEqual(held_leases(self.state), [])


def held_leases(state):
    """Lease files below `state` that name a holder: one that is over is empty."""
    return sorted(path.name for path in Path(state).rglob("*.lease") if path.stat().st_size)


HIDDEN = re.compile(r"^\.|^muster-scratch-")


def leftovers(folder):
    """Hidden files and scratch folders below `folder`, as only a run at work has."""
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if HIDDEN.match(path.name))
