#!/usr/bin/env python3
"""Snapshots of what changed: taken by path and by policy, restored, damaged, pruned, and read by a second reader."""
import fcntl
import hashlib
import json
import random
import shutil
import sqlite3
import time
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import flip_a_byte, tree
from support.delta_reader import read_delta
from support.histories import artifacts, manifest_of
from support.muster import KILLED, Case

KEY = "0123456789abcdef" * 4
POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups, layout: "{layout}" }} }}
targets: {{ shop: {{ sqlite: shop.db }} }}
protect:
  hourly: {{ targets: [shop], stores: [near], snapshot: {{ {snapshot} }}{keep} }}
"""


def policy(snapshot="kind: incr", keep="", layout="{target}/{target}-{timestamp}"):
    Path("policy.yaml").write_text(POLICY.format(
        snapshot=snapshot, layout=layout, keep=f", keep: {{ {keep} }}" if keep else ""))
    return "policy.yaml"


def make_shop(rows=3000):
    """Some hundred pages of text that hardly compresses."""
    chance = random.Random(1)
    with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, body BLOB)")
        connection.execute("CREATE INDEX item_by_name ON item(name)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO item VALUES(?, ?, ?)", [
            (number, chance.randbytes(9).hex(), chance.randbytes(200)) for number in range(rows)])
        connection.execute("COMMIT")


def change_shop(seed, sql="UPDATE item SET name = ? WHERE id % 500 = ?"):
    with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
        connection.execute(sql, (random.Random(seed).randbytes(9).hex(), seed))


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def manifest(artifact):
    return json.loads(manifest_of(artifact).read_text())


class Changes(Case):
    def setUp(self):
        super().setUp()
        make_shop()
        self.states = {}  # what each snapshot must give back

    def take(self, *flags, kind="incr", **more):
        """One more snapshot into the folder `store`."""
        ran = self.passes("backup", "shop.db", "store", "--kind", kind, *flags, **more)
        return self.note(ran)

    def apply(self, *flags):
        return self.note(self.passes("apply", "policy.yaml", *flags))

    def note(self, ran):
        self.ran = ran
        taken = next(each["snapshot"] for each in ran.document["outcomes"] if "snapshot" in each)
        path = Path(taken["path"])
        with closing(sqlite3.connect("shop.db")) as connection:
            self.states[path] = (digest("shop.db"), list(connection.iterdump()))
        return path

    def check_restores(self, artifact, *flags):
        Path("out.db").unlink(missing_ok=True)
        self.passes("restore", artifact, "--to", "out.db", *flags)
        with closing(sqlite3.connect("out.db")) as connection:
            self.assertEqual(list(connection.iterdump()), self.states[artifact][1], artifact)
        self.assertEqual(digest("out.db"), self.states[artifact][0], artifact)

    def bad(self, artifact, *flags):
        """It is found bad, says why, and is not restored."""
        ran = self.muster("verify", artifact, *flags)
        self.assertEqual(ran.status, 4, ran)
        restored = self.muster("restore", artifact, "--to", "never.db", *flags)
        self.assertIn(restored.status, (4, 7), restored)
        self.assertFalse(Path("never.db").exists())
        return ran


class Kinds(Changes):
    def test_each_kind_is_told_by_what_it_says(self):
        full = self.take(kind="auto")
        change_shop(1)
        first = self.take(kind="incr")
        self.assertIn(f"what changed since {full.name})", self.ran.out)
        change_shop(2)
        second = self.take(kind="incr")
        change_shop(3)
        diff = self.take(kind="diff")
        change_shop(4)
        auto = self.take(kind="auto")
        told = {path: manifest(path).get("delta") for path in artifacts("store")}
        told = {Path(path).absolute(): each and (each["kind"], each["reference"]) for path, each in told.items()}
        self.assertEqual(told, {full: None, first: ("incr", full.name), second: ("incr", first.name),
                                diff: ("diff", full.name), auto: ("incr", diff.name)})
        self.assertTrue(auto.name.endswith(".sqlite.delta"), auto)
        for path in (first, second, diff, auto):
            self.assertLess(path.stat().st_size, full.stat().st_size / 50)
        for path in self.states:
            self.passes("verify", path)
            self.check_restores(path)
        self.passes("verify", "store")
        seen = self.passes("inspect", second)
        self.assertEqual(seen.document["told_by"], [str(first), str(full)])
        self.assertIn(f"since {first}", seen.out)
        listed = self.passes("snapshots", "store")
        self.assertEqual([each.get("told_by") for each in listed.document["snapshots"]],
                         [diff.name, full.name, first.name, full.name, None])
        self.assertIn(f"what changed since {first.name}", listed.out)
        drilled = self.passes("restore-drill", second)
        self.assertIn("PASSED", drilled.out)
        kept = [path.name for path in (self.state / "muster/cache/leaves").rglob("*") if path.is_file()]
        self.assertEqual(len(kept), 2, "leaves of the last snapshot and of its full one, and no others")
        self.check_tidy()

    def test_the_second_reader_makes_the_same_of_a_chain(self):
        full = self.take()
        change_shop(1)
        first = self.take()
        with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
            connection.execute("DELETE FROM item WHERE id % 3 = 0")
            connection.execute("VACUUM")
        second = self.take()
        content = full.read_bytes()
        for artifact in (first, second):
            content = read_delta(artifact.read_bytes(), content)
            self.assertEqual(hashlib.sha256(content).hexdigest(), manifest(artifact)["content"]["checksumSha256"])
        self.assertEqual(content, Path("shop.db").read_bytes())
        self.assertLess(second.stat().st_size, full.stat().st_size / 10, "moved pages are found by what they hold")

    def test_in_every_format(self):
        for flags in ((), ("--compress", "gzip"), ("--compress", "zstd"), ("--encrypt", "env:SHOP_KEY"),
                      ("--compress", "zstd", "--encrypt", "env:SHOP_KEY"), ("--method", "vacuum")):
            with self.subTest(flags=flags):
                shutil.rmtree("store", ignore_errors=True)
                sealed = "--encrypt" in flags
                key = ("--key", "env:SHOP_KEY") if sealed else ()
                with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
                    connection.execute("VACUUM")
                made = []
                for seed in (1, 2, 3):
                    made.append(self.take(*flags, SHOP_KEY=KEY))
                    change_shop(seed)
                full, first, second = made
                self.assertEqual(manifest(second)["delta"]["reference"], first.name)
                self.assertEqual(second.name.endswith(".delta.enc"), sealed)
                self.assertEqual(sealed, b"mstrdlt" not in second.read_bytes()[:8])
                for path in made:
                    self.passes("verify", path, *key, SHOP_KEY=KEY)
                    Path("out.db").unlink(missing_ok=True)
                    self.passes("restore", path, "--to", "out.db", *key, SHOP_KEY=KEY)
                    self.assertEqual(digest("out.db"), manifest(path).get("content", manifest(path))["checksumSha256"])
                if sealed:
                    self.refused(7, "key_missing", "restore", second, "--to", "never.db")

    def test_the_leaves_at_hand_are_not_trusted(self):
        self.take()
        cache = self.state / "muster/cache/leaves"
        for number, harm in enumerate((lambda path: path.unlink(), flip_a_byte, lambda path: path.write_bytes(b""),
                                       lambda path: path.write_bytes(path.read_bytes()[:-32]))):
            for path in list(cache.rglob("*")):
                if path.is_file():
                    harm(path)
            change_shop(number)
            taken = self.take()
            self.assertIn("delta", manifest(taken))
            self.check_restores(taken)

    def test_leaves_that_hide_a_change_are_found_out(self):
        former = self.take()
        change_shop(1)
        pages = Path("shop.db").read_bytes()
        forged = b"".join(hashlib.sha256(b"\0" + pages[at:at + 4096]).digest() for at in range(0, len(pages), 4096))
        [leaves] = (self.state / "muster/cache/leaves").rglob(manifest(former)["checksumSha256"])
        leaves.write_bytes(forged)
        taken = self.take()
        self.assertIn("delta", manifest(taken), "the leaves are made anew, and there is no need for a full one")
        self.check_restores(taken)

    def test_an_unchanged_database_costs_next_to_nothing(self):
        self.take()
        taken = self.take()
        self.assertLess(taken.stat().st_size, 1024)
        self.check_restores(taken)

    def test_another_page_size_takes_a_full_one_and_says_so(self):
        self.take()
        with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("VACUUM")
        taken = self.take()
        self.assertNotIn("delta", manifest(taken))
        self.assertIn("pages of 4096 bytes", self.ran.out)
        self.check_restores(taken)

    def test_what_is_written_wrong_is_refused(self):
        Path("file").write_text("")
        for words, part in ((("--kind", "some"), "it takes auto, full, diff, incr"),
                            (("--kind", "incr", "--force"), "--force does not go with --kind"),
                            (("--full-every", "7d"), "--full-every goes with --kind"),
                            (("--key", "env:SHOP_KEY"), "--key goes with --kind"),
                            (("--kind", "auto", "--full-every", "often"), "'often' is no duration"),
                            (("--kind", "full", "--full-every", "7d"), "--full-every does not go with --kind full")):
            ran = self.refused(8, "usage", "backup", "shop.db", "store", *words)
            self.assertIn(part, ran.out + ran.err)
        ran = self.refused(8, "usage", "backup", "shop.db", "file", "--kind", "incr")
        self.assertIn("is a file", ran.out + ran.err)


class Damaged(Changes):
    def chain(self):
        made = []
        for seed in (1, 2, 3):
            made.append(self.take())
            change_shop(seed)
        return made

    def test_a_bad_full_one_condemns_what_is_told_by_it(self):
        full, first, second = self.chain()
        flip_a_byte(full)
        ran = self.muster("verify", "store")
        self.assertEqual(ran.status, 4, ran)
        reasons = {Path(each["path"]): each["reason"] for each in ran.document["files"]}
        for artifact in (first, second):
            self.assertIn(f"the bytes of {full.name} are not those its manifest describes", reasons[artifact])
        taken = self.take()
        self.assertNotIn("delta", manifest(taken), "a damaged snapshot is no base")
        self.check_restores(taken)

    def test_reading_only_checksums_reads_those_of_all_links(self):
        full, first, second = self.chain()
        self.passes("verify", "store", "--depth", "checksum")
        flip_a_byte(full)
        for artifact in (full, first, second):
            ran = self.muster("verify", artifact, "--depth", "checksum")
            self.assertEqual(ran.status, 4, ran)
            self.assertIn(full.name, ran.out)
        # Nothing goes for a copy that is rotten.
        time.sleep(1.1)
        other = self.take(kind="full")
        change_shop(5)
        newest = self.take()
        flip_a_byte(other)
        before = tree("store")
        ran = self.muster("prune", "store", "--keep-last", "1")
        self.assertNotEqual(ran.status, 0, ran)
        self.assertEqual(tree("store"), before)

    def test_an_unreadable_manifest_may_refer_to_it(self):
        full, first, second = self.chain()
        self.take(kind="full")
        manifest_of(second).write_text("{")
        self.muster("prune", "store", "--keep-last", "1")
        self.assertTrue(full.exists() and first.exists())

    def test_what_it_is_told_by_is_held_while_it_is_written(self):
        full = self.take()
        change_shop(1)
        claim = full.parent / f".{full.name}.muster-claim"
        with open(claim, "w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            claim.write_text("a test")
            ran = self.start("backup", "shop.db", "store", "--kind", "incr")
            time.sleep(1)
            self.assertIsNone(ran.poll(), "it waits for whoever is at work on the former one")
        self.assertEqual(manifest(self.note(self.finish(ran)))["delta"]["reference"], full.name)

    def test_no_two_of_one_second(self):
        made = [self.take(kind="full"), self.take(kind="full")]
        change_shop(1)
        made.append(self.take(kind="incr"))
        stamps = [path.name.split(".")[0] for path in made]
        self.assertEqual(len(set(stamps)), 3, stamps)
        self.passes("restore", "store", "--to", "out.db")
        self.assertEqual(digest("out.db"), self.states[made[2]][0], "the newest is the newest")

    def test_keys_rotate(self):
        keys = {"OLD_KEY": KEY, "NEW_KEY": KEY[::-1]}
        full = self.take("--encrypt", "env:OLD_KEY", **keys)
        change_shop(1)
        first = self.take("--encrypt", "env:NEW_KEY", "--key", "env:OLD_KEY", **keys)
        self.assertIn("delta", manifest(first))
        self.refused(7, "key_missing", "restore", first, "--to", "out.db", "--key", "env:NEW_KEY", **keys)
        self.passes("restore", first, "--to", "out.db", "--key", "env:NEW_KEY", "--key", "env:OLD_KEY", **keys)
        self.assertEqual(digest("out.db"), self.states[first][0])

    def test_one_that_is_found_damaged_when_it_is_needed(self):
        full, first, second = self.chain()
        flip_a_byte(full)  # no run knows of it yet
        taken = self.take()
        self.assertNotIn("delta", manifest(taken))
        self.assertIn("all of the database was stored", self.ran.out)
        self.assertIn(f"the bytes of {full.name} are not those", self.ran.out)
        self.check_restores(taken)
        change_shop(4)
        self.assertEqual(manifest(self.take())["delta"]["reference"], taken.name)

    def test_one_that_is_missing(self):
        full, first, second = self.chain()
        kept = full.read_bytes()
        full.unlink()
        for artifact in (first, second):
            ran = self.bad(artifact)
            self.assertIn(full.name, ran.out)
            self.assertIn("missing", ran.out)
            ran = self.muster("verify", artifact, "--depth", "checksum")
            self.assertEqual(ran.status, 4, "also where only checksums are read")
        listed = self.passes("snapshots", "store")
        states = {each["id"]: (each["state"], each.get("detail", "")) for each in listed.document["snapshots"]}
        self.assertEqual({state for state, _ in states.values()}, {"broken"})
        self.assertIn("is broken", states[first.name][1])
        self.assertIn("is broken", states[second.name][1])
        told = manifest_of(full).read_text()
        manifest_of(full).unlink()
        self.assertIn(f"since {full.name}, which is missing", self.passes("snapshots", "store").out)
        self.bad(second)
        manifest_of(full).write_text(told)
        self.assertNotIn("delta", manifest(self.take()))
        full.write_bytes(kept)
        self.check_restores(second)

    def test_one_that_holds_another_state(self):
        full, first, second = self.chain()
        change_shop(9)
        self.passes("backup", "shop.db", "other.sqlite", "--name", "shop")
        full.write_bytes(Path("other.sqlite").read_bytes())
        told = json.loads(Path("other.sqlite.manifest.json").read_text()) | {"artifact": full.name}
        manifest_of(full).write_text(json.dumps(told))
        for artifact in (first, second):
            self.assertIn("another state", self.bad(artifact).out)
        self.assertIn("another state", self.passes("snapshots", "store").out)

    def test_one_without_its_manifest(self):
        full, first, second = self.chain()
        manifest_of(second).unlink()
        self.assertIn("no manifest beside it tells which", self.bad(second).out)

    def test_one_that_goes_round(self):
        full, first, second = self.chain()
        told = manifest(first)
        told["delta"] |= {"reference": second.name, "referenceSha256": manifest(second)["content"]["checksumSha256"]}
        manifest_of(first).write_text(json.dumps(told))
        self.bad(second)
        self.muster("snapshots", "store")

    def test_bytes_of_a_chain_flipped_in_turn(self):
        """Those of the artifacts; every one of them is a soak test."""
        made = self.chain()
        for artifact in made:
            good = artifact.read_bytes()
            step = max(1, len(good) // 12)
            for at in range(0, len(good), step):
                bad = bytearray(good)
                bad[at] ^= 1 << at % 8
                artifact.write_bytes(bad)
                ran = self.muster("restore", made[-1], "--to", "never.db")
                self.assertIn(ran.status, (4, 7), (artifact, at, ran))
                self.assertFalse(Path("never.db").exists())
            artifact.write_bytes(good)
        self.passes("verify", "store")

    def test_killed_at_every_place(self):
        first, second = self.take(), None
        for place in ("snapshot.copied", "snapshot.staged", "snapshot.intent_written", "snapshot.artifact_stored",
                      "snapshot.committed"):
            change_shop(len(place))
            ran = self.muster("backup", "shop.db", "store", "--kind", "incr", kill_at=place)
            self.assertEqual(ran.status, KILLED, ran)
            taken = self.take()
            self.assertIn("delta", manifest(taken), place)
            self.passes("verify", "store")
            self.check_restores(taken)
        self.check_tidy()


class ByPolicy(Changes):
    def test_a_plan_says_what_it_will_be_told_by(self):
        policy("kind: auto, full_every: 7d, compress: zstd")
        planned = self.passes("plan", "policy.yaml")
        self.assertIn("full: there is none to tell it by", planned.out)
        full = self.apply()
        change_shop(1)
        planned = self.passes("plan", "policy.yaml")
        self.assertIn(f"what changed since shop/{full.name}", planned.out)
        first = self.apply()
        self.assertEqual(manifest(first)["delta"]["reference"], full.name)
        told = manifest(full) | {"createdAt": "2026-11-01T00:00:00Z"}
        manifest_of(full).write_text(json.dumps(told))
        self.assertIn("the last full one is of 2026-11-01T00:00:00Z", self.passes("plan", "policy.yaml").out)

    def test_auto_takes_a_full_one_once_changes_outweigh_it(self):
        policy("kind: auto")
        full = self.apply()
        kinds = []
        for seed in range(1, 6):
            change_shop(seed, "UPDATE item SET body = randomblob(200), name = ? WHERE id % 5 = ?")
            kinds.append("delta" in manifest(self.apply()))
        self.assertEqual(kinds, [True, True, True, False, True])
        for path in self.states:
            self.check_restores(path)

    def test_a_chain_lies_in_one_folder(self):
        policy("kind: incr", layout="{target}-{timestamp}/{target}")
        self.apply()
        change_shop(1)
        time.sleep(1.1)  # folders are named after seconds
        alone = self.apply()
        self.assertNotIn("delta", manifest(alone), "whoever copies a folder has all of it")
        self.assertNotIn("WARNING", self.ran.out)
        policy("kind: incr", layout="{yyyy}/{target}-{timestamp}")
        full = self.apply()
        change_shop(2)
        first = self.apply()
        self.assertEqual(manifest(first)["delta"]["reference"], full.name)
        self.check_restores(first)

    def test_what_is_referred_to_stays(self):
        policy("kind: incr", keep="last: 1")
        full = self.apply()
        made = []
        for seed in (1, 2):
            change_shop(seed)
            made.append(self.apply())
        self.assertEqual([path.absolute() for path in artifacts("backups")], sorted([full, *made]))
        shown = self.passes("prune", "policy.yaml", "--dry-run")
        self.assertIn(f"shop/{made[0].name} holds only what changed since it", shown.out)
        judged = {Path(each["key"]).name: each for group in shown.document["groups"] for each in group["snapshots"]}
        self.assertEqual([reason["code"] for reason in judged[full.name]["reasons"]], ["referenced"])
        self.check_restores(made[1])
        # A new full one lets the former chain go, the last link first.
        policy("kind: full", keep="last: 1")
        new = self.apply()
        self.assertEqual([path.absolute() for path in artifacts("backups")], [new])

    def test_a_plan_of_before_removes_nothing_that_is_needed_by_now(self):
        policy("kind: incr", keep="last: 1")
        full = self.apply()
        change_shop(1)
        first = self.apply()
        before = tree("backups")
        ran = self.passes("prune", "backups", "--keep-last", "1")
        self.assertEqual(tree("backups"), before, ran)
        ran = self.muster("backup", "shop.db", full, "--force")
        self.assertEqual((ran.status, ran.trouble), (7, "target_exists"), ran)
        self.assertIn("holds only what changed since it", ran.out + ran.err)

    def test_a_bad_one_makes_the_plan_take_a_full_one(self):
        policy("kind: incr")
        full = self.apply()
        change_shop(1)
        first = self.apply()
        flip_a_byte(full)
        ran = self.muster("apply", "policy.yaml")
        self.assertIn("all of the database was stored", ran.out)
        self.assertEqual(ran.status, 0, ran)



class ReadAgain(Changes):
    """Rolling verification: all that is stored is read within a time that the policy states."""

    def test_rot_is_found_by_the_run_that_reads_it_again(self):
        policy()
        text = Path("policy.yaml").read_text()
        Path("policy.yaml").write_text(text.replace("stores: [near], ", "stores: [near], read_all_within: 2s, "))
        full = self.apply()
        change_shop(1)
        link = self.apply()
        time.sleep(3)

        def to_read():
            steps = self.passes("plan", "policy.yaml", "--only", "verify").document["steps"]
            return {step["action"]["key"]: step["action"] for step in steps if step["reason"]["code"] == "read_again"}

        again = to_read()
        self.assertEqual(set(again), {f"shop/{full.name}", f"shop/{link.name}"})
        self.assertEqual({(each["depth"], each["alone"]) for each in again.values()}, {("checksum", True)})
        record = self.passes("apply", "policy.yaml", "--only", "verify").document
        covered = next(each for each in record["findings"] if each["code"] == "read_again")
        self.assertEqual((covered["subject"], covered["verdict"]), ("shop:near", "good"))
        self.assertRegex(covered["coverage"], r"^(\S+ \S+) of \1$")

        time.sleep(3)
        flip_a_byte(full)
        ran = self.muster("apply", "policy.yaml", "--only", "verify")
        self.assertEqual(ran.status, 4, ran)
        verdicts = {each["checked"]: each["status"] for each in ran.document["outcomes"]}
        self.assertEqual(verdicts, {str(full): "bad", str(link): "done"}, "each is read for itself")
        self.assertEqual(to_read(), {}, "what is known to be bad is not read again")
        change_shop(2)
        fresh = self.apply("--only", "snapshot")
        self.assertNotIn("delta", manifest(fresh))
        self.check_restores(fresh)


if __name__ == "__main__":
    unittest.main()
