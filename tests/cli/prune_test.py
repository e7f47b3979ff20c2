#!/usr/bin/env python3
"""[ON-02] prune: by the rules of a policy, and by flags in a directory that no policy describes."""
import unittest
from pathlib import Path

from support.databases import make, tree
from support.histories import apply_each_day, artifacts, backdate, manifest_of, take_each_day
from support.muster import KILLED, Case

POLICY = """
muster: 1
name: shop
timezone: {zone}
stores: {{ near: {{ local: backups }} }}
targets: {{ shop: {{ sqlite: shop.db }} }}
protect:
  nightly: {{ targets: [shop], stores: [near]{keep} }}
"""


def policy(keep="", zone="UTC"):
    Path("policy.yaml").write_text(POLICY.format(keep=f", keep: {{ {keep} }}" if keep else "", zone=zone))
    return "policy.yaml"


def rows(document):
    """Every judged snapshot of a retention document."""
    return [each for group in document["groups"] for each in group["snapshots"]]


def with_fate(document, fate):
    return sorted(each["key"] for each in rows(document) if each["fate"] == fate)


def keys(folder):
    return sorted(str(path.relative_to(folder)) for path in artifacts(folder))


class Pruned(Case):
    """What is left after a dry run and a real one."""

    def dry_run(self, *words):
        """Its document; the dry run has changed nothing."""
        before = tree(self.folder)
        ran = self.passes("prune", *words, "--dry-run")
        self.assertEqual(tree(self.folder), before, "a dry run changed something")
        self.assertEqual(ran.document["schema"], "muster/retention/v1")
        for each in rows(ran.document):
            self.assertTrue(each["reasons"], each)
            self.assertIn(each["key"], ran.out)
            for reason in each["reasons"]:
                self.assertIn(reason["text"], ran.out)
        return ran

    def prune(self, folder, *words):
        """A dry run, then a real one, which removes exactly what the dry run said."""
        told = self.dry_run(*words)
        before = keys(folder)
        going = with_fate(told.document, "remove")
        ran = self.passes("prune", *words)
        self.assertEqual(keys(folder), sorted(set(before) - set(going)))
        removed = [each["removed"] for each in ran.document["outcomes"] if each.get("removed")]
        self.assertEqual(sorted(removed), sorted(str(Path(folder).absolute() / key) for key in going))
        self.assertEqual(told.document["total"]["removed"], len(going))
        for key in going:
            for name in (key, key + ".manifest.json"):
                self.assertFalse((Path(folder) / name).exists(), name)
        self.check_tidy()
        self.check_chain()
        return told


