#!/usr/bin/env python3
"""Each command as a user types it, and every exit status reached by a real situation."""
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import Holder, change, content, family, make, tree
from support.muster import MUSTER, Case

POLICY = """
muster: 1
name: shop
owner: dba@example.org
stores: {{ near: {{ local: backups }} }}
targets:
  shop: {{ sqlite: shop.db, rpo: 24h{target} }}{more}
protect:
  always: {{ targets: [{targets}], stores: [near], keep: {{ last: {last} }} }}
{rest}
"""


def policy(target="", more="", targets="shop", last=2, rest="", name="policy.yaml"):
    Path(name).write_text(POLICY.format(target=target, more=more, targets=targets, last=last, rest=rest))
    return name


def snapshots(store="backups"):
    return sorted(Path(store).rglob("*.sqlite"))


def spoil(path, offset=None):
    """Flips one byte, in the middle unless told where."""
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2 if offset is None else offset)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0xFF]))


class Help(Case):
    COMMANDS = {  # every flag of the command itself
        "init": ["--out", "--force"],
        "validate": ["--print"],
        "plan": ["--target", "--only", "--job", "--limit", "--shard", "--ignore-schedule", "--out", "--strict-plan", "--markdown", "--detailed-exitcode", "--now"],
        "apply": ["--target", "--only", "--job", "--limit", "--shard", "--ignore-schedule", "--dry-run", "--strict-plan", "--lock-wait", "--keep-sandbox"],
        "backup": ["--force", "--kind", "--full-every", "--verify", "--method", "--compress", "--encrypt", "--key", "--checksum-file", "--allow-empty", "--max-writer-pause", "--name", "--lock-wait"],
        "inspect": ["--depth", "--key", "--check", "--expect", "--supported-schema"],
        "verify": ["--depth", "--pattern", "--max-age", "--min-size", "--max-size", "--jobs", "--check", "--expect",
                   "--supported-schema", "--key"],
        "doctor": ["--depth", "--target", "--verify-blobs", "--fix", "--min-free-bytes", "--min-free-ratio", "--jobs"],
        "compact": ["--lock-wait"],
        "compact-recommended": ["--dry-run", "--strict-plan", "--target", "--lock-wait", "--min-free-bytes", "--min-free-ratio",
                                "--max-reclaimable-bytes", "--limit", "--include-unsafe"],
        "repair-safe": ["--dry-run", "--strict-plan", "--target", "--lock-wait", "--limit", "--verify-blobs"],
        "restore": ["--to", "--policy", "--from", "--pick", "--before", "--id", "--name", "--force", "--dry-run", "--no-verify",
                    "--check", "--expect", "--supported-schema", "--safety-dir", "--safety-suffix", "--in-place", "--no-service", "--key",
                    "--lock-wait"],
        "snapshots": ["--target", "--store", "--proven"],
        "prune": ["--dry-run", "--lock-wait", "--target", "--strict-plan", "--keep-last", "--keep-hourly", "--keep-daily", "--keep-weekly",
                  "--keep-monthly", "--keep-yearly", "--keep-within", "--max-age", "--max-total", "--min-count", "--timezone", "--proven"],
        "pin": ["--reason", "--force"],
        "unpin": [],
        "drill": ["--show", "--target", "--keep-sandbox", "--lock-wait"],
        "restore-drill": ["--policy", "--from", "--pick", "--before", "--id", "--name", "--check", "--expect", "--rto",
                          "--supported-schema", "--key", "--keep-sandbox"],
        "restore-smoke": ["--rto", "--keep-sandbox"],
        "schedule": ["--after", "--count", "--format", "--out", "--clock"],
        "report": ["--markdown", "--fail-if-unwell"],
        "schema": ["--list", "--reference"],
        "version": [],
    }
    COMMON = ["--output", "--json", "--quiet", "--color", "--progress", "--log-level", "--log-format", "--events", "--state"]  # [VV-08]
    STATUSES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130, 143]

    def run_muster(self, *words):
        return subprocess.run([MUSTER, *words], capture_output=True, text=True, env=self.environment())

    def test_help_of_every_command(self):
        general = self.run_muster("--help")
        self.assertEqual((general.returncode, general.stderr), (0, ""))
        listed = re.findall(r"^  ([a-z-]+) ", general.stdout, re.MULTILINE)
        self.assertEqual(listed, list(self.COMMANDS))
        for command, flags in self.COMMANDS.items():
            asked = [self.run_muster(*words) for words in ((command, "--help"), (command, "-h"), ("help", command), (command, "policy.yaml", "--help"))]
            for ran in asked:
                self.assertEqual((ran.returncode, ran.stderr, ran.stdout), (0, "", asked[0].stdout), command)
            text = asked[0].stdout
            told = re.findall(r"^  (--[a-z-]+)", text, re.MULTILINE)
            self.assertEqual(told, flags + self.COMMON, command)
            for line in re.findall(r"^  (?:--[a-z-]+|[A-Z\[][A-Z.\]]+).*$", text, re.MULTILINE):
                self.assertGreater(len(line.split(maxsplit=2)), 1, f"{command}: no help for {line}")
            for status in self.STATUSES:
                self.assertRegex(text, rf"\b{status}\b", f"{command}: exit status {status} is not explained")

    def test_every_flag_is_taken(self):
        """What the help names, the command line takes: a flag that takes a value complains of a missing one by its name."""
        for command, flags in self.COMMANDS.items():
            text = self.run_muster(command, "--help").stdout
            for flag in flags + self.COMMON:
                takes_value = re.search(rf"^  {flag} [A-Z]", text, re.MULTILINE)
                ran = self.run_muster(command, flag)
                self.assertNotIn("there is no flag", ran.stderr, f"{command} {flag}")
                if takes_value:
                    self.assertEqual(ran.returncode, 8, f"{command} {flag}")
                    self.assertIn(flag, ran.stderr)

    def test_aliases(self):
        for alias, command in (("snapshot", "backup"), ("inspect-backup", "inspect"), ("--version", "version")):
            self.assertEqual(self.run_muster(alias, "--help").stdout, self.run_muster(command, "--help").stdout)


