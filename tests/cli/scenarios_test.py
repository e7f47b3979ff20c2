#!/usr/bin/env python3
"""[VV-05] [VV-15] [EE-07] [AZ-03] Every shipped scenario is held for real, and seen to fail where its subject is broken on purpose.

A drill that fails ends with exit status 4, says in its record what did not hold, and leaves nothing: no
sandbox, no process, and every file of production as it was.
"""
import os
import shutil
import signal
import time
import unittest
from pathlib import Path

from support.databases import change, flip_a_byte, make_big
from support.drills import Drills, act_of, amend, app, has_begun, overwrite, read_events, reseal, sql, story, verdicts

KNOWN = "SELECT count(*) FROM item WHERE name = 'known'"
TARGET = """
    volume_id: vol_shop
    schema_version: { sql: PRAGMA user_version, supported: 7 }
    revision: { sql: SELECT count(*) FROM item }
    rpo: 1d
    rto: 5m
    checks: [{ name: enough, sql: SELECT count(*) FROM item, expect: ">= 2" }]
"""
DRILLS = f"""
  smoke: {{ scenario: restore-smoke, targets: [shop] }}
  restore: {{ scenario: restore-drill, targets: [shop], rows: {{ may_shrink: 0.4, may_grow_per_day: 1 }} }}
  emergency: {{ scenario: emergency-restore, targets: [shop], with: {{ known: "{KNOWN}" }} }}
  known: {{ scenario: known-file, targets: [shop], with: {{ known: "{KNOWN}" }} }}
  before: {{ scenario: before-time, targets: [shop], from: {{ older_than: 1s }} }}
  boots: {{ scenario: app-boots, targets: [shop], services: {{ {app()} }} }}
  protected: {{ scenario: re-protection, targets: [shop] }}
  faults: {{ scenario: fault-catalogue, targets: [shop] }}
"""
OF_A_STORE = ("restore", "emergency", "known", "before", "boots", "protected")


