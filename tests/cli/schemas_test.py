#!/usr/bin/env python3
"""Every document that muster writes passes its committed schema, by a validator that is not muster's.

Real runs make each document; ajv checks it against schemas/<$id>. Altered documents are refused, so
that the test can fail: a wrong type at every place, an unknown key in every object, each required key left out.
"""
import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from support.databases import crash_in_wal, make
from support.muster import KILLED, SOURCE, Case

VALIDATE = SOURCE / "tests/schema/validate.mjs"

POLICY = """
muster: 1
name: shop
owner: dba@example.org
strictness: { plan: [blocked, failed] }
stores: { near: { local: backups, layout: "{target}/{target}-{timestamp}" } }
targets:
  shop:
    sqlite: shop.db
    volume_id: vol_1
    schema_version: { sql: PRAGMA user_version, supported: 42 }
    revision: { sql: SELECT count(*) FROM item }
    rpo: 24h
    rto: 5m
    checks: [{ name: some, sql: SELECT count(*) FROM item, expect: ">= 1", severity: warning }]
  zoo: { sqlite: zoo.db }
  gone: { sqlite: gone.db }
protect:
  always:
    targets: [shop, zoo, gone]
    stores: [near]
    snapshot: { method: online, max_writer_pause: 1s }
    verify: full
    proof_expires: 7d
    keep: { last: 1, daily: 2 }
drills: { smoke: { scenario: restore-smoke, targets: [shop] } }
reports: { handoff: { markdown: handoff.md } }
audit: { state: state }
"""

INNER_MAPS = {"services", "save", "json", "headers", "parts", "with", "needs", "environment"}
NAME_MAPS = {"stores", "targets", "protect", "maintain", "drills"}  # of the policy: any key is a name there


def ajv(schema, files):
    return subprocess.run(["node", VALIDATE, schema, *files], capture_output=True, text=True, timeout=120)


