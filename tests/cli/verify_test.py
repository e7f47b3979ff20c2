#!/usr/bin/env python3
"""[ON-01] [ON-06] verify: files and directories of backups, for an operator and for monitoring."""
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

from support.databases import change, make, make_big, tree
from support.histories import backdate, manifest_of, take_each_day
from support.muster import MUSTER, Case, leftovers


def flip(path, offset=5000):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 0xFF]))


def timeless(document):
    """Without what a clock decides."""
    out = json.loads(json.dumps(document))
    del out["at"], out["performance"]
    out["summary"].pop("newest_age", None)
    for file in out["files"]:
        del file["elapsed"]
        file.pop("age", None)
    return out


class Verify(Case):
    def setUp(self):
        super().setUp()
        make("shop.db")

    def backup(self, name="d/one.sqlite", database="shop.db"):
        self.passes("backup", database, name, "--name", "shop")
        return Path(name)

    def legacy(self, name, hours=0):
        """A backup of somebody else's, last modified so many hours ago."""
        Path(name).parent.mkdir(exist_ok=True)
        path = make(name)
        os.utime(path, (time.time() - hours * 3600 - 60,) * 2)
        return path

    def verify(self, *words, invalid=(), status=None):
        """Its document. Nothing was changed, and no run was recorded; `invalid` names the bad files."""
        before = tree(self.folder)
        ran = self.muster("verify", *words)
        self.assertEqual(ran.status, (4 if invalid else 0) if status is None else status, ran)
        self.assertEqual(tree(self.folder), before, "verify changed something")
        self.assertEqual(ran.document["schema"], "muster/verification/v1")
        summary, files = ran.document["summary"], ran.document["files"]
        self.assertEqual({Path(file["path"]).name for file in files if not file["valid"]}, set(invalid), ran)
        self.assertEqual((summary["total_files"], summary["valid_files"], summary["invalid_files"] + summary["unchecked_files"]),
                         (len(files), len(files) - len(invalid), len(invalid)))
        self.assertEqual(summary["all_valid"], ran.status == 0)
        self.assertEqual([file["path"] for file in files], sorted(file["path"] for file in files))
        for file in files:
            self.assertIn(file["path"], ran.out)
            self.assertEqual(file["valid"], file["reason"] == "")
            self.assertIn(file["reason"], ran.out)
        return ran

    def codes(self, ran, name):
        """What is wrong with the file."""
        [file] = [each for each in ran.document["files"] if Path(each["path"]).name == name]
        return [each["code"] for each in file["findings"] if each["verdict"] != "good" and each["severity"] == "error"]


