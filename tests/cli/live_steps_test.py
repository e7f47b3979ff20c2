#!/usr/bin/env python3
"""[VV-05] On a terminal the steps of a rehearsal are shown as they end, with what was seen."""
import os
import pty
import re
import subprocess
import unittest

from support.databases import make
from support.muster import MUSTER, Case


class Terminal(Case):
    def on_a_terminal(self, *words):
        """What is printed on standard error, which is a terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([MUSTER, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                                   env=self.environment())
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # how a terminal says that nobody writes any more
                piece = b""
            if not piece:
                break
            text += piece
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text.decode())

    def test_each_step_has_a_line(self):
        make("shop.db", ["tea"])
        shown = self.on_a_terminal("restore-smoke", "shop.db")
        lines = [line.split()[:2] for line in shown.replace("\r", "\n").split("\n") if line.startswith("  good")]
        self.assertEqual([name for _, name in lines],
                         ["clone", "baseline", "snapshot", "damage", "damage-seen", "restore", "equality", "checks"])
        self.assertEqual(self.on_a_terminal("restore-smoke", "shop.db", "--progress", "never"), "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