class ByPolicy(Pruned):
    def setUp(self):
        super().setUp()
        make("shop.db")

    def left(self, days, keep):
        """The days of those that stay of a history under the rules."""
        taken = apply_each_day(self, policy(), "backups", days)
        self.prune("backups", policy(keep))
        return [day for day in days if taken[day].exists()]

    def test_seven_days(self):
        """[ST-10] Retention of seven days."""
        self.assertEqual(self.left([20, 9, 8, 6, 3, 0], "within: 7d"), [6, 3, 0])

    def test_tiers(self):
        """[ON-03] Daily for 30 days, weekly for 12 weeks, monthly for 12 months."""
        kept = self.left([800, 420, 100, 50, 2, 1], "daily: 30, weekly: 12, monthly: 12")
        self.assertEqual(kept, [800, 420, 100, 50, 2, 1], "buckets without a snapshot do not count")
        apply_each_day(self, policy(), "backups", [1])
        self.assertEqual(self.prune("backups", policy("daily: 2, weekly: 3")).document["total"]["kept"], 4)

    def test_all_reasons_are_told(self):
        apply_each_day(self, policy(), "backups", [3, 2, 1])
        ran = self.dry_run(policy("last: 2, daily: 2, min_count: 1"))
        newest, second, oldest = rows(ran.document)
        self.assertEqual([each["code"] for each in newest["reasons"]], ["newest_proven", "min_count", "last", "daily"])
        self.assertEqual([each["code"] for each in second["reasons"]], ["last", "daily"])
        self.assertEqual([each["code"] for each in oldest["reasons"]], ["not_kept"])
        self.assertEqual({each["worth"] for each in (newest, second, oldest)}, {"proven"})
        self.assertIn("REMOVE", ran.out)
        self.assertNotIn("local", newest)

    def test_local_time_where_it_differs(self):
        apply_each_day(self, policy(), "backups", [1])
        [only] = rows(self.dry_run(policy("last: 1", "Asia/Kolkata")).document)
        self.assertTrue(only["local"].endswith("+05:30"), only)

    def test_newest_proven_and_unproven_stay(self):
        taken = apply_each_day(self, policy(), "backups", [90, 60])
        Path("backups/shop").mkdir(exist_ok=True)
        self.muster("apply", policy(), "--only", "snapshot")
        [unproven] = set(artifacts("backups")) - set(taken.values())
        backdate(unproven, 40)
        told = self.prune("backups", policy("last: 1, max_age: 30d"))
        self.assertEqual(set(artifacts("backups")), {taken[60], unproven})
        self.assertEqual([each["worth"] for each in rows(told.document)], ["unproven", "proven", "proven"])

    def test_failed_last_backup_blocks(self):
        apply_each_day(self, policy(), "backups", [3, 2, 1])
        Path("shop.db").rename("away.db")
        self.assertNotEqual(self.muster("apply", policy()).status, 0)
        Path("away.db").rename("shop.db")
        before = keys("backups")
        told = self.dry_run(policy("last: 1"))
        self.assertEqual((told.document["total"]["blocked"], told.document["total"]["removed"]), (2, 0))
        self.assertEqual(told.document["groups"][0]["blocked"]["code"], "last_backup_failed")
        self.assertIn("BLOCKED", told.out)
        strict = self.muster("prune", "policy.yaml", "--dry-run", "--strict-plan")
        self.assertEqual(strict.status, 5, strict)
        self.muster("prune", "policy.yaml")
        self.assertEqual(self.muster("prune", "policy.yaml", "--strict-plan").status, 5)
        self.assertEqual(keys("backups"), before)
        self.passes("apply", policy())
        self.prune("backups", policy("last: 1"))
        self.assertEqual(len(keys("backups")), 1)

    def test_only_prunes(self):
        taken = apply_each_day(self, policy(), "backups", [2, 1])
        ran = self.passes("prune", policy("last: 1"))
        self.assertEqual([each["kind"] for each in ran.document["outcomes"]], ["prune"])
        self.assertEqual(artifacts("backups"), [taken[1]])

    def test_target(self):
        apply_each_day(self, policy(), "backups", [2, 1])
        policy("last: 1")
        self.assertEqual(len(rows(self.dry_run("policy.yaml", "--target", "shop").document)), 2)
        for words in (("--dry-run",), ()):
            self.refused(8, "usage", "prune", "policy.yaml", "--target", "other", *words)

    def test_flags_of_a_directory_do_not_go_with_a_policy(self):
        policy("last: 1")
        for words in (["--keep-last", "2"], ["--max-age", "3d"], ["--min-count", "1"], ["--timezone", "UTC"], ["--proven"]):
            ran = self.refused(8, "usage", "prune", "policy.yaml", *words)
            self.assertIn(words[0], ran.err)

    def test_killed_between_manifest_and_artifact(self):
        taken = apply_each_day(self, policy(), "backups", [2, 1])
        ran = self.muster("prune", policy("last: 1"), kill_at="prune.manifest_removed")
        self.assertEqual(ran.status, KILLED)
        self.assertTrue(taken[2].exists())
        self.assertFalse(manifest_of(taken[2]).exists())
        self.passes("prune", "policy.yaml")
        self.passes("prune", "policy.yaml")
        self.assertEqual(artifacts("backups"), [taken[1]])
        self.check_tidy()