class Files(Verify):
    def test_a_good_one(self):
        self.backup()
        ran = self.verify("d/one.sqlite")
        [file] = ran.document["files"]
        self.assertEqual((file["valid"], file["state"], file["bytes"]), (True, "complete", Path("d/one.sqlite").stat().st_size))
        manifest = json.loads(manifest_of("d/one.sqlite").read_text())
        self.assertEqual((file["checksum"], file["created_at"]), (manifest["checksumSha256"], manifest["createdAt"]))
        self.assertTrue(ran.out.startswith("ok "))
        performance = ran.document["performance"]
        self.assertEqual(performance["bytes_read"], file["bytes"])
        self.assertEqual(performance["jobs"], 1, "one file needs one thread")
        self.assertGreater(performance["bytes_per_second"], 0)
        self.assertRegex(performance["elapsed"], r"^\d+(ms|s)")

    def test_every_way_to_be_bad(self):
        for name in ("flipped", "truncated", "zero", "swapped", "torn_manifest", "other_manifest", "unfinished", "lost"):
            self.backup(f"d/{name}.sqlite")
        make("zoo.db", ["lion", "tiger", "bear"])
        self.backup("zoo.sqlite", "zoo.db")
        flip("d/flipped.sqlite")
        os.truncate("d/truncated.sqlite", 5000)
        os.truncate("d/zero.sqlite", 0)
        shutil.copy("zoo.sqlite", "d/swapped.sqlite")
        manifest_of("d/torn_manifest.sqlite").write_text('{"formatVersion": 1')
        shutil.copy("zoo.sqlite.manifest.json", "d/other_manifest.sqlite.manifest.json")
        Path("d/lost.sqlite").unlink()
        self.backup("d/good.sqlite")
        manifest_of("d/unfinished.sqlite").rename("d/.unfinished.sqlite.muster-intent")
        wrong = {"flipped": "checksum", "truncated": "checksum", "zero": "checksum", "swapped": "checksum", "torn_manifest": "manifest",
                 "other_manifest": "checksum", "unfinished": "manifest", "lost": "not_found"}
        ran = self.verify("d", invalid=[f"{name}.sqlite" for name in wrong])
        for name, code in wrong.items():
            self.assertEqual(self.codes(ran, f"{name}.sqlite")[0], code, name)
        self.assertEqual(ran.out.count("next: "), sum(len(self.codes(ran, f"{name}.sqlite")) for name in wrong))
        self.assertEqual(len(re.findall("^BAD ", ran.out, re.MULTILINE)), len(wrong))

    def test_what_no_manifest_vouches_for(self):
        self.legacy("d/good.db")
        for name, spoil in (("flipped.db", lambda path: flip(path, 2)), ("inside.db", lambda path: flip(path, 4096 + 3)),
                            ("cut.db", lambda path: os.truncate(path, 5000)), ("zero.db", lambda path: os.truncate(path, 0))):
            spoil(self.legacy(f"d/{name}"))
        bad = ["flipped.db", "inside.db", "cut.db", "zero.db"]
        for depth in ("full", "quick", "checksum"):
            ran = self.verify(*Path("d").iterdir(), "--depth", depth, invalid=bad)
        [good] = [file for file in ran.document["files"] if file["valid"]]
        self.assertEqual(good["state"], "legacy")
        self.assertIn("legacy", ran.out)
        self.assertEqual({each["severity"] for each in good["findings"] if each["verdict"] == "unchecked"}, {"warning"})

    def test_depths(self):
        self.backup()
        counts = [len(self.verify("d", "--depth", depth).document["files"][0]["findings"]) for depth in ("checksum", "quick", "full")]
        self.assertEqual(counts, sorted(set(counts)))
        self.assertEqual(self.verify("d").document["depth"], "full")

    def test_a_newer_schema(self):
        self.backup()
        self.verify("d", "--supported-schema", "0")
        self.verify("d", "--supported-schema", "-1", invalid=["one.sqlite"])


class Directories(Verify):
    def test_other_files_are_passed_over(self):
        self.backup()
        self.backup("d/deep/er/two.sqlite")
        self.passes("pin", "d/one.sqlite", "--reason", "evidence")
        digest = hashlib.sha256(Path("d/one.sqlite").read_bytes()).hexdigest()
        Path("d/one.sqlite.sha256").write_text(f"{digest}  one.sqlite\n")
        for name in ("notes.txt", "picture.png", "deep/list.csv"):
            Path("d", name).write_text("no backup")
        Path("d/.hidden.sqlite").write_bytes(Path("d/one.sqlite").read_bytes())
        Path("d/empty").mkdir()
        os.symlink("one.sqlite", "d/latest.sqlite")
        os.mkfifo("d/pipe")
        ran = self.verify("d")
        self.assertEqual([Path(file["path"]).name for file in ran.document["files"]], ["two.sqlite", "one.sqlite"])
        self.assertEqual(ran.document["summary"]["passed_over"], 5)
        self.assertIn("5 other files passed over", ran.out)
        self.verify("d/notes.txt", invalid=["notes.txt"])

    def test_patterns(self):
        self.backup("d/shop-1.sqlite")
        self.backup("d/below/shop-2.sqlite")
        self.backup("d/zoo-1.sqlite")
        Path("d/shop-notes").write_text("no backup")
        total = lambda *words, **more: self.verify("d", *words, **more).document["summary"]["total_files"]
        self.assertEqual(total(), 3)
        self.assertEqual(total("--pattern", "shop-*.sqlite"), 2)
        self.assertEqual(total("--pattern", "shop-1*", "--pattern", "zoo-?.sqlite"), 2)
        self.assertEqual(total("--pattern", "shop-*", invalid=["shop-notes"]), 3)
        self.verify("d", "--pattern", "*.gz", status=4)

    def test_none_found(self):
        Path("none").mkdir()
        Path("none/notes.txt").write_text("no backup")
        ran = self.verify("none", status=4)
        self.assertEqual((ran.document["summary"]["all_valid"], ran.document["summary"]["total_files"]), (False, 0))
        [finding] = ran.document["findings"]
        self.assertEqual((finding["code"], finding["subject"]), ("none_found", str(self.folder / "none")))
        self.assertIn("no backups found", ran.out)
        self.assertIn("next: ", ran.out)
        quiet = subprocess.run([MUSTER, "verify", "none", "--quiet"], capture_output=True, text=True, env=self.environment())
        self.assertEqual((quiet.returncode, quiet.stdout), (4, ""))
        self.assertTrue(quiet.stderr.startswith("muster: none_found: no backups found in "))
        self.backup()
        self.assertEqual(self.verify("d", "none", status=4).document["summary"]["valid_files"], 1)

    def test_a_path_that_is_not_there(self):
        self.backup()
        self.refused(8, "not_found", "verify", "d", "absent")
        os.mkfifo("pipe")
        self.refused(8, "not_a_file", "verify", "pipe")

    def test_given_twice_it_is_one(self):
        self.backup()
        self.assertEqual(self.verify("d", "d/", "d/one.sqlite", ".").document["summary"]["total_files"], 2)  # and shop.db


