#!/usr/bin/env python3
"""[ON-04] [VV-06] muster restore where no file is named: the latest of a directory, or of a target of a policy."""
import json
import os
import shlex
import shutil
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from support.databases import change, flip_a_byte, make, names, tree
from support.histories import artifacts, backdate, manifest_of
from support.muster import KILLED, Case

POLICY = """
muster: 1
name: shop
{strictness}
stores: {{ near: {{ local: backups }}, far: {{ local: far }} }}
targets:
  shop: {{ sqlite: {sqlite}, volume_id: vol_shop{target} }}
  tenants: {{ sqlite: "tenants/*.db" }}
protect:
  here: {{ targets: [shop, tenants], stores: [near], proof_expires: {expires} }}
  away: {{ targets: [shop], stores: [far] }}
"""


def policy(strictness="", target="", expires="7d", sqlite="shop.db"):
    Path("policy.yaml").write_text(POLICY.format(
        strictness=f"strictness: {{ unproven_restore: {strictness} }}" if strictness else "",
        target=f", {target}" if target else "", expires=expires, sqlite=sqlite))
    return "policy.yaml"


def day(number):
    """Midnight so many days ago, as --before takes it."""
    return (datetime.now(timezone.utc) - timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Picked(Case):
    def picks(self, *words):
        """The backup that is taken: a dry run names it and changes nothing, then it is restored."""
        before = tree(self.folder)
        told = self.passes("restore", *words, "--dry-run")
        self.assertEqual(tree(self.folder), before, "a dry run changed something")
        [step] = told.document["steps"]
        ran = self.passes("restore", *words)
        [outcome] = ran.document["outcomes"]
        self.assertEqual(outcome["restored"]["backup"], step["action"]["backup"])
        self.assertEqual(outcome["restored"]["target"], step["action"]["target"])
        self.assertIn(step["action"]["backup"], told.out)
        self.told, self.ran, self.step = told, ran, step
        return Path(step["action"]["backup"])

    def passed_over(self):
        """What the record and both texts say of it."""
        found = [each for each in self.ran.document["findings"] if each["code"] == "passed_over"]
        for each in found:
            self.assertEqual((each["severity"], each["verdict"]), ("warning", "bad"))
            self.assertIn(each["reason"], self.told.out)
            self.assertIn(each["reason"], self.ran.out)
        return [Path(each["subject"]).name for each in found]

    def finds_nothing(self, code, *words):
        """Exit 4, with what there is; nothing is changed."""
        before = tree(self.folder)
        ran = self.muster("restore", *words)
        self.assertEqual(ran.status, 4, ran)
        self.assertIn(f"muster: {code}:", ran.out)
        self.assertIn("next:", ran.out)
        self.assertEqual(ran.document["schema"], "muster/snapshots/v1")
        self.assertEqual(tree(self.folder), before)
        return ran


class OfADirectory(Picked):
    def setUp(self):
        super().setUp()
        make("shop.db", [])
        for number, name in enumerate(("three", "two", "one")):
            change("shop.db", [name])
            self.passes("backup", "shop.db", f"kept/{name}.sqlite")
            backdate(Path(f"kept/{name}.sqlite"), 3 - number)

    def test_the_latest(self):
        """[ON-04] By the manifests, not by names or times of files."""
        for each in artifacts("kept"):
            os.utime(each, (time.time() + (9 if each.name == "three.sqlite" else 0),) * 2)
        self.assertEqual(self.picks("kept", "--to", "new.db").name, "one.sqlite")
        self.assertEqual(names("new.db"), ["one", "three", "two"])
        self.assertEqual(self.passed_over(), [])
        self.assertIn("24 h 1 min old", self.step["reason"]["text"])
        self.assertIn("proof valid until", self.told.out)
        [pick] = [each for each in self.ran.document["findings"] if each["code"] == "pick"]
        self.assertEqual(Path(pick["subject"]).name, "one.sqlite")
        self.assertIn("picked", self.ran.out)
        self.assertEqual(self.picks("kept", "--to", "other.db", "--pick", "latest").name, "one.sqlite")
        self.check_chain()

    def test_the_next_one_is_named_with_its_command_and_not_taken(self):
        make("it's.db", ["old"])
        flip_a_byte("kept/one.sqlite")
        for dry in ([], ["--dry-run"]):
            ran = self.muster("restore", "kept", "--to", "it's.db", "--force", "--pick", "latest", *dry)
            self.assertEqual((ran.status, names("it's.db")), (7, ["old"]), ran)
            self.assertIn("the next older snapshot is", ran.out)
            [command] = [line.strip() for line in ran.out.splitlines() if line.strip().startswith("muster restore")]
            program, *words = shlex.split(command)
            self.assertEqual("--dry-run" in words, bool(dry))
            self.assertEqual(ran.document["next_older"]["argv"], [program, *words])
            self.assertEqual(ran.document["next_older"]["artifact"], words[-1])
        self.passes(*[word for word in words if word != "--dry-run"])
        self.assertEqual(names("it's.db"), ["three", "two"])
        # Not where the target is what stands in the way.
        self.assertNotIn("next older", self.refused(7, "target_exists", "restore", "kept", "--to", "it's.db").out)

    def test_a_newer_file_of_others_is_named(self):
        for name in ("shop-2.db", "other-2.db"):
            shutil.copy("kept/three.sqlite", f"kept/{name}")
        self.assertEqual(self.picks("kept", "--to", "new.db").name, "one.sqlite")
        newer = [each for each in self.ran.document["findings"] if each["code"] == "newer_legacy"]
        self.assertEqual([Path(each["subject"]).name for each in newer], ["shop-2.db"])
        self.assertIn(newer[0]["reason"], self.ran.out)

    def test_before_and_id(self):
        self.assertEqual(self.picks("kept", "--to", "new.db", "--before", day(1.5)).name, "two.sqlite")
        self.assertEqual(names("new.db"), ["three", "two"])
        self.assertEqual(self.picks("kept", "--to", "b.db", "--before", day(1.5)[:10]).name,
                         "two.sqlite" if day(2) < day(1.5)[:10] else "three.sqlite")
        self.assertEqual(self.picks("kept", "--to", "c.db", "--id", "three.sqlite").name, "three.sqlite")
        self.finds_nothing("no_snapshot", "kept", "--to", "d.db", "--before", "2020-01-01")
        self.assertIn("two.sqlite", self.refused(8, "usage", "restore", "kept", "--to", "d.db", "--id", "tow.sqlite").err)
        self.refused(8, "usage", "restore", "kept", "--to", "d.db", "--before", "yesterday")
        self.refused(8, "usage", "restore", "kept", "--to", "d.db", "--pick", "oldest")

    def test_what_is_not_sound_is_passed_over_and_named(self):
        """[ON-04] Broken, unfinished, dated in the future: never the latest."""
        os.truncate("kept/one.sqlite", 4096)
        self.passes("backup", "shop.db", "kept/future.sqlite")
        backdate(Path("kept/future.sqlite"), -2)
        self.assertEqual(self.muster("backup", "shop.db", "kept/torn.sqlite", kill_at="snapshot.artifact_stored").status, KILLED)
        self.assertEqual(self.picks("kept", "--to", "new.db").name, "two.sqlite")
        self.assertEqual(sorted(self.passed_over()), ["future.sqlite", "one.sqlite", "torn.sqlite"])
        self.assertEqual(self.ran.document["exit_status"], 0)
        self.assertEqual(self.picks("kept", "--to", "later.db", "--id", "future.sqlite").name, "future.sqlite")
        ran = self.finds_nothing("no_snapshot", "kept", "--to", "d.db", "--id", "one.sqlite")
        self.assertIn("passed over one.sqlite", ran.out)

    def test_an_existing_target_still_needs_force(self):
        self.refused(7, "target_exists", "restore", "kept", "--to", "shop.db")
        change("shop.db", ["newer"])
        self.picks("kept", "--to", "shop.db", "--force")
        self.assertEqual(names("shop.db"), ["one", "three", "two"])

    def test_several_databases(self):
        """[ON-04] Refused with their names, unless one is named."""
        make("depot.db", ["goods"])
        self.passes("backup", "depot.db", "kept/depot.sqlite")
        ran = self.refused(8, "usage", "restore", "kept", "--to", "new.db")
        self.assertIn("depot, shop", ran.err)
        self.assertIn("--name", ran.err)
        self.assertEqual(self.picks("kept", "--to", "new.db", "--name", "shop").name, "one.sqlite")
        self.assertEqual(self.picks("kept", "--to", "goods.db", "--name", "depot").name, "depot.sqlite")
        self.assertIn("depot, shop", self.refused(8, "usage", "restore", "kept", "--to", "d.db", "--name", "shep").err)

    def test_legacy_backups(self):
        """Without any manifest the time of the file counts, and that is said."""
        for number, each in enumerate(("three", "one", "two")):
            manifest_of(f"kept/{each}.sqlite").unlink()
            os.rename(f"kept/{each}.sqlite", f"kept/app-{number}.sqlite")
            os.utime(f"kept/app-{number}.sqlite", (time.time() - 100 + number,) * 2)
        Path("kept/notes.txt").write_text("no database")
        shutil.copy("kept/app-1.sqlite", "kept/in-use.db")
        Path("kept/in-use.db-wal").write_bytes(b"log")
        self.assertEqual(self.picks("kept", "--to", "kept/app.db").name, "app-2.sqlite")
        self.assertIn("no manifest lies there", self.ran.out)
        self.assertIn("no manifest lies there", self.told.out)
        change("kept/app.db", ["the newest file, and no backup"])
        self.assertEqual(self.picks("kept", "--to", "kept/app.db", "--force").name, "app-2.sqlite")

    def test_legacy_backups_of_several_databases_are_told_apart_by_name(self):
        for each in ("one", "two", "three"):
            manifest_of(f"kept/{each}.sqlite").unlink()
        os.rename("kept/one.sqlite", "kept/orders-1.sqlite")
        os.rename("kept/two.sqlite", "kept/orders-2.sqlite")
        os.rename("kept/three.sqlite", "kept/cookies.sqlite")
        os.utime("kept/orders-1.sqlite", (1, 1))
        ran = self.refused(8, "usage", "restore", "kept", "--to", "new.db")
        self.assertIn("cookies, orders", ran.out + ran.err)
        self.assertEqual(self.picks("kept", "--to", "new.db", "--name", "orders").name, "orders-2.sqlite")

    def test_legacy_ones_beside_snapshots_are_no_choice(self):
        manifest_of("kept/one.sqlite").unlink()
        self.assertEqual(self.picks("kept", "--to", "new.db").name, "two.sqlite")
        self.assertNotIn("no manifest", self.ran.out)

    def test_nothing_there(self):
        Path("empty").mkdir()
        self.finds_nothing("no_snapshot", "empty", "--to", "new.db")

    def test_flags_that_do_not_go_together(self):
        for words in (["kept"], ["kept", "--to", "n.db", "--from", "near"], ["kept/one.sqlite", "--to", "n.db", "--id", "x"],
                      ["kept/one.sqlite", "--to", "n.db", "--before", "2026-01-01"], ["kept", "--to", "folder/"]):
            with self.subTest(words):
                self.refused(8, "usage", "restore", *words)
        self.assertFalse(Path("n.db").exists())


class OfATarget(Picked):
    def setUp(self):
        super().setUp()
        make("shop.db", [])
        Path("tenants").mkdir()
        make("tenants/acme.db", ["acme"])
        self.taken = {}
        policy()
        for number in (3, 2, 1):
            change("shop.db", [f"day {number}"])
            before = set(artifacts("backups")) | set(artifacts("far"))
            self.passes("apply", "policy.yaml", "--target", "shop")
            for each in (set(artifacts("backups")) | set(artifacts("far"))) - before:
                self.taken[each.parts[0], number] = each.absolute()
                # The copy far away is the newer one.
                backdate(each, number - (0.1 if each.parts[0] == "far" else 0))
        self.passes("apply", "policy.yaml", "--target", "tenants")
        change("shop.db", ["lost"])

    def spoil_newest_in_near(self):
        """A run has found it bad."""
        flip_a_byte(self.taken["backups", 1])
        policy(expires="1s")
        time.sleep(2)
        self.assertEqual(self.muster("apply", "policy.yaml", "--only", "verify", "--target", "shop").status, 4)
        policy()

    def test_the_latest_goes_to_its_own_place(self):
        """[VV-06] Without --to the target's own path is the place."""
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--force"), self.taken["far", 1])
        self.assertEqual(self.step["action"]["target"], str(self.folder / "shop.db"))
        self.assertEqual(self.step["target"], "shop")
        self.assertEqual(names("shop.db"), ["day 1", "day 2", "day 3"])
        self.assertIn("proof valid until", self.told.out)
        self.assertEqual(self.passed_over(), [])
        self.assertEqual(self.records[-1]["head"]["policy_path"], str(self.folder / "policy.yaml"))

    def test_a_match_of_a_glob_that_is_gone(self):
        Path("tenants/acme.db").unlink()
        self.picks("--policy", "policy.yaml", "tenants/acme")
        self.assertEqual(names("tenants/acme.db"), ["acme"])

    def test_from_before_id_to(self):
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--from", "near", "--to", "a.db"), self.taken["backups", 1])
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--before", day(1.5), "--to", "b.db"), self.taken["far", 2])
        wanted = self.taken["backups", 3]
        key = str(wanted.relative_to(self.folder / "backups"))
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--id", key, "--from", "near", "--to", "c.db"), wanted)
        self.assertEqual(names("c.db"), ["day 3"])
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--id", wanted, "--to", "d.db"), wanted)

    def test_slips_of_the_hand(self):
        for words, hint in ((["shpo"], '"shop"'), (["tenants"], "tenants/acme"), (["shop", "--from", "naer"], '"near"'),
                            (["shop", "--id", "shop/shop-2.sqlite"], self.taken["far", 1].name), (["tenants/acne"], "tenants/acme"), (["shop", "--name", "shop"], "leave it out")):
            with self.subTest(words):
                self.assertIn(hint, self.refused(8, "usage", "restore", "--policy", "policy.yaml", *words, "--force").err)
        self.assertIn("lost", names("shop.db"))

    def test_a_bad_newest_is_passed_over(self):
        self.spoil_newest_in_near()
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--from", "near", "--force"), self.taken["backups", 2])
        self.assertEqual(self.passed_over(), [self.taken["backups", 1].name])
        self.assertIn("found it bad", self.ran.out)

    def test_checks_and_schema_of_the_target_hold(self):
        """A backup that fails the target's own question is not put in its place."""
        policy(target='checks: [{ name: today, sql: SELECT count(*) FROM item, expect: ">= 99" }]')
        ran = self.refused(4, "damaged", "restore", "--policy", "policy.yaml", "shop", "--force")
        self.assertIn("check today yields 3, expected >= 99", ran.message)
        self.assertEqual(list(Path(".").glob("shop.db.*")), [], "nothing was kept, since nothing was replaced")
        self.assertIn("lost", names("shop.db"))
        policy(target="schema_version: { supported: -1 }")
        self.refused(7, "newer_schema", "restore", "--policy", "policy.yaml", "shop", "--force")
        self.picks("--policy", "policy.yaml", "shop", "--force", "--supported-schema", 0)

    def test_unproven_ones_are_refused_where_the_policy_says_so(self):
        self.state = self.folder / "fresh-state"
        policy("refuse")
        self.finds_nothing("unproven", "--policy", "policy.yaml", "shop", "--to", "new.db")
        self.finds_nothing("unproven", self.taken["far", 1], "--policy", "policy.yaml", "--to", "new.db")
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--force", "--to", "new.db"), self.taken["far", 1])
        self.assertIn("without a valid proof", self.ran.out)
        self.passes("restore", self.taken["far", 1], "--policy", "policy.yaml", "--to", "new.db", "--force")
        policy()
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--to", "other.db"), self.taken["far", 1])
        self.assertIn("without a valid proof", self.ran.out)

    def test_a_proven_one_is_preferred_where_the_policy_says_so(self):
        """Also with --force, which every restore over a database needs."""
        manifest = manifest_of(self.taken["far", 1])
        manifest.write_text(json.dumps(dict(json.loads(manifest.read_text()), checksumSha256="1" * 64)))
        policy("refuse")
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--force"), self.taken["backups", 1])
        self.assertEqual(self.passed_over(), [self.taken["far", 1].name])
        self.assertNotIn("not_available", {each["code"] for each in self.passes("plan", "policy.yaml").document["findings"]})

    def test_an_expired_proof_is_none(self):
        policy("refuse", expires="1s")
        time.sleep(2)
        ran = self.finds_nothing("unproven", "--policy", "policy.yaml", "shop", "--from", "near", "--to", "new.db")
        self.assertIn("proof expired", ran.out)
        self.finds_nothing("unproven", "backups", "--name", "shop", "--policy", "policy.yaml", "--to", "new.db")

    def test_the_manifest_tells_the_place(self):
        """[VV-06] A file, or the latest of a directory: the volume id of its manifest names the target."""
        shutil.copytree("far", "carried")
        carried = Path("carried") / self.taken["far", 2].relative_to(self.folder / "far")
        self.picks(carried, "--policy", "policy.yaml", "--force")
        self.assertEqual((names("shop.db"), self.step["target"]), (["day 2", "day 3"], "shop"))
        self.picks("carried", "--policy", "policy.yaml", "--force")
        self.assertEqual(names("shop.db"), ["day 1", "day 2", "day 3"])
        make("stray.db", ["stray"])
        self.passes("backup", "stray.db", "stray.sqlite")
        self.assertIn("volume stray", self.refused(8, "usage", "restore", "stray.sqlite", "--policy", "policy.yaml").err)
        self.picks("stray.sqlite", "--policy", "policy.yaml", "--to", "new.db")
        Path("stray.sqlite.manifest.json").unlink()
        self.assertIn("--to", self.refused(8, "usage", "restore", "stray.sqlite", "--policy", "policy.yaml").err)

    def test_a_database_that_moved_finds_its_snapshots_by_id_alone(self):
        """Another database may bear the same volume id: its snapshots are named, never the latest."""
        os.rename("shop.db", "moved.db")
        policy(sqlite="moved.db")
        ran = self.finds_nothing("no_snapshot", "--policy", "policy.yaml", "shop", "--force")
        self.assertIn("--id", ran.out)
        wanted = self.taken["far", 1]
        self.assertEqual(self.picks("--policy", "policy.yaml", "shop", "--id", wanted, "--force"), wanted)
        self.assertEqual(names("moved.db"), ["day 1", "day 2", "day 3"])


if __name__ == "__main__":
    unittest.main()