class Scenarios(Drills):
    TARGET = TARGET

    def setUp(self):
        super().setUp()
        sql("shop.db", "PRAGMA user_version = 7")
        self.write_policy(DRILLS)

    def back_up(self):
        self.artifact = super().back_up()
        return self.artifact

    def back_up_earlier(self):
        """One that is a minute old, for before-time."""
        self.back_up()
        amend(self.artifact, createdAt=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60)))

    def in_a_fresh_state(self, harm):
        """Does `harm` to the stored snapshot, for the drill that is held inside; afterwards all is as it was."""
        for place in ("backups", "state"):
            shutil.copytree(place, f"{self.folder}-{place}")
        harm()

        def put_back():
            for place in ("backups", "state"):
                shutil.rmtree(place)
                shutil.move(f"{self.folder}-{place}", place)
        return put_back

    def each_breaks(self, drill, harms):
        """Each harm, by its name, with how the drill must tell of it."""
        for name, (harm, expected) in harms.items():
            put_back = self.in_a_fresh_state(harm)
            with self.subTest(drill=drill, harm=name):
                self.breaks(drill, **expected)
            put_back()

    def harms(self):
        """What can be wrong with a stored snapshot: the finding that tells of it, and its words."""
        there = self.artifact

        def resealed(damage):
            def harm():
                damage()
                reseal(there)
            return harm
        return {
            "a byte is another one": (lambda: flip_a_byte(there), "checksum", "bytes are not those its manifest describes"),
            "a page is damaged, and it is resealed": (resealed(lambda: overwrite(there)), "integrity", ""),
            "it is empty, and resealed": (resealed(lambda: os.truncate(there, 0)), "content", "is empty"),
            "it is of a newer schema": (lambda: amend(there, schemaVersion=8), "schema_version", "its schema is newer than what is supported"),
            "it is of a newer muster": (lambda: amend(there, createdWithVersion="99.0.0"), "tool_version", "written by a newer major version"),
            "it lacks rows, and is resealed": (resealed(lambda: sql(there, "DELETE FROM item WHERE id > 1")), "check", "check enough"),
        }

    # All of them hold where all is well.

    def test_all_hold(self):
        self.back_up_earlier()
        outcomes = self.drill("smoke", *OF_A_STORE)
        self.assertEqual(set(outcomes), {"smoke", *OF_A_STORE})
        for name, outcome in outcomes.items():
            with self.subTest(name):
                drilled = outcome["drilled"]
                self.assertEqual((outcome["status"], drilled["status"], drilled["passed"]), ("done", "completed", True), self.ran)
                self.assertEqual({each["status"] for each in drilled["steps"]}, {"completed"})
                self.assertEqual(verdicts(outcome, "rto"), {"good"})
                self.assertEqual([each["name"] for each in drilled["recovery"]][:4], ["find", "decode", "verify", "restore"])
                if name != "smoke":
                    self.assertEqual(drilled["backup"], str(self.folder / self.artifact))
                    self.assertTrue(drilled["backup_time"])

    def test_what_each_of_them_did(self):
        self.back_up_earlier()
        smoke = self.holds("smoke")
        self.assertEqual([each.removeprefix("step/") for each in story(smoke)],
                         ["clone", "baseline", "snapshot", "damage", "damage-seen", "restore", "equality", "checks"])
        self.assertEqual({each["kind"] for each in smoke["drilled"]["mutations"]}, {"insert", "update", "delete", "schema"})
        self.assertEqual((verdicts(smoke, "damage"), verdicts(smoke, "equality")), ({"good"}, {"good"}))
        restore = self.holds("restore")
        for code in ("check", "health", "revision", "rows", "rpo", "same_content", "schema_version", "volume_id"):
            self.assertEqual(verdicts(restore, code), {"good"}, code)
        self.assertEqual(restore["drilled"]["rows"], [{"table": "item", "rows": 3}])
        self.assertEqual(act_of(self.holds("emergency"), "known")["told"], "1")
        self.assertEqual(act_of(self.holds("known"), "known")["told"], "1")
        self.assertEqual(verdicts(self.holds("before"), "taken_before"), {"good"})
        boots = self.holds("boots")
        self.assertIn("healthy after", act_of(boots, "boot")["told"])
        self.assertEqual(boots["drilled"]["recovery"][-1]["name"], "start", "the start of the app is part of recovery")
        self.assertEqual(verdicts(self.holds("protected"), "damage"), {"good"})

    def test_all_faults_are_caught(self):
        self.back_up()
        faults = self.holds("faults")
        applied = [each for each in faults["drilled"]["faults"] if each["applies"]]
        self.assertGreater(len(applied), 40)
        self.assertEqual([each for each in applied if not each["caught"]], [])
        self.assertIn(f"{len(applied)} of {len(applied)} faults caught", self.ran.out)

    # The stored snapshot is broken.

    def test_a_broken_snapshot(self):
        self.back_up_earlier()
        for name in OF_A_STORE:
            # Two of them look at it only as every restore does.
            first = {"known": "restore", "protected": "restore"}.get(name, "inspect")
            self.each_breaks(name, {what: (harm, {"act": first, "finding": "restore" if first == "restore" else code, "saying": saying})
                                    for what, (harm, code, saying) in self.harms().items()})
        self.drill(*OF_A_STORE)  # each harm was undone

    def test_one_whose_length_is_wrong_is_not_even_picked(self):
        self.back_up_earlier()
        os.truncate(self.artifact, 8192)
        for name in OF_A_STORE:
            self.blocked(name, status=4)

    def blocked(self, name, status):
        ran = self.muster("drill", "policy.yaml", name)
        self.assertEqual((ran.status, ran.trouble), (status, "no_snapshot"), ran)
        self.assertIn(f"BLOCKED     drill:{name}:shop", ran.out)
        self.check_nothing_left()

    def test_what_the_manifest_says_is_not_so(self):
        self.back_up()
        self.each_breaks("restore", {
            "another revision": (lambda: amend(self.artifact, revision=2), {"act": "compare", "finding": "revision", "saying": "expected 2, found 3"}),
            "another schema version": (lambda: amend(self.artifact, schemaVersion=6), {"finding": "schema_version", "saying": "6"}),
        })

    def test_a_compressed_snapshot_with_a_hash_file(self):
        """[AZ-03] The hash file is held to the artifact, that is decompressed, looked through, and its rows are counted."""
        self.write_policy(DRILLS, snapshot="{ compress: gzip, checksum_file: true }")
        artifact = self.back_up()
        self.assertEqual(artifact.suffix, ".gz")
        hashes = Path(f"{artifact}.sha256")
        outcome = self.holds("restore")
        for code in ("checksum", "checksum_file", "integrity", "rows", "health"):
            self.assertEqual(verdicts(outcome, code), {"good"}, code)

        def other_hash():
            hashes.write_text("0" * 64 + f"  {artifact.name}\n")
        self.each_breaks("restore", {
            "another hash": (other_hash, {"act": "inspect", "finding": "checksum_file"}),
            "a bit of the packed bytes": (lambda: flip_a_byte(artifact), {"act": "inspect", "finding": "checksum"}),
            "the same, resealed": (lambda: (flip_a_byte(artifact), reseal(artifact)), {"act": "inspect"}),
        })

    # What is known is not there.

    def test_the_known_row_is_missing(self):
        sql("shop.db", "UPDATE item SET name = 'mistaken' WHERE name = 'known'")
        self.back_up()
        for name in ("known", "emergency"):
            outcome = self.breaks(name, act="known", finding="step", saying="0")
            self.assertEqual(story(outcome)[-1], "step/known failed")
            self.assertIn("BAD", self.ran.out)

    def test_the_known_row_is_missing_in_one_that_was_resealed(self):
        self.back_up()
        forge = lambda: (sql(self.artifact, "UPDATE item SET name = 'forged' WHERE name = 'known'"), reseal(self.artifact))
        for name in ("known", "emergency"):
            self.each_breaks(name, {"forged": (forge, {"act": "known", "finding": "step", "saying": ">= 1"})})

    def test_a_question_that_cannot_be_answered_is_no_pass(self):
        self.write_policy(DRILLS.replace(KNOWN, "SELECT count(*) FROM lost"))
        self.back_up()
        for name in ("known", "emergency"):
            self.breaks(name, act="known", finding="step", saying="no such table: lost")

    # The application does not work on it.

    def boots(self, how, within="10s"):
        self.write_policy(f"  boots: {{ scenario: app-boots, targets: [shop], services: {{ {app(how=how, within=within)} }} }}")
        self.back_up()

    def test_an_app_that_cannot_start(self):
        self.boots("exits")
        self.breaks("boots", act="boot", finding="step", saying="the app cannot start: its settings are missing")

    def test_an_app_that_is_not_there(self):
        self.boots("well")
        Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace("app.py", "gone.py"))
        self.breaks("boots", act="boot", finding="step", saying="gone.py")

    def test_an_app_that_never_gets_healthy(self):
        self.boots("unhealthy", within="700ms")
        self.breaks("boots", act="boot", finding="step", saying="did not get healthy within 700ms")

    def test_an_app_that_says_something_else(self):
        self.boots("well", within="700ms")
        Path("policy.yaml").write_text(Path("policy.yaml").read_text().replace('/items: ">= 1"', '/items: ">= 4"'))
        self.breaks("boots", act="boot", finding="step", saying=">= 4")

    def test_an_app_that_dies_once_it_was_healthy(self):
        self.boots("dies")
        self.breaks("boots", act="end", finding="step", saying="exit status 9")

    def test_an_app_that_damages_the_database(self):
        sql("shop.db", "CREATE TABLE note(body)", "INSERT INTO note VALUES ('one')")
        self.boots("damages")  # a page that it does not read itself
        outcome = self.breaks("boots", act="doctor", finding="integrity")
        self.assertEqual(act_of(outcome, "boot")["status"], "completed")

    # Objectives.

    def test_recovery_takes_too_long(self):
        self.back_up()
        self.write_policy(DRILLS, target=TARGET.replace("rto: 5m", "rto: 1ms"))
        for name in ("smoke", "boots", "emergency"):
            # The steps held; what they took does not.
            self.breaks(name, finding="rto", saying="expected at most 1 ms", is_now="completed")

    def test_the_latest_snapshot_is_too_old(self):
        self.back_up_earlier()
        self.write_policy(DRILLS, target=TARGET.replace("rpo: 1d", "rpo: 30s"))
        self.breaks("restore", finding="rpo", is_now="completed", saying="expected at most 30.0 s")
        # An old one was asked for: its age is no fault of the drill, only of the target.
        self.assertEqual(self.drill("before", status=4)["before"]["status"], "done")

    def test_a_snapshot_that_is_too_new(self):
        self.back_up()
        self.write_policy(DRILLS.replace("older_than: 1s", "older_than: 1d"))
        self.blocked("before", status=4)

    def test_a_snapshot_that_turns_out_to_be_too_new(self):
        """Planned as one from before; by then its manifest has another time."""
        self.back_up_earlier()
        Path("forge.py").write_text("import json, sys\nmanifest = json.load(open(sys.argv[1]))\nmanifest['createdAt'] = '2099-01-01T00:00:00Z'\n"
                                    "json.dump(manifest, open(sys.argv[1], 'w'))\n")
        manifest = f"{self.artifact}.manifest.json"
        self.write_policy(DRILLS + f"  a-forger: {{ targets: [shop], steps: [{{ name: forge, run: [python3, forge.py, {manifest}] }}] }}\n")
        self.breaks(["a-forger", "before"], finding="taken_before", is_now="completed", saying="2099-01-01", changes=[manifest])

    # Rows, against the last rehearsal that passed.

    def test_rows_that_went_missing(self):
        self.back_up()
        first = self.holds("restore")
        self.assertIn("the next rehearsal is held to them", str(first["findings"]))
        sql("shop.db", "DELETE FROM item WHERE name = 'two'")  # a third of them: that may be
        self.back_up()
        self.holds("restore")
        change("shop.db", ["three", "four", "five"])
        self.back_up()
        self.holds("restore")
        sql("shop.db", "DELETE FROM item WHERE id > 2")
        self.back_up()
        self.breaks("restore", act="doctor", finding="rows", saying="item went from 5 rows to 2, and no fewer than 3 are allowed")
        # One that failed is no measure for the next.
        self.breaks("restore", act="doctor", finding="rows", saying="from 5 rows")
        change("shop.db", ["six"])
        self.back_up()
        self.holds("restore")

    def test_a_table_that_is_gone(self):
        sql("shop.db", "CREATE TABLE note(body)", "INSERT INTO note VALUES ('one')")
        self.back_up()
        self.holds("restore")
        sql("shop.db", "DROP TABLE note")
        self.back_up()
        self.breaks("restore", act="doctor", finding="rows", saying="note is gone (1 rows)")

    def test_a_table_that_has_exploded(self):
        self.back_up()
        self.holds("restore")
        sql("shop.db", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO item(name) SELECT 'bot ' || i FROM n")
        self.back_up()
        self.breaks("restore", act="doctor", finding="rows", saying="no more than 1003 are allowed")

    # The database itself, for scenarios that need no store.

    def test_a_check_of_the_database_fails(self):
        sql("shop.db", "DELETE FROM item WHERE id > 1")
        self.breaks("smoke", act="checks", finding="check", saying="enough")

    def test_a_damaged_database(self):
        sql("shop.db", "PRAGMA journal_mode = DELETE", "CREATE INDEX by_name ON item(name)", "DROP INDEX by_name", "CREATE INDEX by_name ON item(name)")
        overwrite("shop.db", os.path.getsize("shop.db") - 4096)
        for name in ("smoke", "faults"):
            outcome = self.drill(name, status=4)[name]
            self.assertFalse(outcome["drilled"]["passed"])
            self.assertIn(outcome["drilled"]["status"], ("failed", "aborted"))

    # What the drill itself makes is broken while it is held: its own checks can fail.

    def meddle(self, drill, act, before, harm):
        """Stops the run when `act` has begun and `before` has not, does `harm` to its sandbox, and lets it go on."""
        for _ in range(5):
            process, events = self.start_drill("drill", "policy.yaml", drill)
            self.await_act(process, events, act)
            process.send_signal(signal.SIGSTOP)
            in_time = process.poll() is None and not has_begun(read_events(events), before)
            if in_time:
                harm(self.sandboxes()[0])
            process.send_signal(signal.SIGCONT)
            ran = self.finish(process)
            self.check_nothing_left()
            if in_time:
                break
        self.assertTrue(in_time, "the run was never stopped in time")
        self.assertEqual(ran.status, 4, ran)
        [outcome] = ran.document["outcomes"]
        self.assertEqual((outcome["drilled"]["status"], outcome["drilled"]["passed"]), ("failed", False))
        return outcome

    def test_the_snapshot_of_a_smoke_is_broken(self):
        Path("shop.db").unlink()
        make_big("shop.db", 24)
        self.write_policy("  smoke: { scenario: restore-smoke, targets: [shop] }", target="")
        artifact_in = lambda sandbox: next((sandbox / "store").glob("backup-*.sqlite"))
        outcome = self.meddle("smoke", "damage-seen", "restore", lambda sandbox: flip_a_byte(artifact_in(sandbox)))
        self.assertEqual((act_of(outcome, "restore")["status"], verdicts(outcome, "restore")), ("failed", {"bad"}))

        def forge(sandbox):
            sql(artifact_in(sandbox), "UPDATE block SET body = 'forged' WHERE id = 1")
            reseal(artifact_in(sandbox))
        outcome = self.meddle("smoke", "damage-seen", "restore", forge)
        self.assertEqual((act_of(outcome, "restore")["status"], act_of(outcome, "equality")["status"]), ("completed", "failed"))
        self.assertEqual(verdicts(outcome, "equality"), {"bad"})
        self.assertIn("block", str([each["reason"] for each in outcome["findings"] if each["code"] == "equality"]))

    def test_the_first_backup_of_the_restored_database_is_broken(self):
        Path("shop.db").unlink()
        make_big("shop.db", 24)
        self.write_policy("  protected: { scenario: re-protection, targets: [shop] }", target="")
        Drills.back_up(self)
        outcome = self.meddle("protected", "disaster", "seen", lambda sandbox: flip_a_byte(next((sandbox / "store").glob("again-*.sqlite"))))
        self.assertEqual(act_of(outcome, "seen")["status"], "failed")


if __name__ == "__main__":
    unittest.main()
