#!/usr/bin/env python3
"""[VV-01] A kill, a torn write, EIO and a full disk at every single call that changes a file, in each command that makes or replaces one."""
import unittest

from support.faults import COMMANDS, play_all
from support.muster import Case

MODES = (("kill", ""), ("torn", ""), ("eio", ""), ("enospc", ""), ("eio", "+"), ("enospc", "+"))
WRITES = ("write", "pwrite", "writev", "copy_file_range", "sendfile")
SPACE = (*WRITES, "open", "mkdir", "link", "symlink", "fsync", "fdatasync", "fallocate")


def every(calls):
    for mode, onwards in MODES:
        for number, (call, _) in enumerate(calls, 1):
            if (mode != "torn" or call in WRITES) and (mode != "enospc" or call in SPACE):
                yield mode, number, onwards


class EveryCall(Case):
    pass


def test_of(name):
    def test(self):
        print(f"{name}: {play_all(self, name, every)} faults")
    return test


for name in COMMANDS:
    setattr(EveryCall, f"test_{name}", test_of(name))

if __name__ == "__main__":
    unittest.main()
