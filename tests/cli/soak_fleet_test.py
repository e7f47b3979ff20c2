#!/usr/bin/env python3
"""[VV-09] The same for a thousand databases with a hundred illnesses, in bounded memory."""
import os
import resource
import subprocess
import unittest

from fleet_test import Fleet
from support.fleet import make_fleet


class Thousand(Fleet):
    count, ill = 1000, 100

    def test_memory_does_not_grow_with_the_fleet(self):
        make_fleet("fleet", self.count, self.ill)
        with open(os.devnull, "w") as nowhere:
            subprocess.run([os.environ["MUSTER"], "doctor", "fleet", "--json"], stdout=nowhere, stderr=nowhere, env=self.environment())
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 128 * 1024, "KiB")


del Fleet

if __name__ == "__main__":
    unittest.main()
