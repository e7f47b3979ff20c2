#!/usr/bin/env python3
"""[ON-07] Two of every pair of commands at once on one database; in every order and more often: soak_exclusion_pairs_test.py."""
import itertools
import unittest

from support.muster import Case
from support.pairs import HOLDERS, READERS, WAIT, Round, play_all


class Pairs(Case):
    def test_two_of_every_pair_at_once(self):
        """In one order each; what waits and what does not, and the journal modes, in turn."""
        pairs = [*itertools.combinations_with_replacement(HOLDERS, 2), *zip(HOLDERS, itertools.cycle(READERS))]
        turns = itertools.cycle(itertools.product(("DELETE", "WAL"), (None, WAIT)))
        rounds = [Round("beside", *pair, *turn) for pair, turn in zip(pairs, turns)]
        for way in ("met", "killed", "bereft"):
            rounds += [Round(way, *pair, *turn) for pair, turn in zip(zip(HOLDERS[::2], HOLDERS[1::2]), turns)]
        rounds.append(Round("met", "prune", "prune", "WAL", None))  # what the second was to remove is gone
        play_all(self, rounds, 4)


if __name__ == "__main__":
    unittest.main()
