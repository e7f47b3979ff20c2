#!/usr/bin/env python3
"""muster snapshots: what there is, by a policy and in a directory, each with its state and proof."""
import os
import time
import unittest
from pathlib import Path

from support.databases import change, flip_a_byte, make, tree
from support.histories import apply_each_day, artifacts, backdate, manifest_of
from support.muster import KILLED, Case

POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups }}, far: {{ local: far }} }}
targets:
  shop: {{ sqlite: shop.db }}
  depot: {{ sqlite: depot.db, volume_id: vol_depot }}
protect:
  always: {{ targets: [shop, depot], stores: [{stores}]{more} }}
"""


def policy(stores="near", more=""):
    Path("policy.yaml").write_text(POLICY.format(stores=stores, more=more))
    return "policy.yaml"


class Listed(Case):
    def setUp(self):
        super().setUp()
        make("shop.db")
        make("depot.db")

    def listed(self, *words, status=0):
        """The rows; the listing has changed nothing and left no record, and its table names each."""
        before = tree(self.folder)
        ran = self.muster("snapshots", *words)
        self.assertEqual(ran.status, status, ran)
        self.assertEqual(tree(self.folder), before, "a list changed something")
        self.assertEqual(ran.document["schema"], "muster/snapshots/v1")
        self.last = ran
        for each in ran.document["snapshots"]:
            self.assertIn(each["id"], ran.out)
            self.assertIn(each.get("detail", ""), ran.out)
        return ran.document["snapshots"]

    def only(self, name):
        """The one snapshot of a target."""
        [found] = [each for each in artifacts("backups") if each.name.startswith(name)]
        return found


class ByPolicy(Listed):
    def test_newest_first_with_age_and_proof(self):
        taken = apply_each_day(self, policy_of_shop(), "backups", [3, 1])
        self.passes("pin", taken[3], "--reason", "evidence of March")
        rows = self.listed("policy.yaml")
        self.assertEqual([each["path"] for each in rows], [str(taken[day].absolute()) for day in (1, 3)])
        newest, oldest = rows
        self.assertEqual((newest["target"], newest["store"], newest["state"], newest["proof"]), ("shop", "near", "complete", "valid"))
        self.assertEqual(newest["bytes"], taken[1].stat().st_size)
        self.assertRegex(newest["age"], r"^(1441m|86[0-9]+s)$")
        self.assertGreater(newest["proof_expires_at"], newest["proven_at"])
        self.assertEqual((oldest["pinned"], newest.get("pinned")), ("evidence of March", None))
        for text in ("PROVEN until " + newest["proof_expires_at"], "pinned: evidence of March", "24 h 1 min", "2 proven now"):
            self.assertIn(text, self.last.out)
        lines = [line for line in self.last.out.splitlines() if ".sqlite" in line]
        self.assertEqual(len({line.index("shop/shop-") for line in lines}), 1, "the columns are aligned")
        self.assertLess(self.last.out.index(newest["id"]), self.last.out.index(oldest["id"]))

    def test_narrowed(self):
        self.passes("apply", policy("near, far"))
        self.assertEqual(len(self.listed("policy.yaml")), 4)
        self.assertEqual({each["target"] for each in self.listed("policy.yaml", "--target", "depot")}, {"depot"})
        self.assertEqual(len(self.listed("policy.yaml", "--target", "depot", "--target", "shop", "--store", "far")), 2)
        self.assertEqual({each["store"] for each in self.listed("policy.yaml", "--store", "near")}, {"near"})
        self.assertIn("did you mean \"depot\"", self.refused(8, "usage", "snapshots", "policy.yaml", "--target", "dpot").err)
        self.assertIn("did you mean \"near\"", self.refused(8, "usage", "snapshots", "policy.yaml", "--store", "naer").err)

    def test_a_proof_expires_and_a_new_one_is_due(self):
        """By the policy's proof_expires, in the list and in the plan."""
        self.passes("apply", policy(more=", proof_expires: 1s, schedule: { every: 1d }"))
        time.sleep(2)
        self.assertEqual({each["proof"] for each in self.listed("policy.yaml")}, {"expired"})
        self.assertIn("expired 2", self.last.out)
        self.listed("policy.yaml", "--proven", status=4)
        steps = self.passes("plan", "policy.yaml").document["steps"]
        self.assertEqual({(each["target"], each["action"]["kind"], each["reason"]["code"]) for each in steps},
                         {("shop", "verify", "proof_expired"), ("depot", "verify", "proof_expired")})
        policy(more=", proof_expires: 1h, schedule: { every: 1d }")
        self.assertEqual(len(self.listed("policy.yaml", "--proven")), 2)
        self.assertEqual(self.passes("plan", "policy.yaml").document["steps"], [])

    def test_states(self):
        """Bad, broken, unfinished and foreign ones are shown, and why."""
        self.passes("apply", policy(more=", proof_expires: 1s"))
        flip_a_byte(self.only("shop"))
        os.truncate(self.only("depot"), 4096)
        time.sleep(2)
        self.assertEqual(self.muster("apply", "policy.yaml", "--only", "verify").status, 4)
        self.passes("backup", "shop.db", "backups/other.sqlite", "--name", "shop-of-others")
        self.assertEqual(self.muster("backup", "shop.db", "backups/torn.sqlite", kill_at="snapshot.artifact_stored").status, KILLED)
        rows = {each["id"]: each for each in self.listed("policy.yaml")}
        state = {key.split("-2")[0]: (each["state"], each["proof"], each["target"]) for key, each in rows.items()}
        self.assertEqual(state, {"shop/shop": ("complete", "bad", "shop"), "depot/depot": ("broken", "bad", "depot"),
                                 "torn.sqlite": ("unfinished", "never", ""), "other.sqlite": ("foreign", "valid", "")})
        self.assertIn("4096 bytes", [each for each in rows.values() if each["state"] == "broken"][0]["detail"])
        for word in ("BAD", "BROKEN", "UNFINISHED", "foreign", "of no known target"):
            self.assertIn(word, self.last.out)
        self.assertEqual([each["id"] for each in self.listed("policy.yaml", "--proven", "--target", "shop", status=4)], [])

    def test_none(self):
        """Exit 4: no backups found."""
        self.assertEqual(self.listed(policy(), status=4), [])
        self.assertIn("no_snapshot", self.last.out)
        self.assertIn("muster apply", self.last.out)
        self.passes("apply", "policy.yaml")
        self.assertEqual(self.listed("policy.yaml", "--store", "far", status=4), [])


