#!/usr/bin/env python3
"""[VV-05] restore-drill: a backup is restored into a sandbox, looked through, asked and compared, and nothing is left."""
import json
import os
import shutil
import sqlite3
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import make
from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets:
  shop:
    sqlite: shop.db
    rto: 5m
    revision: { sql: SELECT count(*) FROM item }
    checks: [ { name: known-file, sql: "SELECT count(*) FROM item WHERE name = 'known'", expect: 1 } ]
protect: { always: { targets: [shop], stores: [near], snapshot: { encrypt: { file: key }, compress: zstd } } }
"""


def files(folder):
    """Every file but those of the state directory, with its bytes."""
    return {str(path): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file() and "state" not in path.parts}


class RestoreDrill(Case):
    def setUp(self):
        super().setUp()
        make("shop.db", ["known", "tea"])

    def drill(self, *words, status=0):
        """The outcome of a drill that ends with `status`, which leaves every file as it was."""
        before = files(".")
        ran = self.muster("restore-drill", *words)
        self.assertEqual(ran.status, status, ran)
        self.assertEqual(files("."), before)
        [outcome] = ran.document["outcomes"]
        return ran, outcome

    def verdicts(self, outcome):
        return {each["code"]: each["verdict"] for each in outcome["findings"]}

    def sandboxes(self):
        return list((self.state / "muster/sandboxes").glob("*"))

    def test_a_good_backup_of_every_form_passes(self):
        Path("key").write_text("5" * 64)
        os.chmod("key", 0o600)
        for words in ([], ["--compress", "gzip"], ["--compress", "zstd", "--encrypt", "file:key"], ["--method", "vacuum"]):
            with self.subTest(words=words):
                self.passes("backup", "shop.db", "all/", "--force", *words)
                [artifact] = [path for path in Path("all").iterdir() if not path.name.endswith(".json")]
                ran, outcome = self.drill(artifact, "--key", "file:key", "--check", "SELECT 1 FROM item WHERE name = 'known'")
                told = self.verdicts(outcome)
                for code in ("check", "health", "same_content", "schema_version"):
                    self.assertEqual(told[code], "good", code)
                drilled = outcome["drilled"]
                self.assertTrue(drilled["passed"] and drilled["sandbox_removed"])
                self.assertEqual(drilled["scenario"], "restore-drill")
                self.assertEqual({each["table"]: each["rows"] for each in drilled["rows"]}, {"item": 2})
                self.assertEqual([each["name"] for each in drilled["contents"]], ["chosen", "restored"])
                self.assertEqual(self.sandboxes(), [])
                self.assertIn("PASSED", ran.out)
                shutil.rmtree("all")

    def test_a_policy_says_what_is_asked(self):
        Path("key").write_text("5" * 64)
        os.chmod("key", 0o600)
        Path("policy.yaml").write_text(POLICY)
        self.passes("apply", "policy.yaml")
        ran, outcome = self.drill("--policy", "policy.yaml", "shop")
        told = self.verdicts(outcome)
        for code in ("check", "revision", "rto", "health"):
            self.assertEqual(told[code], "good", code)
        [manifest] = Path("backups").rglob("*.manifest.json")
        changed = json.loads(manifest.read_text())
        changed["revision"] = 7
        manifest.write_text(json.dumps(changed))
        ran, outcome = self.drill("--policy", "policy.yaml", "shop", status=4)
        self.assertEqual(self.verdicts(outcome)["revision"], "bad")
        self.assertIn("its revision is not the manifest's (expected 7, found 2)", ran.out)
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("DELETE FROM item WHERE name = 'known'")
            database.commit()
        self.muster("apply", "policy.yaml")
        newest = max(Path("backups").rglob("*.enc"), key=lambda path: path.stat().st_mtime)
        ran, outcome = self.drill("--policy", "policy.yaml", newest, status=4)
        self.assertFalse(outcome["drilled"]["passed"])
        self.assertIn("known-file", ran.out)

    def test_what_must_not_be_restored_fails_the_drill(self):
        self.passes("backup", "shop.db", "a.sqlite")
        good = Path("a.sqlite").read_bytes()
        manifest = Path("a.sqlite.manifest.json").read_text()
        for name, harm in {"flipped": lambda: Path("a.sqlite").write_bytes(good[:5000] + bytes([good[5000] ^ 1]) + good[5001:]),
                           "cut off": lambda: Path("a.sqlite").write_bytes(good[:4096]),
                           "of a newer tool": lambda: Path("a.sqlite.manifest.json").write_text(
                               json.dumps(json.loads(manifest) | {"createdWithVersion": "99.0.0"})),
                           "of another version": lambda: Path("a.sqlite.manifest.json").write_text(
                               json.dumps(json.loads(manifest) | {"schemaVersion": 12}))}.items():
            with self.subTest(name):
                harm()
                ran, outcome = self.drill("a.sqlite", status=4)
                self.assertFalse(outcome["drilled"]["passed"])
                self.assertEqual(outcome["status"], "bad")
                self.assertIn("restored in" if outcome["drilled"]["recovery"] else "not restored;", ran.out)
                self.assertEqual(self.sandboxes(), [])
            Path("a.sqlite").write_bytes(good)
            Path("a.sqlite.manifest.json").write_text(manifest)
        ran, outcome = self.drill("a.sqlite", "--check", "SELECT 1 FROM item WHERE name = 'lost'", status=4)
        self.assertIn("SELECT 1 FROM item WHERE name = 'lost'", ran.out)
        ran, outcome = self.drill("a.sqlite", "--rto", "0s", status=4)
        self.assertEqual(self.verdicts(outcome)["rto"], "bad")

    def test_a_drill_that_cannot_be_held_is_no_verdict(self):
        Path("key").write_text("5" * 64)
        os.chmod("key", 0o600)
        self.passes("backup", "shop.db", "a", "--encrypt", "file:key")
        ran, outcome = self.drill("a.sqlite.enc", status=7)
        self.assertEqual((outcome["status"], outcome["trouble"]["code"]), ("failed", "key_missing"))
        self.assertEqual((outcome["drilled"]["status"], outcome["drilled"]["passed"]), ("aborted", False))
        self.assertEqual(self.sandboxes(), [])
        self.assertEqual(self.muster("restore-drill", "nowhere.sqlite").status, 8)
        self.assertEqual(self.muster("restore-drill", "a.sqlite.enc", "--rto", "soon").status, 8)

    def test_a_kept_sandbox_holds_the_restored_database(self):
        self.passes("backup", "shop.db", "backups/")
        ran, outcome = self.drill("backups", "--keep-sandbox")
        kept = outcome["drilled"]["sandbox"]
        self.assertIn(f"sandbox: {kept}", ran.out)
        with closing(sqlite3.connect(Path(kept) / "restored.sqlite")) as database:
            self.assertEqual(database.execute("SELECT name FROM item ORDER BY name").fetchall(), [("known",), ("tea",)])
        self.drill("backups")
        self.assertEqual([str(path) for path in self.sandboxes()], [kept])

    def test_a_legacy_backup_is_drilled_without_a_manifest(self):
        with closing(sqlite3.connect("shop.db")) as database, closing(sqlite3.connect("old.db")) as copy:
            database.backup(copy)
        ran, outcome = self.drill("old.db")
        told = self.verdicts(outcome)
        self.assertEqual(told["health"], "good")
        self.assertNotIn("same_content", told)


if __name__ == "__main__":
    unittest.main()
