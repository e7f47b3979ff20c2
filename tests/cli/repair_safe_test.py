#!/usr/bin/env python3
"""[VV-12] repair-safe: what a policy declares safe to repair is put right, and nothing else is touched. [VV-09] doctor tells it before."""
import hashlib
import os
import random
import sqlite3
import subprocess
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, tree
from support.muster import Case

POLICY = """
muster: 1
name: vaults
stores: {{ near: {{ local: backups }} }}
targets:
  vault:
    sqlite: "fleet/*.db"
    checks:
      - name: counts
        sql: SELECT count(*) FROM blob b WHERE n <> (SELECT count(*) FROM ref WHERE blob = b.id)
        expect: 0
        severity: warning
        repair: {{ safe: true, sql: "{repair}" }}
      - {{ name: rows, sql: SELECT count(*) FROM blob, expect: ">= 3" }}
      - {{ name: payloads, blobs: {{ table: blob, payload: data, sha256: hash }}, depth: deep }}
protect: {{ daily: {{ targets: [vault], stores: [near] }} }}
{more}
"""
REPAIR = ("UPDATE blob SET n = (SELECT count(*) FROM ref WHERE blob = blob.id) "
          "WHERE n <> (SELECT count(*) FROM ref WHERE blob = blob.id)")


def vault(name, drift=(), wrong=(), mode="DELETE"):
    path = Path("fleet") / f"{name}.db"
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA journal_mode = {mode}; CREATE TABLE blob(id INTEGER PRIMARY KEY, n, data BLOB, hash TEXT);"
                                 "CREATE TABLE ref(blob INTEGER)")
        for row in range(1, 6):
            data = bytes([row]) * 5000
            connection.execute("INSERT INTO blob VALUES(?, ?, ?, ?)",
                               (row, 9 if row in drift else 2, data, "00" if row in wrong else hashlib.sha256(data).hexdigest()))
            connection.executemany("INSERT INTO ref VALUES(?)", [(row,), (row,)])
    return path


def counts(path):
    with closing(sqlite3.connect(path)) as connection:
        return [n for (n,) in connection.execute("SELECT n FROM blob ORDER BY id")]


