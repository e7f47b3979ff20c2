#!/usr/bin/env python3
"""[VV-11] compact-recommended: of a fleet what is worth it is compacted, in four buckets with reasons and totals."""
import os
import sqlite3
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, tree
from support.muster import Case

POLICY = """
muster: 1
name: fleet
stores: { near: { local: backups } }
targets:
  fleet:
    sqlite: "fleet/*.db"
    checks: [ { name: no-debt, sql: SELECT count(*) FROM item WHERE name = 'debt', expect: 0, severity: warning } ]
protect: { daily: { targets: [fleet], stores: [near] } }
maintain:
  nightly: { targets: [fleet], schedule: { every: 1d }, compact: { min_free_bytes: 64KiB, limit: 1 } }
"""
SMALL = ("--min-free-bytes", "64KiB")


def database(name, free, more=""):
    """Nine rows, and so many pages of the default size that hold nothing."""
    path = Path("fleet") / f"{name}.db"
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE gone(x); "
                                 "INSERT INTO item(name) VALUES(1), (2), (3), (4), (5), (6), (7), (8), (9);" + more)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO gone VALUES(zeroblob(4000))", [()] * (free - 1))  # and the root of the table
        connection.execute("COMMIT")
        connection.execute("DROP TABLE gone")
    return path


