#!/usr/bin/env python3
"""docs/formats/delta.md is enough to read a delta file: a second reader, written from it, reads every golden one."""
import unittest
from pathlib import Path

from support.delta_reader import read_delta

CASES = sorted(path for path in (Path(__file__).resolve().parent.parent / "formats/delta").iterdir() if path.is_dir())


class DeltaFormat(unittest.TestCase):
    def test_every_golden_one_gives_the_latter_state(self):
        self.assertGreaterEqual(len(CASES), 4)
        for case in CASES:
            with self.subTest(case.name):
                former, delta, latter = ((case / name).read_bytes() for name in ("former", "delta", "latter"))
                self.assertEqual(read_delta(delta, former), latter)

    def test_a_changed_one_is_noticed(self):
        case = next(case for case in CASES if case.name == "updates")
        former, delta = (case / "former").read_bytes(), (case / "delta").read_bytes()
        for at in range(0, len(delta), 97):
            bad = bytearray(delta)
            bad[at] ^= 0x20
            with self.subTest(at=at), self.assertRaises(Exception):
                read_delta(bytes(bad), former)


if __name__ == "__main__":
    unittest.main()