class Output(Case):
    """[VV-08] Every command gives its JSON artifact."""

    def commands(self):
        """Each command that succeeds, and the schema of what it hands over."""
        make("shop.db")
        policy(rest="drills: { smoke: { scenario: restore-smoke, targets: [shop] } }")
        return [("version", "version"), ("validate policy.yaml", "problems"), ("plan policy.yaml", "plan"), ("apply policy.yaml --dry-run", "plan"),
                ("apply policy.yaml", "record"), ("snapshots policy.yaml", "snapshots"), ("drill policy.yaml", "record"), ("report policy.yaml", "handoff"),
                ("backup shop.db one.sqlite", "record"), ("inspect one.sqlite", "inspection"),
                ("verify one.sqlite", "verification"), ("restore one.sqlite --to new.db --dry-run", "plan"),
                ("restore one.sqlite --to new.db", "record"), ("restore-smoke shop.db", "record")]

    def test_output_is_what_json_prints(self):
        for line, schema in self.commands():
            with self.subTest(line):
                ran = subprocess.run([MUSTER, *line.split(), "--json", "--output", "answer.json"], capture_output=True, text=True, env=self.environment())
                self.assertEqual(ran.returncode, 0, ran)
                self.assertEqual(Path("answer.json").read_text(), ran.stdout)
                self.assertEqual(json.loads(ran.stdout)["schema"], f"muster/{schema}/v1")
                self.assertEqual(ran.stderr, "")
                self.assertEqual(Path("answer.json").stat().st_mode & 0o777, 0o600)
        listed = subprocess.run([MUSTER, "schema", "policy", "--output", "answer.json"], capture_output=True, text=True, env=self.environment())
        self.assertEqual(Path("answer.json").read_text(), listed.stdout)
        for words in (["schema"], ["schema", "--list"], ["schema", "--list", "--json"]):
            self.assertIn("policy\nscenario\nmanifest\n", subprocess.run([MUSTER, *words], capture_output=True, text=True, env=self.environment()).stdout)

    def test_output_is_the_record_that_was_stored(self):
        make("shop.db")
        ran = self.passes("backup", "shop.db", "one.sqlite")
        self.assertEqual(ran.document, self.records[0])

    def test_quiet_prints_nothing(self):
        for line, _ in self.commands():
            ran = subprocess.run([MUSTER, *line.split(), "--quiet"], capture_output=True, text=True, env=self.environment())
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""), line)

    def test_quiet_and_json_print_the_document(self):
        ran = subprocess.run([MUSTER, "version", "--quiet", "--json"], capture_output=True, text=True, env=self.environment())
        self.assertEqual(json.loads(ran.stdout)["schema"], "muster/version/v1")

    def test_colour_and_logs(self):
        make("shop.db")
        plain = self.passes("backup", "shop.db", "one.sqlite", "--color", "auto")
        self.assertNotIn("\x1b", plain.out + plain.err)
        self.assertIn("\x1b[32mPROVEN\x1b[0m", self.passes("backup", "shop.db", "two.sqlite", "--color", "always").out)
        # [ON-05] log level and format
        logged = self.passes("backup", "shop.db", "three.sqlite", "--log-level", "info", "--log-format", "json")
        events = [json.loads(line) for line in logged.err.splitlines()]
        self.assertEqual([event["kind"] for event in events],
                         ["run_started", "step_started", "step_finished", "step_started", "step_finished", "run_finished"])
        self.assertEqual(len(self.passes("backup", "shop.db", "four.sqlite", "--log-level", "info").err.splitlines()), 6)