class Documents(Case):
    """Makes every kind of document once, in as many states as it has."""

    def make_all(self):
        self.state = self.folder / "state"
        self.documents = {}
        make("shop.db", mode="WAL")
        make("zoo.db")
        Path("policy.yaml").write_text(POLICY)
        self.policy_runs()
        self.backups_and_restores()
        self.killed_runs()
        self.from_state()

    def keep(self, name, text):
        folder = self.folder / "documents" / name
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{len(list(folder.iterdir())):03}.json"
        file.write_text(text if isinstance(text, str) else json.dumps(text))
        self.documents.setdefault(name, []).append(file)

    def answer(self, name, *words, status=0, **more):
        """The artifact of --output."""
        ran = self.muster(*words, "--state", self.state, **more)
        self.assertEqual(ran.status, status, ran)
        self.keep(name, ran.document)

    def policy_runs(self):
        self.answer("policy", "validate", "policy.yaml", "--print")
        self.answer("policy", "validate", SOURCE / "examples/tour/policy.yaml", "--print")
        self.answer("schedule", "schedule", "next", SOURCE / "examples/tour/policy.yaml")
        self.answer("init", "init", "--out", "started.yaml")
        self.answer("retention", "prune", "policy.yaml", "--dry-run")
        self.answer("problems", "validate", "policy.yaml")
        self.answer("plan", "plan", "policy.yaml", "--limit", "1")
        for _ in range(3):
            self.answer("record", "apply", "policy.yaml", status=3)
        self.answer("plan", "plan", "policy.yaml", "--out", "plan.json")
        self.answer("snapshots", "snapshots", "policy.yaml")
        self.answer("record", "apply", "plan.json", status=3)
        self.answer("error", "apply", "plan.json", status=6)
        self.answer("record", "drill", "policy.yaml", status=4)  # passed; but a target is gone
        self.answer("handoff", "report", "policy.yaml")
        for scenario in sorted((SOURCE / "drills/catalog").glob("*.yaml")):
            self.answer("scenario", "drill", "--show", scenario.stem)
        self.answer("version", "version")
        Path("bad.yaml").write_text("muster: 1\nname: [x]\nstors: {}\n")
        self.answer("problems", "validate", "bad.yaml", status=8)
        self.answer("error", "plan", "bad.yaml", status=8)
        self.answer("record", "apply", "policy.yaml", "--strict-plan", status=5)
        self.answer("handoff", "report", status=0)

    def backups_and_restores(self):
        self.answer("record", "backup", "shop.db", "one.sqlite")
        self.answer("retention", "prune", ".", "--keep-last", "1", "--dry-run")
        self.answer("snapshots", "snapshots", ".")
        self.answer("plan", "restore", ".", "--id", "one.sqlite", "--to", "picked.db", "--dry-run")
        self.answer("pin", "pin", "one.sqlite", "--reason", "evidence")
        self.keep("pin", Path("one.sqlite.pin").read_text())
        self.answer("snapshots", "snapshots", ".")
        self.answer("pin", "unpin", "one.sqlite")
        self.answer("record", "backup", "missing.db", "two.sqlite", status=8)
        self.answer("inspection", "inspect", "one.sqlite")
        shutil.copy("one.sqlite", "legacy.sqlite")
        self.answer("inspection", "inspect", "legacy.sqlite")
        os.truncate("legacy.sqlite", 5000)
        self.answer("inspection", "inspect", "legacy.sqlite", status=4)
        self.answer("verification", "verify", "one.sqlite", "--max-age", "1d", "--min-size", "1")
        self.answer("verification", "verify", "one.sqlite", "legacy.sqlite", status=4)
        self.answer("health", "doctor", "shop.db", "--depth", "deep")
        self.answer("health", "doctor", "one.sqlite", "legacy.sqlite", status=4)
        self.answer("record", "compact", "shop.db")
        Path("none").mkdir()
        self.answer("verification", "verify", "none", status=4)
        self.answer("plan", "restore", "one.sqlite", "--to", "shop.db", "--dry-run", status=7)
        self.answer("record", "restore", "one.sqlite", "--to", "shop.db", "--force")
        self.answer("record", "restore-smoke", "shop.db", "--rto", "1ms", status=4)

    def killed_runs(self):
        """A run that is killed leaves an intent; its record is written by the next."""
        def killed(*words, at):
            ran = subprocess.run([os.environ["MUSTER"], *words, "--state", self.state], env=self.environment(kill_at=at), capture_output=True)
            self.assertEqual(ran.returncode, KILLED, ran)

        killed("backup", "shop.db", "torn.sqlite", at="snapshot.artifact_stored")
        self.keep("manifest", Path(".torn.sqlite.muster-intent").read_text())
        self.answer("inspection", "inspect", "torn.sqlite", status=7)
        self.answer("snapshots", "snapshots", ".")
        self.answer("snapshots", "restore", ".", "--id", "torn.sqlite", "--to", "picked.db", status=4)
        crash_in_wal("zoo.db")
        with open("zoo.db", "r+b") as file:
            file.write(b"overwritten" * 20)
        killed("restore", "one.sqlite", "--to", "zoo.db", "--force", at="swap.intent_written")
        self.keep("swap-intent", Path(".zoo.db.muster-swap").read_text())
        self.answer("record", "restore", "one.sqlite", "--to", "zoo.db", "--force")

    def from_state(self):
        for path in sorted((self.state / "records").glob("*.json")):
            self.keep("record", path.read_text())
        for path in sorted((self.state / "populations").glob("*.json")):
            self.keep("population", path.read_text())
        for path in sorted(Path(".").rglob("*.manifest.json")):
            self.keep("manifest", path.read_text())
        for path in sorted((self.state / "journal").glob("*.jsonl")):
            for line in path.read_text().splitlines():
                self.keep("journal-event", line)
        statuses = {json.loads(path.read_text())["status"] for path in self.documents["record"]}
        self.assertEqual(statuses, {"completed", "partial", "failed", "died"}, "the situations above no longer give each status")
        kinds = {json.loads(path.read_text())["kind"] for path in self.documents["journal-event"]}
        self.assertEqual(kinds, {"run_started", "found", "step_started", "act_started", "act_finished", "step_finished", "run_finished"})


