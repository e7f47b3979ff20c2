#!/usr/bin/env python3
"""[ON-07] Two of every pair of commands at once, in both orders; a command beside itself too."""
import itertools
import unittest

from support.muster import Case
from support.pairs import HOLDERS, LINES, WAIT, Round, play_all


class EveryPair(Case):
    def test_beside_each_other(self):
        play_all(self, [Round("beside", *pair, mode, wait) for pair in itertools.product(LINES, LINES)
                        for mode in ("DELETE", "WAL") for wait in (None, WAIT)], 4)

    def test_one_meets_the_other(self):
        play_all(self, [Round("met", *pair, mode, None) for pair in itertools.product(HOLDERS, LINES) for mode in ("DELETE", "WAL")], 4)

    def test_one_is_killed(self):
        play_all(self, [Round("killed", *pair, mode, None) for pair in itertools.product(HOLDERS, LINES) for mode in ("DELETE", "WAL")], 4)

    def test_one_is_killed_while_the_other_waits(self):
        play_all(self, [Round("bereft", *pair, mode, None) for pair in itertools.product(HOLDERS, HOLDERS) for mode in ("DELETE", "WAL")
                        for _ in range(3)], 4)


if __name__ == "__main__":
    unittest.main()
