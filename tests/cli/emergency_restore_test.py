#!/usr/bin/env python3
"""[VV-15] The page for an emergency, docs/emergency-restore.md, walked through by its own commands."""
import os
import re
import shlex
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import change, content, make, names
from support.muster import SOURCE, Case

PAGE = (SOURCE / "docs/emergency-restore.md").read_text()
POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups }} }}
{targets}
protect: {{ always: {{ targets: [shop], stores: [near], verify: full }} }}
"""


def commands():
    """The page's commands, in its order."""
    return re.findall(r"^       ((?:muster|sqlite3) .+)$", PAGE, re.MULTILINE)


class Walk(Case):
    def setUp(self):
        super().setUp()
        make("shop.db", ["known", "tea"], "WAL")
        [targets] = re.findall(r"^    (targets:\n(?:     .+\n)+)", PAGE, re.MULTILINE)
        Path("shop.yaml").write_text(self.here(POLICY.format(targets=re.sub(r"^    ", "", targets, flags=re.MULTILINE))))

    def here(self, text, **places):
        for written, place in (("/etc/muster/shop.yaml", "shop.yaml"), ("/srv/shop/shop.db", self.folder / "shop.db"),
                               *places.items()):
            text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", str(place), text)
        return text

    def test_each_command_of_the_page(self):
        self.passes("apply", "shop.yaml")
        before = content("shop.db")
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("DELETE FROM item WHERE name = 'known'")
            database.commit()
        harmed = content("shop.db")
        places, walked = {}, []
        for written in commands():
            program, *words = shlex.split(self.here(written, **places))
            if program == "sqlite3":
                row = subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout
                self.assertEqual(row, "known\n", written)
                walked.append(program)
                continue
            ran = self.passes(*words)
            walked.append(words[0])
            if "--dry-run" in words:
                [step] = ran.document["steps"]
                places["BACKUP"] = step["action"]["backup"]
                self.assertEqual(content("shop.db"), harmed)
            elif words[0] == "restore" and "--policy" in words:
                self.assertEqual(content("shop.db"), before)
                places["SAFETY"] = ran.document["outcomes"][0]["restored"]["safety_copy"]
                asked = [each for each in ran.document["outcomes"][0]["findings"] if each["code"] == "check"]
                self.assertEqual([each["reason"] for each in asked], ["check known-file holds"] * 2)
            elif words[0] == "backup":
                self.assertEqual(content("AFTER.sqlite"), before)
        self.assertEqual(content("shop.db"), harmed, "the way back leads to what was there")
        self.assertEqual(walked, ["snapshots", "restore", "inspect", "verify", "doctor", "restore", "doctor", "backup", "sqlite3",
                                  "restore"])

    def test_a_snapshot_without_the_known_row_is_refused(self):
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("DELETE FROM item WHERE name = 'known'")
            database.commit()
        self.passes("backup", "shop.db", "late")
        before = content("shop.db")
        self.refused(4, "damaged", "restore", "--policy", "shop.yaml", "late.sqlite", "--to", "shop.db", "--force")
        self.assertEqual(content("shop.db"), before)
        self.assertEqual(list(Path(".").glob("*pre-restore*")), [])


class FirstBackupAfter(Case):
    """A restored database is one that can be backed up: whatever its journal, however it was put there."""

    def test_it_holds_what_was_restored_and_what_came_since(self):
        make("from.db", ["restored"], "DELETE")
        self.passes("backup", "from.db", "plain")
        make("from-wal.db", ["restored"], "WAL")
        self.passes("backup", "from-wal.db", "wal")
        for kept in ("plain", "wal"):
            for mode in ("WAL", "DELETE"):
                for how in ([], ["--in-place"]):
                    with self.subTest(kept=kept, target=mode, how=how):
                        self.check(kept, mode, how, f"{kept}-{mode}-{len(how)}")

    def check(self, kept, mode, how, name):
        database = Path(f"{name}.db")
        make(database, ["old", "older"], mode)
        self.passes("restore", f"{kept}.sqlite", "--to", database, "--force", *how)
        self.passes("backup", database, f"{name}-1", "--verify", "full")
        self.assertEqual(content(f"{name}-1.sqlite"), content(f"{kept}.sqlite"))
        change(database, ["since"])
        self.passes("backup", database, f"{name}-2", "--verify", "full")
        self.assertEqual(names(f"{name}-2.sqlite"), ["restored", "since"])
        self.assertEqual(content(f"{name}-2.sqlite"), content(database))


if __name__ == "__main__":
    unittest.main()