def free_pages(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA freelist_count").fetchone()[0]


class CompactRecommended(Case):
    def setUp(self):
        super().setUp()
        for name, free in (("a", 90), ("b", 60), ("c", 30), ("tight", 2)):
            database(name, free)

    def told(self, ran):
        """Names by bucket, in the order of the plan."""
        out = {}
        for step in ran.document["steps"]:
            out.setdefault(step["bucket"], []).append(Path(step["action"]["source"]).stem)
        return out

    def test_the_dry_run_has_buckets_with_reasons_and_totals(self):
        torn = database("torn", 80)
        with open(torn, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096)
        before = tree("fleet")
        ran = self.passes("compact-recommended", "fleet", *SMALL, "--limit", "2", "--dry-run")
        self.assertEqual(self.told(ran), {"planned": ["a", "b"], "blocked": ["torn"], "deferred": ["c"], "filtered": ["tight"]})
        free = {path.stem: free_pages(path) * 4096 for path in Path("fleet").glob("*.db") if path != torn}
        for step in ran.document["steps"]:
            name = Path(step["action"]["source"]).stem
            self.assertTrue(step["reason"]["code"] and step["reason"]["text"], step)
            if name in free:
                self.assertEqual(step["bytes"], free[name])
        totals = {each["bucket"]: (each["steps"], each["bytes"]) for each in ran.document["totals"]}
        self.assertEqual(totals["planned"], (2, free["a"] + free["b"]))
        self.assertEqual(totals["deferred"], (1, free["c"]))
        self.assertEqual(totals["filtered"], (1, free["tight"]))
        for bucket in ("planned: 2 steps", "blocked: 1 step", "filtered: 1 step", "deferred: 1 step"):
            self.assertIn(bucket, ran.out)
        self.assertEqual(tree("fleet"), before)
        self.check_tidy()

    def test_each_is_compacted_and_a_second_run_takes_the_rest(self):
        before = {path: content(path) for path in Path("fleet").glob("*.db")}
        ran = self.passes("compact-recommended", "fleet", *SMALL, "--limit", "2")
        self.assertEqual([Path(each["compacted"]["database"]).stem for each in ran.document["outcomes"]], ["a", "b"])
        self.assertEqual([(each["bucket"], each["steps"]) for each in ran.document["left"]], [("filtered", 1), ("deferred", 1)])
        self.assertEqual([free_pages(f"fleet/{name}.db") for name in "ab"], [0, 0])
        self.assertEqual(free_pages("fleet/c.db"), 30)
        ran = self.passes("compact-recommended", "fleet", *SMALL, "--limit", "2")
        self.assertEqual([Path(each["compacted"]["database"]).stem for each in ran.document["outcomes"]], ["c"])
        self.assertEqual({path: [row for row in content(path) if "sqlite_stat" not in row] for path in before}, before)
        self.check_tidy()

    def test_thresholds_and_limits(self):
        for words, planned in ((["--min-free-bytes", "200KiB"], ["a", "b"]), ([*SMALL, "--min-free-ratio", "0.97"], ["a"]),
                               ([*SMALL, "--max-reclaimable-bytes", "500KiB"], ["a", "c"]), ([], None)):
            with self.subTest(words=words):
                self.assertEqual(self.told(self.passes("compact-recommended", "fleet", *words, "--dry-run")).get("planned"), planned)

    def test_strict_plan_wants_all_buckets_but_planned_empty(self):
        for words in ([*SMALL], [*SMALL, "--limit", "1"]):
            ran = self.muster("compact-recommended", "fleet", *words, "--strict-plan")
            self.assertEqual((ran.status, ran.trouble), (5, "strict_plan"), ran)
            self.assertEqual(free_pages("fleet/a.db"), 90, "it was carried out all the same")
        self.passes("compact-recommended", "fleet/a.db", *SMALL, "--strict-plan")
        self.assertEqual(free_pages("fleet/a.db"), 0)

    def test_other_findings_block_unless_included_and_damage_always(self):
        database("orphan", 70, "CREATE TABLE child(parent REFERENCES item(id)); INSERT INTO child VALUES(99);")
        torn = database("torn", 80)
        with open(torn, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096)
        before = torn.read_bytes()
        ran = self.muster("compact-recommended", "fleet", *SMALL)
        self.assertEqual(ran.status, 3, ran)
        troubles = {Path(each["target"]).stem: each["trouble"]["code"] for each in ran.document["outcomes"] if each["status"] == "skipped"}
        self.assertEqual(troubles, {"orphan": "other_findings", "torn": "damaged"})
        self.assertIn("Some steps are BLOCKED", ran.out)
        self.assertEqual(self.muster("compact-recommended", "fleet", *SMALL).status, 4)
        self.assertEqual(self.muster("compact-recommended", "fleet", *SMALL, "--include-unsafe").status, 3)
        self.assertEqual(free_pages("fleet/orphan.db"), 0)
        self.assertEqual(torn.read_bytes(), before)

    def test_one_that_fails_does_not_stop_the_others(self):
        with closing(sqlite3.connect("fleet/b.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM item").fetchone()
            ran = self.muster("compact-recommended", "fleet", *SMALL)
        self.assertEqual((ran.status, ran.trouble), (7, "exclusive_holder"), ran)
        self.assertEqual({Path(each["target"]).stem: each["status"] for each in ran.document["outcomes"]},
                         {"a": "done", "b": "failed", "c": "done"})
        self.assertIn("Some steps FAILED", ran.out)

    def test_a_policy_asks_its_checks_and_compacts_at_its_schedule(self):
        Path("policy.yaml").write_text(POLICY)
        with closing(sqlite3.connect("fleet/a.db", isolation_level=None)) as connection:
            connection.execute("INSERT INTO item(name) VALUES('debt')")
        ran = self.passes("compact-recommended", "policy.yaml", *SMALL, "--dry-run")
        self.assertEqual(self.told(ran), {"planned": ["b", "c"], "blocked": ["a"], "filtered": ["tight"]})
        self.assertEqual(self.told(self.passes("compact-recommended", "policy.yaml", *SMALL, "--dry-run", "--target", "fleet/c")),
                         {"planned": ["c"]})
        self.assertEqual(self.muster("apply", "policy.yaml", "--only", "compact").status, 3)
        self.assertEqual([free_pages(f"fleet/{name}.db") for name in "bc"], [0, 30])
        ran = self.passes("apply", "policy.yaml", "--only", "compact")
        self.assertEqual([each["target"] for each in ran.document["outcomes"]], ["fleet/c"], "what was deferred is still due, the rest is not")
        self.assertEqual(self.passes("plan", "policy.yaml", "--only", "compact").document["steps"], [])

    def test_a_plan_is_stale_once_there_is_nothing_to_compact(self):
        Path("policy.yaml").write_text(POLICY)
        self.passes("plan", "policy.yaml", "--only", "compact", "--out", "plan.json")
        self.passes("compact", "fleet/a.db")
        self.refused(6, "stale_plan", "apply", "plan.json")

    def test_bad_input(self):
        for words in (["fleet", "--limit", "0"], ["fleet", "--max-reclaimable-bytes", "much"], ["fleet", "--min-free-ratio", "20"],
                      ["fleet", "--target", "a"]):
            self.refused(8, "usage", "compact-recommended", *words)
        self.refused(8, "not_found", "compact-recommended", "nowhere.yaml")
        os.mkdir("empty")
        self.refused(8, "not_found", "compact-recommended", "empty")


if __name__ == "__main__":
    unittest.main()
