#!/usr/bin/env python3
"""tests/golden/<case>/: a policy, how its world comes about, and what muster says of it.

observation.sh makes the world by real runs; then plan.txt and plan.json are what 'muster plan' prints,
handoff.md is the report after 'muster apply'. Times, ids, hashes, paths and names of the machine are scrubbed
so that the JSON still passes its schema. MUSTER_ACCEPT=1 writes them anew: read the difference before you commit.
"""
import difflib
import getpass
import os
import re
import shutil
import socket
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from support.muster import MUSTER, SOURCE, Case

GOLDEN = SOURCE / "tests/golden"
SCHEMA_TESTS = SOURCE / "tests/schema"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/policy.yaml"))
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)


class Scrubber:
    """Replaces what differs from run to run by what does not, alike in all texts of one case."""

    def __init__(self, folder, version):
        self.folder, self.version, self.hashes, self.stamps = str(folder), version, {}, {}
        self.now = datetime.now(timezone.utc)

    def day(self, text, form):
        """A time as whole days from now, counted from 2000-01-01."""
        days = round((datetime.strptime(text, form).replace(tzinfo=timezone.utc) - self.now) / timedelta(days=1))
        return (EPOCH + timedelta(days=days)).strftime(form)

    def learn_stamps(self, store):
        """The times in the names of snapshots, numbered for each target from the oldest."""
        known = sorted(set(re.findall(r"([\w.-]+)-(\d{8}T\d{6}Z)\.sqlite", "\n".join(str(path) for path in Path(store).rglob("*")))))
        for target, stamp in known:
            self.stamp(target, stamp)

    def stamp(self, target, stamp):
        numbers = self.stamps.setdefault(target, {})
        return numbers.setdefault(stamp, f"20000101T0000{len(numbers) + 1:02}Z")

    def hash(self, match):
        return self.hashes.setdefault(match[0], f"{len(self.hashes) + 1:064}")

    def __call__(self, text):
        for folder in (self.folder, re.sub(r"([_~#@])", r"\\\1", self.folder)):  # also as Markdown escapes it
            text = text.replace(folder, "/case")
        text = text.replace(self.version, "VERSION")
        text = re.sub(r"\b\d{8}T\d{6}Z-\d+\b", "20000101T000000Z-1", text)  # ids of runs
        text = re.sub(r"([\w.-]+)-(\d{8}T\d{6}Z)\.sqlite", lambda match: f"{match[1]}-{self.stamp(match[1], match[2])}.sqlite", text)
        text = re.sub(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", lambda match: self.day(match[0], "%Y-%m-%dT%H:%M:%SZ"), text)
        text = re.sub(r"\b(20\d\d-\d\d-\d\d \d\d:\d\d) UTC", lambda match: self.day(match[1], "%Y-%m-%d %H:%M") + " UTC", text)
        text = re.sub(r"\b[0-9a-f]{64}\b", self.hash, text)
        text = re.sub(r"\b[0-9a-f]{16}\b", "0" * 16, text)
        text = re.sub(r'"seed": \d+', '"seed": 1', text)  # of the time
        text = re.sub(r"device \d+, inode \d+", "device 1, inode 1", text)
        text = re.sub(r"(?<![\d.])\d+(\.\d+)? m?s\b", "0 ms", text)  # what was measured; objectives are longer
        return text.replace(f"by {getpass.getuser()} on {socket.gethostname()}", "by USER on HOST")


class Golden(Case):
    maxDiff = None

    def make_case(self, name):
        """The texts that the case's world gives, scrubbed."""
        here = self.folder / name
        here.mkdir()
        os.chdir(here)
        self.state = here / "xdg-state"
        shutil.copy(GOLDEN / name / "policy.yaml", here)
        (here.parent / f"bin-{name}").mkdir()
        os.symlink(MUSTER, here.parent / f"bin-{name}/muster")
        environment = self.environment(PATH=f"{here.parent}/bin-{name}:{os.environ['PATH']}", TZ="UTC")
        made = subprocess.run(["bash", "-e", str(GOLDEN / name / "observation.sh")], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(made.returncode, 0, f"{name}/observation.sh: {made.stdout}{made.stderr}")
        scrub = Scrubber(here, self.muster("version").document["muster"])
        scrub.learn_stamps("backups")

        def said(*words):
            ran = subprocess.run([MUSTER, *words], capture_output=True, text=True, env=environment)
            self.assertEqual(ran.stderr, "", words)
            return ran.stdout

        out = {"plan.json": scrub(said("plan", "policy.yaml", "--json")), "plan.txt": scrub(said("plan", "policy.yaml"))}
        subprocess.run([MUSTER, "apply", "policy.yaml", "--quiet", "--log-level", "error"], env=environment, stderr=subprocess.DEVNULL, timeout=60)
        out["handoff.md"] = scrub(said("report", "policy.yaml"))
        return out

    def test_cases(self):
        self.assertGreaterEqual(len(CASES), 3)
        for name in CASES:
            texts = self.make_case(name)
            for file, text in texts.items():
                golden = GOLDEN / name / file
                if os.environ.get("MUSTER_ACCEPT") == "1":
                    golden.write_text(text)
                with self.subTest(f"{name}/{file}"):
                    expected = golden.read_text() if golden.exists() else ""
                    difference = "".join(difflib.unified_diff(expected.splitlines(True), text.splitlines(True), f"tests/golden/{name}/{file}", "now"))
                    self.assertEqual(difference, "", f"\n{difference}\nIs it right? MUSTER_ACCEPT=1 tests/cli/run tests/cli/golden_test.py")

    def test_the_json_passes_its_schema(self):
        files = [GOLDEN / name / "plan.json" for name in CASES]
        checked = subprocess.run(["node", SCHEMA_TESTS / "validate.mjs", SOURCE / "schemas/plan-v1.json", *files], capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_the_markdown_is_clean(self):
        files = [GOLDEN / name / "handoff.md" for name in CASES]
        checked = subprocess.run(["node", SCHEMA_TESTS / "lint_markdown.mjs", *files], capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        Path("bad.md").write_text("# One\n# Two\n\n\n\ntext <br> http://example.org\n")
        self.assertEqual(subprocess.run(["node", SCHEMA_TESTS / "lint_markdown.mjs", "bad.md"], stderr=subprocess.DEVNULL).returncode, 1)

    def test_each_case_is_whole(self):
        for folder in GOLDEN.iterdir():
            self.assertEqual(sorted(path.name for path in folder.iterdir()), ["handoff.md", "observation.sh", "plan.json", "plan.txt", "policy.yaml"], folder)


if __name__ == "__main__":
    unittest.main()