class ByDirectory(Pruned):
    def setUp(self):
        super().setUp()
        make("shop.db")

    def left(self, days, *flags):
        taken = take_each_day(self, "shop.db", "d", days)
        self.prune("d", "d", *flags)
        return [day for day in days if taken[day].exists()]

    def test_by_age(self):
        self.assertEqual(self.left([1, 10, 40, 90], "--max-age", "30d"), [1, 10])

    def test_by_count(self):
        self.assertEqual(self.left([1, 2, 3, 4], "--keep-last", "2"), [1, 2])

    def test_by_total_size(self):
        taken = take_each_day(self, "shop.db", "d", [1, 2, 3, 4])
        size = taken[1].stat().st_size
        self.prune("d", "d", "--max-total", str(2 * size + 1))
        self.assertEqual([day for day in taken if taken[day].exists()], [1, 2])

    def test_by_all_three(self):
        """Each of the three removes one that the others would have left."""
        taken = take_each_day(self, "shop.db", "d", [1, 2, 3, 4, 5, 40])
        size = taken[1].stat().st_size
        told = self.prune("d", "d", "--keep-last", "4", "--max-age", "30d", "--max-total", str(3 * size))
        self.assertEqual([day for day in taken if taken[day].exists()], [1, 2, 3])
        codes = {each["key"]: [reason["code"] for reason in each["reasons"]] for each in rows(told.document)}
        self.assertEqual((codes["shop-04.sqlite"], codes["shop-05.sqlite"], codes["shop-40.sqlite"]),
                         (["max_total"], ["not_kept"], ["max_age", "not_kept"]))

    def test_tiers(self):
        """[ON-03]"""
        self.assertEqual(self.left([1, 2, 3, 9, 16], "--keep-daily", "2", "--keep-weekly", "2")[:2], [1, 2])

    def test_every_flag(self):
        take_each_day(self, "shop.db", "d", [1, 2])
        rules = {"last": 3, "hourly": 1, "daily": 2, "weekly": 3, "monthly": 4, "yearly": 5, "within": "2d"}
        words = [word for name, value in rules.items() for word in (f"--keep-{name}", value)]
        words += ["--max-age", "60d", "--max-total", "1GiB", "--min-count", "2"]
        [group] = self.dry_run("d", *words).document["groups"]
        self.assertEqual(group["keep"], {**rules, "max_age": group["keep"]["max_age"], "max_total": 2**30, "min_count": 2})

    def test_a_rotten_newest_lets_nothing_go(self):
        taken = take_each_day(self, "shop.db", "d", [1, 2, 3])
        with open(taken[1], "r+b") as file:
            file.seek(4500)
            file.write(b"rotten")
        ran = self.muster("prune", "d", "--keep-last", "1")
        self.assertEqual(ran.status, 4, ran)
        self.assertEqual(len(artifacts("d")), 3)

    def test_the_newest_of_each_target_stays(self):
        """Whatever the caps say, also where no record proves one."""
        shop = take_each_day(self, "shop.db", "d", [50, 60])
        make("other.db")
        other = take_each_day(self, "other.db", "d", [70, 80], name="other")
        told = self.prune("d", "d", "--max-age", "1d", "--max-total", "1", "--state", "without-records")
        self.assertEqual(set(artifacts("d")), {shop[50], other[70]})
        self.assertEqual({each["worth"] for each in rows(told.document)}, {"unproven"})
        self.assertEqual([group["target"] for group in told.document["groups"]], ["other", "shop"])

    def test_databases_of_one_name_do_not_push_each_other_out(self):
        Path("a").mkdir()
        Path("b").mkdir()
        make("a/app.db")
        make("b/app.db")
        self.passes("backup", "a/app.db", "d/one.sqlite")
        self.passes("backup", "b/app.db", "d/two.sqlite")
        backdate("d/one.sqlite", 9)
        self.prune("d", "d", "--keep-last", "1")
        self.assertEqual(keys("d"), ["one.sqlite", "two.sqlite"])

    def test_files_of_others_are_left_alone(self):
        take_each_day(self, "shop.db", "d", [1, 2])
        others = {"notes.txt": "notes", "legacy.sqlite": "no manifest", "sub/old.db": "older"}
        Path("d/sub").mkdir()
        for name, text in others.items():
            (Path("d") / name).write_text(text)
        Path("d/link.sqlite").symlink_to("shop-02.sqlite")
        told = self.prune("d", "d", "--keep-last", "1")
        self.assertEqual(sorted(told.document["other_files"]), sorted(others))
        self.assertIn("3 other files were left alone", told.out)
        self.assertEqual({name: (Path("d") / name).read_text() for name in others}, others)
        self.assertTrue(Path("d/link.sqlite").is_symlink())
        again = self.passes("prune", "d", "--keep-last", "1")
        self.assertIn("3 other files were left alone", again.out)

    def test_what_was_found_bad_or_is_broken_stays(self):
        taken = take_each_day(self, "shop.db", "d", [1, 2, 3])
        with open(taken[1], "ab") as file:
            file.write(b"torn")
        manifest_of(taken[2]).write_text("not JSON")
        told = self.prune("d", "d", "--keep-last", "1", "--max-age", "1d")
        self.assertEqual(set(artifacts("d")), set(taken.values()))
        self.assertEqual(sorted(each["worth"] for each in rows(told.document)), ["broken", "broken", "proven"])

    def test_proven(self):
        """backup proves what it takes; a state directory without records proves nothing."""
        taken = take_each_day(self, "shop.db", "d", [1, 2])
        told = self.dry_run("d", "--keep-last", "1", "--proven", "--state", "nothing")
        self.assertEqual(with_fate(told.document, "remove"), [])
        self.assertFalse(Path("nothing").exists())
        self.prune("d", "d", "--keep-last", "1", "--proven")
        self.assertEqual(artifacts("d"), [taken[1]])

    def test_failed_last_backup_blocks(self):
        taken = take_each_day(self, "shop.db", "d", [1, 2])
        self.assertNotEqual(self.muster("backup", "no.db", "d", "--name", "shop").status, 0)
        told = self.dry_run("d", "--keep-last", "1")
        self.assertEqual(told.document["total"]["blocked"], 1)
        self.muster("prune", "d", "--keep-last", "1")
        self.assertEqual(set(artifacts("d")), set(taken.values()))

    def test_timezone(self):
        take_each_day(self, "shop.db", "d", [1])
        told = self.dry_run("d", "--keep-daily", "1", "--timezone", "Asia/Kolkata")
        self.assertEqual(told.document["timezone"], "Asia/Kolkata")
        self.assertTrue(rows(told.document)[0]["local"].endswith("+05:30"))
        self.refused(8, "usage", "prune", "d", "--keep-daily", "1", "--timezone", "Asia/Kolkatta")

    def test_usage(self):
        Path("d").mkdir()
        without = self.refused(8, "usage", "prune", "d")
        for flag in ("--keep-last", "--keep-hourly", "--keep-daily", "--keep-weekly", "--keep-monthly",
                     "--keep-yearly", "--keep-within", "--max-age", "--max-total", "--min-count"):
            self.assertIn(flag, without.err)
        self.refused(8, "usage", "prune", "d", "--min-count", "3")
        for words in (["--keep-last", "0"], ["--keep-daily", "many"], ["--max-age", "30"], ["--max-total", "0"],
                      ["--keep-last", "1", "--target", "shop"], ["--keep-last", "1", "--strict-plan"]):
            self.refused(8, "usage", "prune", "d", *words)
        self.assertEqual(self.refused(8, "not_found", "prune", "nowhere", "--dry-run").status, 8)
        self.assertIn("No snapshots.", self.dry_run("d", "--keep-last", "1").out)
        self.passes("prune", "d", "--keep-last", "1")

    def test_a_record_is_written(self):
        take_each_day(self, "shop.db", "d", [1, 2])
        ran = self.passes("prune", "d", "--keep-last", "1")
        self.assertEqual(ran.document, self.records[-1])
        self.assertEqual(ran.document["head"]["policy_name"], "prune")

    def test_killed_between_manifest_and_artifact(self):
        """Whole or gone; the next run says what it found."""
        taken = take_each_day(self, "shop.db", "d", [1, 2, 3])
        ran = self.muster("prune", "d", "--keep-last", "1", kill_at="prune.manifest_removed")
        self.assertEqual(ran.status, KILLED)
        self.assertEqual(with_fate(self.dry_run("d", "--keep-last", "1").document, "remove"), ["shop-03.sqlite"])
        again = self.passes("prune", "d", "--keep-last", "1")
        self.assertTrue(any("shop-02.sqlite" in note for note in again.document["found"]), again.document["found"])
        self.assertEqual(artifacts("d"), [taken[1]])
        self.assertEqual(sorted(path.name for path in Path("d").iterdir()), ["shop-01.sqlite", "shop-01.sqlite.manifest.json"])
        self.check_tidy()
        self.check_chain()


if __name__ == "__main__":
    unittest.main()
