#!/usr/bin/env python3
"""A real small file system that fills up, ahead of the space preflight and, in the state directory, behind it."""
import os
import shutil
import sys
import unittest
from pathlib import Path

from support.databases import content, family, make, make_big
from support.mounts import may_mount, mount_disk
from support.muster import Case, leftovers

SIZE = 8 << 20


class FullDisk(Case):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        mount_disk(self, self.disk, SIZE)

    def fill(self, free):
        """Leaves about `free` bytes."""
        (self.disk / "filling").unlink(missing_ok=True)
        there = os.statvfs(self.disk)
        with open(self.disk / "filling", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(4096, there.f_bavail * there.f_frsize - free))

    def test_backup(self):
        make_big("shop.db", 3)
        source, rows, told = family("shop.db"), content("shop.db"), set()
        for free in range(0, 6 << 20, 256 << 10):
            self.fill(free)
            ran = self.muster("backup", "shop.db", self.disk / "kept", "--force")
            self.assertEqual(family("shop.db"), source)
            if ran.status != 0:
                self.assertEqual((ran.status, ran.trouble), (7, "no_space"), ran)
                self.assertIn(str(self.disk), ran.message)
                self.assertEqual([each.name for each in self.disk.glob("kept*")], [])
                told.add("refused")
            else:
                self.assertEqual(content(self.disk / "kept.sqlite"), rows)
                told.add("done")
                break
            self.assertEqual(leftovers(self.disk), [])
        self.assertEqual(told, {"refused", "done"})

    def test_restore(self):
        make_big("shop.db", 2)
        self.passes("backup", "shop.db", "kept")
        make(self.disk / "app.db", ["old"])
        old, new, told = content(self.disk / "app.db"), content("kept.sqlite"), set()
        for free in range(0, 6 << 20, 256 << 10):
            self.fill(free)
            ran = self.muster("restore", "kept.sqlite", "--to", self.disk / "app.db", "--force")
            if ran.status != 0:
                self.assertEqual((ran.status, ran.trouble), (7, "no_space"), ran)
                self.assertEqual(content(self.disk / "app.db"), old)
                told.add("refused")
            else:
                self.assertEqual(content(self.disk / "app.db"), new)
                told.add("done")
                break
            self.assertEqual(leftovers(self.disk), [])
        self.assertEqual(told, {"refused", "done"})

    def test_the_state_directory_is_full(self):
        """No preflight knows how much a journal and a record take: these fail wherever the disk is full."""
        make("shop.db")
        source, failed = family("shop.db"), 0
        for free in range(0, 80 << 10, 4 << 10):
            self.fill(free)
            ran = self.muster("backup", "shop.db", f"kept-{free}", XDG_STATE_HOME=str(self.disk))
            self.assertEqual(family("shop.db"), source)
            if ran.status != 0:
                failed += 1
                self.assertIn("No space left on device", ran.out + ran.err)
            for artifact in Path(".").glob("*.sqlite"):
                self.passes("inspect", artifact)
            shutil.rmtree(self.disk / "muster", ignore_errors=True)
        self.assertGreater(failed, 2, "the disk was never full")


if __name__ == "__main__":
    if not may_mount():
        print("skipped: no small file system can be mounted here; run it as root")
        sys.exit(77)
    unittest.main()
