#!/usr/bin/env python3
"""[ON-06] The plugin and the crontab of examples/monitoring, run as a monitoring system and as cron would."""
import os
import re
import shutil
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import flip_a_byte, make
from support.histories import take_each_day
from support.muster import MUSTER, SOURCE, Case

EXAMPLES = SOURCE / "examples/monitoring"
PLUGIN = EXAMPLES / "check_muster"
STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets: { shop: { sqlite: shop.db, rpo: 1d } }
protect: { daily: { targets: [shop], stores: [near] } }
"""


class Examples(Case):
    def setUp(self):
        super().setUp()
        make("shop.db")

    def path(self):
        return f"{Path(MUSTER).parent}:{os.environ['PATH']}"

    def orphan(self):
        """A database of which a row names a parent that is not there."""
        with closing(sqlite3.connect("orphan.db", isolation_level=None)) as connection:
            connection.executescript("CREATE TABLE item(id INTEGER PRIMARY KEY); CREATE TABLE child(parent REFERENCES item(id));"
                                     "INSERT INTO child VALUES(9)")
        return Path("orphan.db")


class Plugin(Examples):
    def check(self, state, *words, path=None):
        """The text and the performance data of the line it prints."""
        ran = subprocess.run([PLUGIN, *map(str, words)], capture_output=True, text=True, env=self.environment(PATH=path or self.path()))
        self.assertEqual((ran.returncode, ran.stderr), (STATES.index(state), ""), ran.stdout)
        self.assertRegex(ran.stdout, rf"\AMUSTER {state} - [^|\n]+(\|[^|\n]+)?\n\Z")
        text, _, data = ran.stdout.rstrip("\n").partition(" - ")[2].partition("|")
        for each in data.split():
            self.assertRegex(each, r"^[a-z_]+=\d+(s|B)?$")
        return text, dict(each.split("=") for each in data.split())

    def test_healthy_databases(self):
        make("zoo.db", mode="WAL")
        text, data = self.check("OK", "doctor", "shop.db", "zoo.db")
        self.assertEqual(text, "2 databases are well")
        self.assertEqual(data, {"databases": "2", "ill": "0", "unchecked": "0", "warned": "0", "reclaimable": "0B"})

    def test_a_warning(self):
        text, data = self.check("WARNING", "doctor", "shop.db", self.orphan())
        self.assertIn("orphan.db: ", text)
        self.assertEqual((data["databases"], data["ill"], data["warned"]), ("2", "0", "1"))

    def test_an_ill_database_goes_before_a_warning(self):
        os.truncate("shop.db", 5000)
        text, data = self.check("CRITICAL", "doctor", self.orphan(), "shop.db")
        self.assertIn("shop.db is truncated", text)
        self.assertEqual((data["databases"], data["ill"], data["warned"]), ("2", "1", "1"))

    def test_a_missing_database_is_critical(self):
        text, data = self.check("CRITICAL", "doctor", "gone.db", "lost.db")
        self.assertRegex(text, r"gone\.db: No such file or directory \(and 1 more\)$")
        self.assertEqual(data["ill"], "2")

    def test_a_policy_whose_backups_are_not_as_they_ought_to_be(self):
        Path("policy.yaml").write_text(POLICY)
        text, data = self.check("CRITICAL", "doctor", "policy.yaml")
        self.assertIn("shop: there is no usable snapshot of it", text)
        self.assertEqual((data["databases"], data["ill"]), ("1", "0"))
        self.passes("apply", "policy.yaml")
        self.assertEqual(self.check("OK", "doctor", "policy.yaml")[0], "1 database is well")

    def test_backups(self):
        taken = take_each_day(self, "shop.db", "d", [3, 2])
        text, data = self.check("OK", "verify", "d")
        age = int(data["newest_age"].rstrip("s"))
        self.assertTrue(2 * 86400 <= age < 2 * 86400 + 600, data)
        self.assertEqual(text, f"2 backups are valid, the newest is {age} s old")
        self.assertEqual((data["backups"], data["valid"], data["invalid"]), ("2", "2", "0"))
        self.assertEqual(data["bytes"], f"{sum(each.stat().st_size for each in taken.values())}B")
        flip_a_byte(taken[3])
        text, data = self.check("CRITICAL", "verify", "d")
        self.assertIn("d/shop-03.sqlite: ", text)
        self.assertEqual((data["backups"], data["valid"], data["invalid"]), ("2", "1", "1"))
        self.check("OK", "verify", "d", "--pattern", "shop-02*")
        text, data = self.check("CRITICAL", "verify", "d", "--pattern", "shop-02*", "--max-age", "26h")
        self.assertIn("too old", text)
        self.assertNotIn("newest_age", data)

    def test_no_backups(self):
        Path("d").mkdir()
        self.assertIn("no backups found", self.check("CRITICAL", "verify", "d")[0])

    def test_what_cannot_be_asked(self):
        Path("none").mkdir()
        (Path("none") / "awk").symlink_to(shutil.which("awk"))
        for words, said in ((["verify", "absent"], "there is no file or directory"), (["doctor"], "PATH is required"), ([], "usage: "),
                            (["doctor", "shop.db", "--depth", "half"], "--depth"), (["restore", "shop.db"], "usage: ")):
            text, data = self.check("UNKNOWN", *words)
            self.assertIn(said, text)
            self.assertEqual(data, {})
        self.assertIn("exit status 127", self.check("UNKNOWN", "doctor", "shop.db", path=str(Path("none").absolute()))[0])

    def test_a_name_does_not_break_the_line(self):
        for name in ("a|b.db", 'say "so".db', "a\\b.db", "two\nlines.db"):
            os.symlink("gone", name)
            text, data = self.check("CRITICAL", "doctor", name)
            self.assertEqual(data["ill"], "1", text)

    def test_shellcheck(self):
        if not shutil.which("shellcheck"):
            self.skipTest("shellcheck is not installed")
        done = subprocess.run(["shellcheck", PLUGIN], capture_output=True, text=True)
        self.assertEqual(done.stdout + done.stderr, "")


class Crontab(Examples):
    def setUp(self):
        super().setUp()
        Path("policy.yaml").write_text(POLICY)
        self.lines = []
        for line in (EXAMPLES / "crontab").read_text().splitlines():
            if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line):
                self.assertRegex(line, r"^([\d*/,-]+ ){4}[\d*/,-]+ +muster [^%]+ --quiet\b[^%]*$")
                self.lines.append(line.split(maxsplit=5)[5])

    def mailed(self):
        """What cron would mail of each command, by its first word; and whether all ended well."""
        out, well = {}, True
        for line in self.lines:
            ran = subprocess.run(["/bin/sh", "-c", line], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 env=self.environment(PATH=self.path(), POLICY="policy.yaml", BACKUPS="backups"))
            out[line.split()[1]] = ran.stdout
            self.assertEqual(ran.returncode == 0, ran.stdout == "", ran.stdout)
        return out

    def test_mail_comes_only_when_something_is_wrong(self):
        self.assertEqual(self.mailed(), {"apply": "", "verify": "", "doctor": ""})
        [backup] = Path("backups").rglob("*.sqlite")
        flip_a_byte(backup)
        self.assertIn(backup.name, self.mailed()["verify"])
        Path("shop.db").unlink()
        mailed = self.mailed()
        for command in ("apply", "doctor"):
            self.assertIn("shop.db: No such file or directory", mailed[command])


if __name__ == "__main__":
    unittest.main()