class Backup(Case):
    def test_artifact_and_manifest(self):
        """[VV-01] The artifact is the volume, and its sidecar has the nine fields with their types."""
        make("shop.db", ["one", "two"], "WAL")
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("PRAGMA user_version = 7")
        self.passes("backup", "shop.db", "copies/shop", "--name", "till")
        artifact, sidecar = Path("copies/shop.sqlite"), Path("copies/shop.sqlite.manifest.json")
        self.assertEqual(sorted(Path("copies").iterdir()), [artifact, sidecar])
        manifest = json.loads(sidecar.read_text())
        nine = {"formatVersion": int, "volumeId": str, "volumeName": str, "revision": type(None), "schemaVersion": int,
                "createdWithVersion": str, "bytesWritten": int, "checksumSha256": str, "createdAt": str}
        self.assertEqual({key: type(manifest[key]) for key in nine}, nine)
        self.assertEqual((manifest["formatVersion"], manifest["volumeId"], manifest["volumeName"], manifest["schemaVersion"]), (1, "till", "till", 7))
        self.assertEqual(manifest["bytesWritten"], artifact.stat().st_size)
        self.assertEqual(manifest["checksumSha256"], hashlib.sha256(artifact.read_bytes()).hexdigest())
        self.assertEqual(manifest["createdWithVersion"], self.muster("version").document["muster"])
        self.assertLess(abs(time.mktime(time.strptime(manifest["createdAt"] + " UTC", "%Y-%m-%dT%H:%M:%SZ %Z")) - time.timezone - time.time()), 60)
        self.assertEqual(content(artifact), content("shop.db"))
        self.assertEqual({path.stat().st_mode & 0o777 for path in (artifact, sidecar)}, {0o600})
        self.assertEqual(Path("copies").stat().st_mode & 0o777, 0o700)

    def test_revision_is_recorded(self):
        """[VV-01] A revision that the policy knows how to ask for is a number in the manifest."""
        make("shop.db", ["one", "two", "three"])
        policy(', revision: { sql: "SELECT count(*) FROM item" }, schema_version: { sql: "SELECT 42" }, volume_id: vol_1')
        self.passes("apply", "policy.yaml")
        manifest = json.loads(next(Path("backups").rglob("*.manifest.json")).read_text())
        self.assertEqual((manifest["revision"], manifest["schemaVersion"], manifest["volumeId"], manifest["volumeName"]), (3, 42, "vol_1", "shop"))

    def test_places(self):
        make("shop.db")
        Path("folder").mkdir()
        for destination, expected in (("folder", "folder/shop.sqlite"), ("deep/er/", "deep/er/shop.sqlite"), ("a.db", "a.db"), ("b.sqlite3", "b.sqlite3"),
                                      ("c.backup", "c.backup.sqlite"), ("d", "d.sqlite")):
            self.passes("backup", "shop.db", destination)
            self.assertTrue(Path(expected).is_file() and Path(expected + ".manifest.json").is_file(), expected)

    def test_an_existing_artifact_stays_without_force(self):
        """[VV-02] [VV-07]"""
        make("shop.db", ["one"])
        self.passes("backup", "shop.db", "kept.sqlite")
        before = tree(".")
        change("shop.db", ["two"])
        self.refused(7, "target_exists", "backup", "shop.db", "kept.sqlite")
        after = {name: what for name, what in tree(".").items() if name.startswith("kept")}
        self.assertEqual(after, {name: what for name, what in before.items() if name.startswith("kept")})
        self.passes("backup", "shop.db", "kept.sqlite", "--force")
        self.assertEqual(content("kept.sqlite"), content("shop.db"))
        self.passes("inspect", "kept.sqlite")

    def test_every_backup_is_read_back(self):
        """[EE-02] Exists, is not empty, integrity_check is ok; the finding says what was expected and seen."""
        make("shop.db")
        verify = self.passes("backup", "shop.db", "one.sqlite").document["outcomes"][1]
        self.assertEqual((verify["kind"], verify["status"]), ("verify", "done"))
        findings = {finding["code"]: finding for finding in verify["findings"]}
        self.assertEqual((findings["integrity"]["verdict"], findings["integrity"]["expected"], findings["integrity"]["actual"]), ("good", "ok", "ok"))
        self.assertEqual({finding["verdict"] for finding in findings.values()}, {"good"})
        self.assertLessEqual({"manifest", "checksum", "readable", "integrity", "page_census"}, set(findings))
        self.assertEqual(verify["proof"]["checksum"], hashlib.sha256(Path("one.sqlite").read_bytes()).hexdigest())

    def test_only_full_proves(self):
        make("shop.db")
        for depth in ("checksum", "quick", "full"):
            verify = self.passes("backup", "shop.db", depth, "--verify", depth).document["outcomes"][1]
            self.assertEqual("proof" in verify, depth == "full")