class Rules(Verify):
    def test_ages(self):
        """[ON-06] By the manifest; of a legacy backup by when it was modified."""
        taken = take_each_day(self, "shop.db", "d", [0, 1, 3])
        self.legacy("d/old.db", hours=48)
        ran = self.verify("d")
        self.assertRegex(ran.document["summary"]["newest_age"], r"^(1m|[6-9]\ds)$")
        self.verify("d", "--max-age", "4d")
        ran = self.verify("d", "--max-age", "26h", invalid=["shop-03.sqlite", "old.db"])
        self.assertEqual(self.codes(ran, "old.db"), ["age"])
        [finding] = [each for each in ran.document["files"][-1]["findings"] if each["code"] == "age"]
        self.assertEqual((finding["expected"], finding["actual"]), ("at most 26 h", "3 d"))
        for path in list(taken.values())[:2] + [Path("d/old.db")]:
            path.unlink()
            manifest_of(path).unlink(missing_ok=True)
        self.assertRegex(self.verify("d").document["summary"]["newest_age"], r"^(259\d+s|432\d+m)$")

    def test_the_future_is_not_the_newest(self):
        for days, name in ((-2, "d/future.sqlite"), (1, "d/past.sqlite")):
            backdate(self.backup(name), days)
        ran = self.verify("d")
        self.assertNotEqual(ran.document["summary"]["newest_age"], "0s")
        self.verify("d", "--max-age", "2d", invalid=["future.sqlite"])

    def test_sizes(self):
        size = self.backup().stat().st_size
        self.verify("d", "--min-size", size, "--max-size", size)
        for words, said in ((["--min-size", size + 1], "too small"), (["--max-size", size - 1], "too large"), (["--min-size", "1GiB"], "too small")):
            ran = self.verify("d", *words, invalid=["one.sqlite"])
            self.assertEqual(self.codes(ran, "one.sqlite"), ["size"])
            self.assertIn(said, ran.document["files"][0]["reason"])

    def test_quiet_says_only_what_is_wrong(self):
        self.backup()
        flip(self.backup("d/two.sqlite"))
        run = lambda path: subprocess.run([MUSTER, "verify", path, "--quiet"], capture_output=True, text=True, env=self.environment())
        quiet = run("d/one.sqlite")
        self.assertEqual((quiet.returncode, quiet.stdout, quiet.stderr), (0, "", ""))
        quiet = run("d")
        self.assertEqual((quiet.returncode, quiet.stdout), (4, ""))
        self.assertRegex(quiet.stderr, r"^muster: checksum: .*two\.sqlite: .*\n  next: ")
        self.assertNotIn("one.sqlite", quiet.stderr)