def places(value, path=()):
    """Every place below the root, list items counted as one; with a value that stands there."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, member in value.items():
            yield from places(member, path + (key,))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from places(member, path + (index,))


def general(path):
    return tuple("*" if isinstance(key, int) else key for key in path)


def with_change(document, path, change):
    out = json.loads(json.dumps(document))
    parent = out
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return out


def is_name_map(name, path):
    if name == "plan" and path[-1] == "rules" and path[0] == "kept":
        return True
    return name in ("policy", "scenario") and (len(path) == 1 and path[0] in NAME_MAPS or path[-1] in INNER_MAPS)


def alterations(name, documents, required):
    """Documents that are wrong in one place each."""
    seen = set()
    for document in documents:
        if not seen:
            yield "unknown key in the root", dict(document, zzz=1)
            for key in required:
                yield f"without {key}", {other: value for other, value in document.items() if other != key}
        for path, value in places(document):
            if general(path) in seen or name in ("policy", "scenario") and "http" in path[:-1] and "json" in path:
                continue  # the body of a call may be anything
            seen.add(general(path))
            shown = ".".join(map(str, path))
            wrong = {} if isinstance(value, list) else []
            if name == "policy" and shown.endswith(".targets"):
                wrong = 5  # a list and a mapping are both right there
            yield f"wrong type at {shown}", with_change(document, path, lambda parent, key: parent.__setitem__(key, wrong))
            if isinstance(value, dict) and not is_name_map(name, path):
                yield f"unknown key in {shown}", with_change(document, path, lambda parent, key: parent[key].__setitem__("zzz", 1))


class Schemas(Documents):
    def schema_file(self, name):
        schema = json.loads(self.passes("schema", name).out)
        return SOURCE / "schemas" / schema["$id"], schema

    def test_every_document_passes_its_schema_and_a_wrong_one_does_not(self):
        self.make_all()
        names = self.passes("schema", "--list").out.split()
        self.assertEqual(sorted(self.documents), sorted(names), "a document is made for each schema")
        for name in names:
            with self.subTest(name):
                file, schema = self.schema_file(name)
                self.assertTrue(file.is_file(), f"{file} is not committed; .ci/schema-drift --fix writes it")
                self.assertEqual(json.loads(file.read_text()), schema, f"{file} is not what 'muster schema {name}' says; .ci/schema-drift --fix")
                checked = ajv(file, self.documents[name])
                self.assertEqual((checked.returncode, checked.stderr), (0, ""), "a document breaks its schema")
                self.refuses_alterations(name, file, schema)

    def refuses_alterations(self, name, file, schema):
        documents = [json.loads(path.read_text()) for path in self.documents[name]]
        folder = self.folder / "altered" / name
        folder.mkdir(parents=True)
        what = {}
        for number, (said, document) in enumerate(alterations(name, documents, schema["required"])):
            path = folder / f"{number:04}.json"
            path.write_text(json.dumps(document))
            what[str(path)] = said
        self.assertGreater(len(what), 5)
        checked = ajv(file, what)
        refused = {line.split(": ")[0] for line in checked.stderr.splitlines()}
        self.assertEqual(checked.returncode, 1, checked.stderr[:2000])
        self.assertEqual([said for path, said in what.items() if path not in refused], [], f"{name}: these alterations pass")

    def test_the_schema_of_the_policy_refuses_what_validate_refuses(self):
        """An editor that uses the schema shows the slips of the hand that muster would."""
        Path("policy.yaml").write_text(POLICY)
        whole = self.passes("validate", "policy.yaml", "--print").document
        slips = [("targets", "shop", "rpo", "24"), ("targets", "shop", "rpo", 24), ("protect", "always", "verify", "ful"),
                 ("drills", "smoke", "scenario", "smoke"), ("protect", "always", "keep", "last", "three"),
                 ("targets", "shop", "checks", 0, "severity", "warn"), ("strictness", "plan", ["block"]), ("muster", "one")]
        file, _ = self.schema_file("policy")
        for number, (*path, value) in enumerate(slips):
            altered = Path(f"slip-{number}.json")
            altered.write_text(json.dumps(with_change(whole, tuple(path), lambda parent, key: parent.__setitem__(key, value))))
            with self.subTest(path=path, value=value):
                self.assertEqual(ajv(file, [altered]).returncode, 1)
                self.assertEqual(self.muster("validate", str(altered)).status, 8)

    def test_documents_name_their_schema(self):
        self.make_all()
        for name, files in self.documents.items():
            if name in ("policy", "scenario", "manifest"):
                continue  # their versions are the keys muster and formatVersion
            for path in files:
                self.assertEqual(json.loads(path.read_text())["schema"], f"muster/{name}/v1", path)

    def test_ids_are_files(self):
        for name in self.passes("schema", "--list").out.split():
            self.assertRegex(self.schema_file(name)[0].name, rf"^{re.escape(name)}-v[1-9][0-9]*\.json$")


if __name__ == "__main__":
    unittest.main()