class RepairSafe(Case):
    def setUp(self):
        super().setUp()
        self.policy()

    def policy(self, repair=REPAIR, more=""):
        Path("policy.yaml").write_text(POLICY.format(repair=repair, more=more))

    def buckets(self, ran):
        out = {}
        for step in ran.document["steps"]:
            out.setdefault(step["bucket"], {})[step["target"].split("/")[1]] = step["reason"]["code"]
        return out

    def test_the_dry_run_names_the_rows_and_changes_nothing(self):
        vault("drifts", drift=(2, 4))
        vault("well")
        before = tree("fleet")
        ran = self.passes("repair-safe", "policy.yaml", "--dry-run", "--strict-plan")
        self.assertEqual(self.buckets(ran), {"planned": {"drifts": "drift"}})
        self.assertIn("counts: 2 now, 0 after; blob: 2 updates (rows 2, 4)", ran.out)
        self.assertEqual(tree("fleet"), before)
        self.check_tidy()

    def test_drifts_are_put_right_with_a_way_back(self):
        for mode in ("DELETE", "WAL"):
            with self.subTest(mode=mode):
                path = vault("drifts" + mode, drift=(1, 5), mode=mode)
                before = content(path)
                ran = self.passes("repair-safe", "policy.yaml")
                repaired = ran.document["outcomes"][0]["repaired"]
                self.assertEqual(repaired["repairs"], [{"check": "counts", "before": "2", "after": "0", "touched": [
                    {"table": "blob", "inserted": 0, "updated": 2, "deleted": 0, "rows": [1, 5], "more": False}]}])
                self.assertEqual(counts(path), [2] * 5)
                self.assertEqual(content(repaired["safety_copy"]), before)
                self.passes("restore", repaired["safety_copy"], "--to", path, "--force")
                self.assertEqual(content(path), before)
                path.unlink()
        self.check_tidy()

    def test_nothing_to_repair_is_no_work(self):
        vault("well")
        before = tree("fleet")
        self.assertEqual(self.passes("repair-safe", "policy.yaml").document["outcomes"], [])
        self.assertEqual(tree("fleet"), before)

    def test_what_else_is_wrong_blocks(self):
        vault("drifts", drift=(2,))
        wrong, torn = vault("wrong", drift=(2,), wrong=(3,)), vault("torn", drift=(2,))
        os.truncate(torn, torn.stat().st_size - 4096)
        ran = self.muster("repair-safe", "policy.yaml", "--dry-run", "--verify-blobs", "--strict-plan")
        self.assertEqual(ran.status, 5, ran)
        self.assertEqual(self.buckets(ran), {"planned": {"drifts": "drift"}, "blocked": {"wrong": "other_findings", "torn": "damaged"}})
        before = torn.read_bytes(), wrong.read_bytes()
        self.assertEqual(self.muster("repair-safe", "policy.yaml", "--verify-blobs", "--strict-plan").status, 5)
        self.assertEqual(counts("fleet/drifts.db")[1], 9, "a strict plan that is not clean was carried out")
        self.assertEqual(self.muster("repair-safe", "policy.yaml", "--verify-blobs").status, 3)
        self.assertEqual(counts("fleet/drifts.db"), [2] * 5)
        self.assertEqual((torn.read_bytes(), wrong.read_bytes()), before)
        self.assertEqual(self.muster("repair-safe", "policy.yaml", "--verify-blobs").status, 4)
        torn.unlink()  # its own verdict would be that of the run
        self.passes("repair-safe", "policy.yaml", "--target", "vault/wrong")
        self.assertEqual(counts(wrong), [2] * 5, "without --verify-blobs nobody knows of the payload")

    def test_a_limit_defers_the_rest_and_the_next_run_takes_it(self):
        for name in "abc":
            vault(name, drift=(1,))
        ran = self.muster("repair-safe", "policy.yaml", "--limit", "2", "--strict-plan", "--dry-run")
        self.assertEqual((ran.status, self.buckets(ran)["deferred"]), (5, {"c": "limit"}))
        ran = self.passes("repair-safe", "policy.yaml", "--limit", "2")
        self.assertEqual([total["steps"] for total in ran.document["left"]], [1])
        self.assertIn("deferred", ran.out)
        self.assertEqual([counts(f"fleet/{name}.db")[0] for name in "abc"], [2, 2, 9])
        self.passes("repair-safe", "policy.yaml", "--limit", "2")
        self.assertEqual(counts("fleet/c.db")[0], 2)

    def test_a_repair_that_does_not_help_is_told_before_and_made_by_nobody(self):
        path = vault("drifts", drift=(1, 2))
        for repair, why in (("UPDATE blob SET n = 2 WHERE id = 1", "after its repair, check counts yields 1"),
                            ("DELETE FROM blob WHERE id > 2 OR n = 9", "after the repairs, check rows yields 0"),
                            ("DROP TABLE blob", "it wants another change, and may only change rows")):
            with self.subTest(repair=repair):
                self.policy(repair)
                before = path.read_bytes()
                ran = self.muster("repair-safe", "policy.yaml")
                self.assertEqual((ran.status, ran.trouble), (4, "repair_failed"), ran)
                self.assertIn(why, ran.out)
                self.assertEqual(path.read_bytes(), before)
                self.assertEqual([each.name for each in Path("fleet").iterdir()], ["drifts.db"])

    def test_a_plan_is_stale_when_other_rows_would_change(self):
        path = vault("drifts", drift=(1,))
        Path("plan.json").unlink(missing_ok=True)
        self.policy(more="maintain: { always: { targets: [vault], repair: safe } }")
        self.passes("plan", "policy.yaml", "--only", "repair", "--out", "plan.json")
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE blob SET n = 7 WHERE id > 3")
            connection.commit()
        self.refused(6, "stale_plan", "apply", "plan.json")
        self.assertEqual(counts(path), [9, 2, 2, 7, 7])
        self.passes("plan", "policy.yaml", "--only", "repair", "--out", "plan.json")
        ran = self.passes("apply", "plan.json")
        self.assertEqual(ran.document["outcomes"][0]["repaired"]["repairs"][0]["touched"][0]["rows"], [1, 4, 5])
        self.assertEqual(counts(path), [2] * 5)

    def test_by_policy_it_is_due_at_its_schedule(self):
        path = vault("drifts", drift=(1,))
        self.policy(more="maintain: { nightly: { targets: [vault], repair: safe, schedule: { every: 1d } } }")
        self.passes("apply", "policy.yaml", "--only", "repair")
        self.assertEqual(counts(path), [2] * 5)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE blob SET n = 7 WHERE id = 3")
            connection.commit()
        ran = self.passes("plan", "policy.yaml", "--only", "repair")
        self.assertEqual((ran.document["steps"], [each["job"] for each in ran.document["waiting"]]), ([], ["maintain.nightly"]))
        self.passes("apply", "policy.yaml", "--only", "repair", "--ignore-schedule")
        self.assertEqual(counts(path), [2] * 5)

    def test_killed_at_any_time_all_rows_or_none_are_changed(self):
        path = Path("fleet/big.db")
        vault("big", drift=(1, 2, 3, 4, 5))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("WITH RECURSIVE s(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM s WHERE i < 20000) "
                               "INSERT INTO blob SELECT i, 9, zeroblob(100), '' FROM s")
            connection.execute("INSERT INTO ref SELECT id FROM blob WHERE id >= 100")
            connection.execute("CREATE INDEX by_blob ON ref(blob)")
            connection.commit()
        template = path.read_bytes()
        chance, started = random.Random(5), time.monotonic()
        self.passes("repair-safe", "policy.yaml")
        took = time.monotonic() - started
        right = counts(path)
        wrong = [9] * len(right)
        for number in range(10):
            for each in Path("fleet").iterdir():
                each.unlink()
            path.write_bytes(template)
            at_work = subprocess.Popen([os.environ["MUSTER"], "repair-safe", "policy.yaml", "--quiet"], env=self.environment(),
                                       stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, took))
            at_work.kill()
            at_work.wait()
            self.assertIn(counts(path), (right, wrong), number)
        self.passes("repair-safe", "policy.yaml")
        self.assertEqual(counts(path), right)
        self.check_tidy()

    def test_in_one_apply_the_repair_goes_before_the_snapshot(self):
        vault("drifts", drift=(1,))
        self.policy(more="maintain: { always: { targets: [vault], repair: safe, compact: { min_free_bytes: 0B, min_free_ratio: 0 } } }")
        Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace("severity: warning", "severity: error"))
        ran = self.passes("apply", "policy.yaml")
        self.assertEqual([each["kind"] for each in ran.document["outcomes"]][:3], ["repair", "snapshot", "verify"])

    def test_two_targets_on_one_file_are_both_asked(self):
        path = vault("one", drift=(1,))
        Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace("targets:\n", f"targets:\n  plain: {{ sqlite: {path} }}\n", 1)
                                       .replace("targets: [vault]", "targets: [plain, vault]"))
        ran = self.muster("doctor", "policy.yaml")
        self.assertEqual({each["target"]: each["posture"] for each in ran.document["databases"]}, {"plain": "none", "vault/one": "safe"})
        self.passes("repair-safe", "policy.yaml")
        self.assertEqual(counts(path), [2] * 5)

    def test_what_repairs_leave_beside_makes_no_store_of_the_folder(self):
        path = vault("drifts")
        for row in (1, 2, 3):
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("UPDATE blob SET n = 9 WHERE id = ?", (row,))
                connection.commit()
            self.passes("repair-safe", "policy.yaml")
            time.sleep(1)
        self.assertEqual([Path(each["path"]).name for each in self.passes("doctor", ".").document["databases"]], ["drifts.db"])
        self.assertIn("drifts.db", self.passes("compact-recommended", ".", "--dry-run").out)

    def test_why_a_repair_cannot_help_is_told_whatever_the_weight_of_its_check(self):
        vault("drifts", drift=(1,))
        for severity in ("error", "warning"):
            self.policy("UPDATE blob SET n = :n")
            Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace("severity: warning", f"severity: {severity}"))
            ran = self.muster("repair-safe", "policy.yaml")
            self.assertEqual((ran.status, ran.trouble), (4, "repair_failed"), ran)
            self.assertIn("fleet/drifts.db is left as it is: the repair of counts cannot be carried out: it has a parameter", ran.out)

    def test_doctor_tells_what_repairs_would_do_and_fix_makes_them(self):
        vault("drifts", drift=(2,))
        torn = vault("torn", drift=(2,))
        os.truncate(torn, torn.stat().st_size - 4096)
        vault("well")
        ran = self.muster("doctor", "policy.yaml")
        self.assertEqual(ran.status, 4, ran)
        seen = {Path(each["path"]).stem: each for each in ran.document["databases"]}
        self.assertEqual({name: each["posture"] for name, each in seen.items()}, {"drifts": "safe", "torn": "unsafe", "well": "none"})
        self.assertEqual((ran.document["summary"]["repair_safe"], ran.document["summary"]["repair_unsafe"]), (1, 1))
        self.assertEqual(seen["drifts"]["repair"]["repairs"][0]["touched"][0]["rows"], [2])
        self.assertIn("muster repair-safe POLICY --target vault/drifts", [each.get("next") for each in seen["drifts"]["findings"]])
        self.assertIn("1 to be repaired safely ('muster repair-safe')", ran.out)
        ran = self.muster("doctor", "policy.yaml", "--fix")
        self.assertEqual((ran.status, ran.document["summary"]["repair_safe"]), (3, 0), ran)
        self.assertEqual(counts("fleet/drifts.db"), [2] * 5)
        self.assertIn("check counts: 1 before, 0 now", ran.out)
        torn.unlink()
        self.passes("doctor", "policy.yaml", "--fix")

    def test_doctor_reads_payloads_only_when_asked(self):
        vault("wrong", wrong=(4,))
        self.passes("doctor", "policy.yaml")
        for words in (["--verify-blobs"], ["--depth", "deep"]):
            ran = self.muster("doctor", "policy.yaml", *words)
            self.assertEqual((ran.status, ran.document["depth"]), (4, "deep"), ran)
            self.assertIn("check payloads finds 1 of 5 payloads wrong", ran.out)

    def test_bad_input(self):
        vault("well")
        self.refused(8, "usage", "doctor", "policy.yaml", "--verify-blobs", "--depth", "quick")
        for flag in ("--fix", "--verify-blobs"):
            self.refused(8, "usage", "doctor", "fleet", flag)
        self.refused(8, "usage", "repair-safe", "policy.yaml", "--limit", "0")
        self.refused(8, "usage", "repair-safe", "policy.yaml", "--target", "nobody")
        self.refused(8, "not_found", "repair-safe", "gone.yaml")
        Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace("depth: deep }", "depth: deep, repair: { sql: X } }"))
        self.refused(8, "invalid_policy", "repair-safe", "policy.yaml")


if __name__ == "__main__":
    unittest.main()