class Jobs(Verify):
    def test_side_by_side_is_the_same(self):
        for number in range(12):
            change("shop.db", [f"row {number}"])
            self.backup(f"d/{number:02}.sqlite")
        flip("d/03.sqlite")
        manifest_of("d/05.sqlite").unlink()
        os.truncate("d/08.sqlite", 0)
        words = ("d", "--max-size", "1GiB")
        bad = ["03.sqlite", "08.sqlite"]
        one = self.verify(*words, "--jobs", "1", invalid=bad)
        for jobs in ("2", "4", "64"):
            many = self.verify(*words, "--jobs", jobs, invalid=bad)
            self.assertEqual(timeless(many.document), timeless(one.document))
            self.assertEqual(many.document["performance"]["jobs"], min(int(jobs), 12))
        self.assertEqual([line for line in many.out.splitlines() if "read in" not in line and "old" not in line],
                         [line for line in one.out.splitlines() if "read in" not in line and "old" not in line])
        self.assertEqual(self.verify(*words, invalid=bad).document["performance"]["jobs"], min(len(os.sched_getaffinity(0)), 12))

    def test_full_text_and_scratch(self):
        """Copies that the checks of search indexes make do not meet each other."""
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
            database.execute("INSERT INTO words VALUES('tea and milk')")
            database.commit()
        for number in range(8):
            self.backup(f"d/{number}.sqlite")
        place = self.folder / "tmp"
        place.mkdir()
        for _ in range(5):
            ran = self.muster("verify", "d", "--jobs", "8", TMPDIR=str(place))
            self.assertEqual(ran.status, 0, ran)
            for file in ran.document["files"]:
                self.assertEqual([each["verdict"] for each in file["findings"] if each["code"] == "full_text"], ["good"])
        self.assertEqual(list(place.iterdir()), [])

    def test_memory_does_not_grow_with_the_files(self):
        """Peak memory of eight jobs on 40 MB each is far below what they read."""
        make_big("big.db", 40, mode="DELETE")
        self.backup("d/0.sqlite", "big.db")
        for number in range(1, 8):
            os.link("d/0.sqlite", f"d/{number}.sqlite")
            os.link("d/0.sqlite.manifest.json", f"d/{number}.sqlite.manifest.json")
        code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        if b"__asan_init" in Path(MUSTER).read_bytes():
            self.skipTest("the sanitizer needs memory of its own")
        peak = int(subprocess.run(["python3", "-c", code, MUSTER, "verify", "d", "--jobs", "8"], check=True, capture_output=True,
                                  text=True, env=self.environment()).stdout)
        print(f"peak of 8 jobs on 8 x 40 MB: {peak / 1024:.0f} MiB")
        self.assertLess(peak, 128 * 1024)

    def test_an_interruption_ends_all(self):
        make_big("big.db", 60, mode="DELETE")
        self.backup("d/0.sqlite", "big.db")
        for number in range(1, 64):
            os.link("d/0.sqlite", f"d/{number}.sqlite")
            os.link("d/0.sqlite.manifest.json", f"d/{number}.sqlite.manifest.json")
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            under_way = self.start("verify", "d", "--jobs", "4")
            time.sleep(0.5)
            under_way.send_signal(number)
            asked = time.monotonic()
            ran = self.finish(under_way)
            self.assertEqual(ran.status, status, ran)
            self.assertLess(time.monotonic() - asked, 10)
        self.assertEqual(leftovers(self.folder), [])


class NoTrace(Verify):
    def test_no_run_is_recorded(self):
        self.backup()
        count = len(self.records)
        self.muster("verify", "d")
        self.muster("verify", "d", "--max-age", "1ms")
        self.assertEqual(len(self.records), count)

    def test_the_state_directory_is_not_even_made(self):
        self.legacy("d/one.db")
        self.passes("verify", "d")
        self.assertFalse(self.state.exists())


if __name__ == "__main__":
    unittest.main()