class InADirectory(Listed):
    def test_names_volumes_and_proofs(self):
        self.passes("backup", "shop.db", "kept/shop.sqlite")
        self.passes("backup", "depot.db", "kept/depot.sqlite")
        backdate(Path("kept/shop.sqlite"), 2)
        rows = self.listed("kept")
        self.assertEqual([(each["target"], each["volume_id"], each["store"], each["proof"]) for each in rows],
                         [("depot", "depot", "directory", "valid"), ("shop", "shop", "directory", "valid")])
        self.assertEqual(rows[1]["source"], str(self.folder / "shop.db"))
        self.assertEqual(self.last.document["directory"], str(self.folder / "kept"))
        self.assertIn(str(self.folder / "kept"), self.last.out)
        self.assertEqual([each["id"] for each in self.listed("kept", "--target", "shop")], ["shop.sqlite"])
        self.assertIn("did you mean \"shop\"", self.refused(8, "usage", "snapshots", "kept", "--target", "shp").err)
        manifest_of(Path("kept/shop.sqlite")).write_text("{")
        self.assertEqual([each["state"] for each in self.listed("kept")], ["complete", "broken"])

    def test_proof_is_a_matter_of_the_records(self):
        self.passes("backup", "shop.db", "kept/shop.sqlite")
        self.state = self.folder / "another-state"
        self.assertEqual([each["proof"] for each in self.listed("kept")], ["never"])
        self.listed("kept", "--proven", status=4)

    def test_none(self):
        Path("kept").mkdir()
        change("shop.db", ["more"])
        self.assertEqual(self.listed("kept", status=4), [])
        self.assertIn("muster backup", self.last.out)
        self.refused(8, "not_found", "snapshots", "no-such-place")


def policy_of_shop():
    """Of the shop alone."""
    lines = Path(policy()).read_text().replace("targets: [shop, depot]", "targets: [shop]").splitlines()
    Path("policy.yaml").write_text("\n".join(line for line in lines if not line.startswith("  depot:")))
    return "policy.yaml"


if __name__ == "__main__":
    unittest.main()