class AuditFacts(Case):
    def test_facts_of_backup_and_restore(self):
        """[VV-16] Time, command, version, volume, revision, schema version, checksum and results are kept."""
        make("shop.db", ["one"])
        self.passes("backup", "shop.db", "one.sqlite", "--name", "till", MUSTER_OPERATOR="ada")
        change("shop.db", ["two"])
        self.passes("restore", "one.sqlite", "--to", "shop.db", "--force")
        backup, restore = self.records
        for record in (backup, restore):
            self.assertRegex(record["head"]["started_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertRegex(record["finished_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertEqual(record["head"]["tool_version"], self.muster("version").document["muster"])
            self.assertEqual(record["head"]["by"]["uid"], os.geteuid())
            self.assertEqual(record["exit_status"], 0)
        self.assertEqual(backup["head"]["command"][:3], ["muster", "backup", "shop.db"])
        self.assertEqual(backup["head"]["by"]["claimed"], "ada")
        manifest = backup["outcomes"][0]["snapshot"]["manifest"]
        self.assertEqual(manifest, {key: value for key, value in json.loads(Path("one.sqlite.manifest.json").read_text()).items() if key != "schema"})
        for fact in ("volumeId", "revision", "schemaVersion", "createdWithVersion", "checksumSha256"):
            self.assertIn(fact, manifest)
        self.assertEqual(restore["head"]["command"][:3], ["muster", "restore", "one.sqlite"])
        outcome = restore["outcomes"][0]
        self.assertEqual(outcome["restored"]["target"], str(Path("shop.db").absolute()))
        codes = [finding["code"] for finding in outcome["findings"]]
        for inspected in ("manifest", "checksum", "integrity", "page_census"):  # before the restore
            self.assertIn(inspected, codes)
        for looked_at in ("in_place", "opens"):  # after it
            self.assertIn(looked_at, codes)
        checksum = next(finding for finding in outcome["findings"] if finding["code"] == "checksum")
        self.assertEqual(checksum["actual"], manifest["checksumSha256"])

    def test_each_refusal_has_its_code(self):
        """[VV-07] Manifest mismatch, newer major version, newer schema version, target exists."""
        make("shop.db")
        self.passes("backup", "shop.db", "one.sqlite")
        sidecar = Path("one.sqlite.manifest.json")
        whole = sidecar.read_text()
        for change_of, code in (((r'"bytesWritten": \d+', '"bytesWritten": 1'), "manifest_mismatch"),
                                ((r'"checksumSha256": "....', '"checksumSha256": "0000'), "manifest_mismatch"),
                                ((r'"createdWithVersion": "[^"]*"', '"createdWithVersion": "99.0.0"'), "newer_tool_major"),
                                ((r'"formatVersion": 1', '"formatVersion": "one"'), "manifest_mismatch")):
            sidecar.write_text(re.sub(*change_of, whole))
            self.assertNotEqual(sidecar.read_text(), whole)
            self.refused(7, code, "restore", "one.sqlite", "--to", "new.db")
            self.assertEqual(self.muster("inspect", "one.sqlite").status, 7)
            self.assertFalse(Path("new.db").exists())
        sidecar.write_text(whole)
        self.assertEqual(self.muster("inspect", "one.sqlite", "--supported-schema", "0").status, 0)
        sidecar.write_text(re.sub(r'"schemaVersion": \d+', '"schemaVersion": 43', whole))
        newer = self.muster("inspect", "one.sqlite", "--supported-schema", "42")
        self.assertEqual((newer.status, [each["code"] for each in newer.document["findings"] if each["verdict"] == "bad"]), (7, ["schema_version"]))
        self.refused(7, "newer_schema", "restore", "one.sqlite", "--to", "new.db", "--supported-schema", "42")
        self.assertFalse(Path("new.db").exists())
        sidecar.write_text(whole)
        self.refused(7, "target_exists", "restore", "one.sqlite", "--to", "shop.db")


class ExitStatus(Case):
    """One situation at least for each status of the table; 10 is in bad_input_test.py, 130 and 143 below."""

    def test_0_and_2_changes_are_due(self):
        make("shop.db")
        self.assertEqual(self.muster("plan", policy()).status, 0)
        self.assertEqual(self.muster("plan", "policy.yaml", "--detailed-exitcode").status, 2)
        self.assertEqual(self.muster("plan", "policy.yaml", "--detailed-exitcode", "--only", "prune").status, 0)
        self.assertEqual(self.muster("apply", "policy.yaml").status, 0)
        self.assertFalse(self.records[0].get("trouble"))

    def test_3_one_of_two_targets_is_missing(self):
        make("shop.db")
        policy(more="\n  gone: { sqlite: gone.db }", targets="shop, gone")
        ran = self.muster("apply", "policy.yaml")
        self.assertEqual((ran.status, ran.document["status"], ran.trouble), (3, "partial", "not_found"), ran)
        self.assertEqual([(outcome["step"], outcome["status"]) for outcome in ran.document["outcomes"]],
                         [("snapshot:shop:near", "done"), ("verify:shop:near", "done"), ("snapshot:gone:near", "skipped")])
        self.assertEqual(len(snapshots()), 1)
        self.assertIn("gone.db", ran.out)
        self.assertIn("gone.db", Path(self.state, "muster/records").glob("*.json").__next__().read_text())

    def test_nothing_done_is_not_partial(self):
        ran = self.muster("apply", policy())
        self.assertEqual((ran.status, ran.document["status"], ran.trouble), (8, "failed", "not_found"), ran)

    def test_4_a_check_of_the_policy_fails(self):
        make("shop.db", ["one"])
        policy(', checks: [{ name: enough, sql: SELECT count(*) FROM item, expect: ">= 1000" }]')
        ran = self.muster("apply", "policy.yaml")
        self.assertEqual((ran.status, ran.document["outcomes"][1]["status"]), (4, "bad"), ran)
        self.assertNotIn("proof", ran.document["outcomes"][1])
        self.assertIn("enough", ran.out)
        bad = [finding for finding in ran.document["outcomes"][1]["findings"] if finding["verdict"] == "bad"]
        self.assertEqual([(finding["expected"], finding["actual"]) for finding in bad], [(">= 1000", "1")])

    def test_a_failing_check_of_severity_warning_only_warns(self):
        make("shop.db", ["one"])
        policy(', checks: [{ name: enough, sql: SELECT count(*) FROM item, expect: ">= 1000", severity: warning }]')
        ran = self.passes("apply", "policy.yaml")
        self.assertIn("WARNING", ran.out)

    def test_4_rto_is_missed(self):
        make("shop.db")
        policy(", rto: 1ms", rest="drills: { smoke: { scenario: restore-smoke, targets: [shop] } }")
        for line in ("apply policy.yaml", "drill policy.yaml", "drill policy.yaml smoke", "restore-smoke shop.db --rto 1ms"):
            ran = self.muster(*line.split())
            self.assertEqual((ran.status, ran.document["outcomes"][-1]["drilled"]["passed"]), (4, False), ran)
            self.assertIn("misses the objective", ran.out)
        self.assertEqual(self.muster("report", "policy.yaml").status, 0)
        self.assertEqual(self.muster("report", "policy.yaml", "--fail-if-unwell").status, 4)

    def test_4_and_7_a_spoiled_snapshot(self):
        make("shop.db")
        self.passes("apply", policy())
        artifact = snapshots()[0]
        spoil(artifact)
        ran = self.muster("inspect", str(artifact))
        self.assertEqual(ran.status, 7, ran)  # the manifest does not describe these bytes
        self.assertFalse(ran.document["restorable"])
        Path(f"{artifact}.manifest.json").unlink()
        with open(artifact, "r+b") as file:  # without a manifest only the pages tell
            file.truncate(artifact.stat().st_size // 2)
        self.assertEqual(self.muster("inspect", str(artifact)).status, 4)

    def test_5_strict_plan(self):
        make("shop.db")
        policy(more="\n  gone: { sqlite: gone.db }", targets="shop, gone")
        ran = self.muster("plan", "policy.yaml", "--strict-plan")
        self.assertEqual(ran.status, 5, ran)
        self.assertIn("snapshot:gone:near is blocked", ran.out)
        ran = self.refused(5, "strict_plan", "apply", "policy.yaml", "--strict-plan")
        self.assertIn("snapshot:gone:near is blocked", ran.message)
        self.assertEqual(snapshots(), [], "a strict apply did something all the same")
        self.assertEqual(self.muster("apply", "policy.yaml", "--strict-plan", "--dry-run").status, 5)
        make("gone.db")
        self.assertEqual(self.muster("plan", "policy.yaml", "--strict-plan", "--limit", "1").status, 5)  # one is deferred
        self.passes("apply", "policy.yaml", "--strict-plan")

    def test_5_strictness_of_the_policy_narrows_it(self):
        make("shop.db")
        make("zoo.db")
        policy(more="\n  zoo: { sqlite: zoo.db }", targets="shop, zoo", rest="strictness: { plan: [blocked] }")
        self.assertEqual(self.muster("plan", "policy.yaml", "--strict-plan", "--limit", "1").status, 0)

    def test_7_a_database_that_nobody_can_read(self):
        make("shop.db")
        policy()
        with Holder("shop.db", 'database.execute("PRAGMA locking_mode = EXCLUSIVE")\ndatabase.execute("BEGIN EXCLUSIVE")'):
            ran = self.muster("apply", "policy.yaml")
            self.assertEqual((ran.status, ran.trouble), (7, "exclusive_holder"), ran)
            self.assertIn("BLOCKED", ran.out)

    def test_9_another_run_is_at_work(self):
        """A run that is stopped in its middle holds the lease; others are refused, readers are not."""
        make("shop.db")
        with closing(sqlite3.connect("shop.db")) as database:
            database.executemany("INSERT INTO item(name, padding) VALUES(?, zeroblob(100000))", [("big",)] * 3000)
            database.commit()
        self.passes("backup", "shop.db", "before.sqlite")
        first = self.start("backup", "shop.db", "first.sqlite")
        try:
            deadline = time.monotonic() + 30
            while not (found := list(Path(".").glob(".first.sqlite.muster-partial"))) and time.monotonic() < deadline and first.poll() is None:
                time.sleep(0.001)
            first.send_signal(signal.SIGSTOP)
            self.assertTrue(found, "the first run was never seen at work")
            ran = self.refused(9, "lease_held", "backup", "shop.db", "second.sqlite")
            self.assertIn(f"pid {first.pid}", ran.message)
            self.refused(9, "lease_held", "restore", "before.sqlite", "--to", "shop.db", "--force")
            self.passes("inspect", "before.sqlite")
            started = time.monotonic()
            self.refused(9, "lease_held", "backup", "shop.db", "second.sqlite", "--lock-wait", "1s")
            self.assertGreater(time.monotonic() - started, 1)
            waiting = self.start("backup", "shop.db", "second.sqlite", "--lock-wait", "60s")
            time.sleep(0.2)
        finally:
            first.send_signal(signal.SIGCONT)
        self.assertEqual(self.finish(first).status, 0)
        self.assertEqual(self.finish(waiting).status, 0)

    def test_130_and_143_interrupted(self):
        make("shop.db")
        with closing(sqlite3.connect("shop.db")) as database:
            database.executemany("INSERT INTO item(name, padding) VALUES(?, zeroblob(100000))", [("big",)] * 3000)
            database.commit()
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            run = self.start("backup", "shop.db", "out.sqlite")
            deadline = time.monotonic() + 30
            while not list(Path(".").glob(".out.sqlite.muster-partial")) and time.monotonic() < deadline and run.poll() is None:
                time.sleep(0.001)
            run.send_signal(number)
            ran = self.finish(run)
            self.assertEqual((ran.status, ran.document["status"]), (status, "interrupted"), ran)
            self.assertFalse(Path("out.sqlite").exists())
            self.check_tidy()


class StalePlan(Case):
    """[design 6.6] A plan is bound to its facts and used once; the difference is named."""

    def setUp(self):
        super().setUp()
        make("shop.db")
        policy(rest="drills: { smoke: { scenario: restore-smoke, targets: [shop] } }")
        self.assertEqual(self.muster("apply", "policy.yaml", "--only", "snapshot").status, 4)  # taken, and not proven yet
        self.passes("plan", "policy.yaml", "--out", "plan.json")

    def refuse(self, *said):
        before = tree("backups")
        for words in (["apply", "plan.json", "--dry-run"], ["apply", "plan.json"]):
            ran = self.refused(6, "stale_plan", *words)
            for part in said:
                self.assertIn(part, ran.out + ran.err, ran)
        self.assertEqual(tree("backups"), before, "a stale plan was carried out")

    def test_a_plan_is_carried_out_as_it_is_and_once(self):
        plan = json.loads(Path("plan.json").read_text())
        self.assertEqual(self.passes("apply", "plan.json", "--dry-run").document, plan)
        ran = self.passes("apply", "plan.json")
        self.assertEqual(ran.document["head"]["plan_serial"], plan["serial"])
        self.assertEqual(ran.document["head"]["plan_sha256"], hashlib.sha256(Path("plan.json").read_bytes()).hexdigest())
        self.assertEqual([outcome["step"] for outcome in ran.document["outcomes"]], [step["id"] for step in plan["steps"]])
        self.assertIn("used once", self.refused(6, "plan_used", "apply", "plan.json").err)

    def test_the_policy_has_changed(self):
        policy(last=3, rest="drills: { smoke: { scenario: restore-smoke, targets: [shop] } }")
        self.refuse("policy was", ", is")

    def test_a_comment_in_the_policy_changes_nothing(self):
        Path("policy.yaml").write_text("# looked at\n" + Path("policy.yaml").read_text())
        self.passes("apply", "plan.json")

    def test_a_snapshot_was_added(self):
        self.muster("apply", "policy.yaml", "--only", "snapshot")
        self.refuse("snapshots of shop in near was 1 snapshot,", "is 2 snapshots,")

    def test_a_snapshot_was_removed(self):
        for path in Path("backups").rglob("*.*"):
            path.unlink()
        self.refuse("snapshots of shop in near was 1 snapshot,", "is 0 snapshots,")

    def test_the_database_file_was_replaced(self):
        shutil.copy("shop.db", "copy.db")
        os.replace("copy.db", "shop.db")
        self.refuse("target shop was", "inode")

    def test_the_database_is_gone(self):
        os.unlink("shop.db")
        self.refuse("target shop was", "not_found")

    def test_rows_change_nothing(self):
        change("shop.db", ["three"])
        self.passes("apply", "plan.json")

    def test_a_plan_that_was_edited(self):
        """What was read and agreed to is what is done: steps that the policy does not give are refused."""
        whole = Path("plan.json").read_text()
        store = str(Path("backups").absolute())
        edits = {
            "another place": whole.replace(store, store + "-elsewhere"),
            "another source": whole.replace(str(Path("shop.db").absolute()), "/etc/passwd"),
            "a step less": json.dumps(dict(json.loads(whole), steps=json.loads(whole)["steps"][:1])),
            "a need less": whole.replace('"needs": [\n        "snapshot:shop:near"\n      ]', '"needs": []'),
            "facts": re.sub(r'"value": "', '"value": "x', whole, count=1),
        }
        for name, text in edits.items():
            self.assertNotEqual(json.loads(text), json.loads(whole), name)
            Path("plan.json").write_text(text)
            with self.subTest(name):
                self.refuse()
        self.assertFalse(Path(store + "-elsewhere").exists())


class Retention(Case):
    def test_keep_last(self):
        """Many applies with keep last 2: the two newest stay, each removal and each stay has its reason."""
        make("shop.db", ["row 0"])
        policy(last=2)
        for number in range(1, 6):
            ran = self.passes("apply", "policy.yaml")
            self.assertEqual(len(snapshots()), min(number, 2))
            removed = [outcome["removed"] for outcome in ran.document["outcomes"] if outcome["kind"] == "prune"]
            self.assertEqual(len(removed), 1 if number > 2 else 0)
            for path in removed:
                self.assertFalse(Path(path).exists() or Path(path + ".manifest.json").exists())
            change("shop.db", [f"row {number}"])
        self.assertEqual([len(content(path)) for path in snapshots()], sorted(len(content(path)) for path in snapshots()))
        [kept] = self.muster("plan", "policy.yaml").document["kept"]
        self.assertEqual((kept["snapshots"], kept["rules"]), (2, {"last": 2, "newest_proven": 1}))

    def test_nothing_is_pruned_when_the_backup_failed(self):
        make("shop.db")
        policy(last=2)
        for _ in range(3):
            self.passes("apply", "policy.yaml")
        before = snapshots()
        os.truncate("shop.db", 5000)
        self.assertNotEqual(self.muster("apply", "policy.yaml").status, 0)
        self.assertEqual(snapshots(), before)
        self.assertNotEqual(self.muster("apply", policy(last=1), "--only", "prune").status, 0)
        self.assertEqual(snapshots(), before)

    def test_unknown_files_are_never_touched(self):
        make("shop.db")
        self.passes("apply", policy(last=1))
        strange = [Path("backups/shop/notes.txt"), Path("backups/shop/shop-20000101T000000Z.sqlite"), Path("backups/other.sqlite")]
        for path in strange:
            path.write_text("not of muster")
        for _ in range(2):
            self.passes("apply", "policy.yaml")
        for path in strange:
            self.assertEqual(path.read_text(), "not of muster")

    def test_what_could_not_be_checked_lets_nothing_go(self):
        """A verification that gave no proof is no reason to remove the snapshot that has one."""
        make("shop.db")
        policy(last=1)
        self.passes("apply", "policy.yaml")
        [proven] = snapshots()
        policy(last=1, target=", checks: [{ name: odd, sql: SELECT foo(1), expect: 1 }]")
        for _ in range(2):
            ran = self.muster("apply", "policy.yaml")
            self.assertIn("gave no proof", ran.out + ran.err)
        self.assertIn(proven, snapshots())

    def test_a_report_replaces_nothing_else(self):
        make("shop.db")
        Path("victim").write_bytes(b"something of somebody")
        policy(rest="reports: { handoff: { markdown: victim } }")
        self.refused(7, "target_exists", "apply", "policy.yaml")
        self.assertEqual(Path("victim").read_bytes(), b"something of somebody")

    def test_a_plan_for_another_time_is_not_carried_out(self):
        make("shop.db")
        policy()
        for time in ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"):
            Path("plan.json").write_text(json.dumps(self.muster("plan", "policy.yaml", "--now", time).document))
            self.refused(6, "stale_plan", "apply", "plan.json")

    def test_a_plan_outlives_the_growth_of_its_database(self):
        make("shop.db")
        policy(rest="# ", last=2)
        self.passes("plan", "policy.yaml", "--out", "plan.json")
        change("shop.db", ["x" * 5000 for _ in range(50)])
        self.passes("apply", "plan.json")

    def test_a_spoiled_snapshot_fills_no_bucket(self):
        make("shop.db")
        policy(last=2)
        self.passes("apply", "policy.yaml")
        self.passes("apply", "policy.yaml")
        os.truncate(snapshots()[-1], 5000)
        ran = self.muster("apply", "policy.yaml")
        kept = self.muster("plan", "policy.yaml").document["kept"]
        self.assertEqual(kept[0]["rules"].get("broken"), 1, kept)
        self.assertEqual(len(snapshots()), 3, ran)


class Population(Case):
    def test_globs_and_names(self):
        """[AZ-01] (partly) Several databases, by name and by glob; each match is a target of its own."""
        Path("tenants").mkdir()
        for name in ("acme", "zeta"):
            make(f"tenants/{name}.db", [name], "WAL")
        make("shop.db")
        policy(more='\n  tenants: { sqlite: "tenants/*.db" }', targets="shop, tenants")
        ran = self.passes("apply", "policy.yaml")
        self.assertEqual(ran.document["population"]["added"], ["shop", "tenants/acme", "tenants/zeta"])
        self.assertEqual(sorted({outcome["target"] for outcome in ran.document["outcomes"]}), ["shop", "tenants/acme", "tenants/zeta"])
        self.assertEqual(len(snapshots()), 3)
        acme = next(path for path in snapshots() if "acme" in str(path))
        self.assertEqual(content(acme), content("tenants/acme.db"))
        one = self.passes("apply", "policy.yaml", "--target", "tenants/acme")
        self.assertEqual({outcome["target"] for outcome in one.document["outcomes"]}, {"tenants/acme"})
        both = self.muster("plan", "policy.yaml", "--target", "tenants").document
        self.assertEqual({step["target"] for step in both["steps"]}, {"tenants/acme", "tenants/zeta"})

    def test_a_glob_without_a_match_is_a_problem(self):
        make("shop.db")
        policy(more='\n  tenants: { sqlite: "tenants/*.db" }', targets="shop, tenants")
        ran = self.muster("apply", "policy.yaml")
        self.assertEqual((ran.status, ran.trouble), (3, "not_found"), ran)
        self.assertIn("no file matches", ran.out)

    def test_what_a_policy_leaves_out_is_named(self):
        """A smaller policy hides nothing: the record says what is gone since the one before."""
        make("shop.db")
        make("zoo.db")
        policy(more="\n  zoo: { sqlite: zoo.db }", targets="shop, zoo")
        self.assertEqual(self.passes("apply", "policy.yaml").document["population"]["added"], ["shop", "zoo"])
        again = self.passes("apply", "policy.yaml").document["population"]
        self.assertEqual((again["count"], again["added"], again["removed"]), (2, [], []))
        ran = self.passes("apply", policy())
        self.assertEqual((ran.document["population"]["count"], ran.document["population"]["removed"]), (1, ["zoo"]))
        stored = self.state / "muster/populations" / (ran.document["population"]["sha256"] + ".json")
        self.assertEqual(hashlib.sha256(stored.read_bytes()).hexdigest(), stored.stem)
        self.assertEqual([each["target"] for each in json.loads(stored.read_text())["targets"]], ["shop"])
        self.assertIn("**gone since the record before**: zoo", self.passes("report", "policy.yaml").out)


class Chain(Case):
    def run_some(self):
        make("shop.db")
        policy(rest="drills: { smoke: { scenario: restore-smoke, targets: [shop] } }\nreports: { handoff: { markdown: handoff.md } }")
        self.passes("apply", "policy.yaml")
        self.passes("backup", "shop.db", "one.sqlite")
        self.muster("backup", "missing.db", "two.sqlite")
        self.passes("drill", "policy.yaml")
        self.passes("apply", "policy.yaml")

    def files(self):
        return sorted((self.state / "muster/records").glob("*.json"))

    def test_each_record_holds_the_hash_of_the_one_before(self):
        self.run_some()
        self.assertEqual(len(self.files()), 5)
        self.check_chain()
        self.check_journals()
        handoff = self.passes("report", "policy.yaml").document
        self.assertEqual(handoff["chain_head"], hashlib.sha256(self.files()[-1].read_bytes()).hexdigest())
        self.assertEqual((handoff["records"], handoff["chain_faults"]), (5, []))

    def test_any_change_breaks_it(self):
        self.run_some()
        whole = {path: path.read_bytes() for path in self.files()}
        changes = {
            "one byte": lambda path: path.write_bytes(whole[path].replace(b'"exit_status": 0', b'"exit_status": 1', 1)),
            "a space": lambda path: path.write_bytes(whole[path] + b" "),
            "removed": lambda path: path.unlink(),
            "emptied": lambda path: path.write_bytes(b""),
        }
        for number in (0, 1, 3):
            path = self.files()[number]
            for name, change_it in changes.items():
                with self.subTest(name, record=number + 1):
                    change_it(path)
                    ran = self.muster("report", "policy.yaml", "--fail-if-unwell")
                    path.write_bytes(whole[path])
                    self.assertEqual(ran.status, 4, ran)
                    self.assertRegex(ran.out + ran.err, "[Tt]he chain of evidence is broken")
                    if number == 0 and name in ("removed", "emptied"):  # no record before the fault
                        self.assertEqual(ran.document["code"], "damaged")
                    else:
                        self.assertEqual(len(ran.document["chain_faults"]), 1)
                        self.assertIn("**broken**", ran.out)
        self.assertEqual(self.muster("report", "policy.yaml", "--fail-if-unwell").status, 0)

    def test_a_run_after_a_break_says_so_and_goes_on(self):
        self.run_some()
        self.files()[1].write_bytes(self.files()[1].read_bytes() + b" ")
        ran = self.muster("apply", "policy.yaml")
        self.assertIn("chain", [finding["code"] for finding in ran.document["findings"] if finding["verdict"] == "bad"])
        self.assertEqual(ran.document["previous"], hashlib.sha256(self.files()[-2].read_bytes()).hexdigest())
        self.assertEqual(ran.status, 4, ran)


class Report(Case):
    def test_without_a_policy(self):
        """The newest record of the state directory counts."""
        make("shop.db")
        self.passes("apply", policy(rest="reports: { handoff: { markdown: handoff.md } }"))
        self.passes("backup", "shop.db", "one.sqlite")  # knows no population
        with_policy, without = self.passes("report", "policy.yaml"), self.passes("report")
        self.assertEqual(without.document["policy_name"], "shop")
        self.assertEqual(without.document["targets"][0]["target"], "shop")
        self.assertIn("# Backup handoff: shop", without.out)
        self.assertEqual(with_policy.document["record_file"], without.document["record_file"])
        self.assertIn("Owner: dba@example.org.", Path("handoff.md").read_text().replace("\\", ""))
        self.passes("report", "--markdown", "again.md")
        self.assertTrue(Path("again.md").read_text().startswith("# Backup handoff: shop\n"))

    def test_the_commands_of_the_report_work(self):
        """Whoever takes over copies them into a shell."""
        make("shop.db", ["one", "two"])
        self.passes("apply", policy())
        before = content("shop.db")
        change("shop.db", ["three"])
        text = self.passes("report", "policy.yaml").out
        commands = re.findall(r"^muster (restore .*?)(?: +#.*)?$", text, re.MULTILINE)
        self.assertEqual(len(commands), 2)
        for command in commands:
            self.passes(*command.split())
        self.assertEqual(content("shop.db"), before)

    def test_age_counts_from_now(self):
        make("shop.db")
        policy()
        Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace("rpo: 24h", "rpo: 1s"))
        self.muster("apply", "policy.yaml")
        time.sleep(2.1)
        ran = self.muster("report", "policy.yaml", "--fail-if-unwell")
        self.assertEqual((ran.status, ran.document["targets"][0]["rpo"]["met"]), (4, False))


class Untouched(Case):
    def test_commands_that_only_look_write_nothing(self):
        make("shop.db", mode="WAL")
        policy(rest="drills: { smoke: { scenario: restore-smoke, targets: [shop] } }")
        self.passes("backup", "shop.db", "one.sqlite")
        before, source = tree("."), family("shop.db")
        for line in ("validate policy.yaml", "plan policy.yaml", "apply policy.yaml --dry-run", "inspect one.sqlite", "report", "schema policy", "version",
                     "restore one.sqlite --to shop.db --force --dry-run", "restore one.sqlite --to new.db --dry-run"):
            self.muster(*line.split())
            self.assertEqual((tree("."), family("shop.db")), (before, source), line)


if __name__ == "__main__":
    unittest.main()
