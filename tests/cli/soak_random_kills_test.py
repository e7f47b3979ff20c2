#!/usr/bin/env python3
"""The real process killed at work 500 times, at random moments, with the oracle of soak_fault_every_call_test.py.

kill_any_time_test.py does a few of them with large databases, where most of the time goes into copying."""
import os
import random
import shutil
import time
import unittest

from support.faults import COMMANDS, Round
from support.muster import Case

KILLS = int(os.environ.get("MUSTER_TEST_KILLS", "500"))
NAMES = ("Backup", "BackupOver", "RestoreOver", "RestoreInPlace", "RestorePages", "Apply")
SEED = 4


class RandomKills(Case):
    def test_random_kills(self):
        chance = random.Random(SEED)
        one, hits = Round(), 0
        templates = {name: one.lay_out(self.folder, name) for name in NAMES}
        whole = {}
        for name in NAMES:
            one.take(templates[name], self.folder / f"{name}-timed", COMMANDS[name]())
            began = time.monotonic()
            one.passes(*one.command.words)
            whole[name] = time.monotonic() - began
        number = 0
        while hits < KILLS:
            self.assertLess(number, 4 * KILLS, f"only {hits} runs were killed at work")
            name = NAMES[number % len(NAMES)]
            delay = chance.uniform(0, whole[name])
            with self.subTest(name=name, number=number, delay=delay):
                folder = self.folder / f"{name}-{number}"
                one.take(templates[name], folder, COMMANDS[name]())
                hits += one.kill_after(delay)
                os.chdir(self.folder)
                shutil.rmtree(folder)
            number += 1
        print(f"{hits} of {number} runs were killed at work")


if __name__ == "__main__":
    unittest.main()
