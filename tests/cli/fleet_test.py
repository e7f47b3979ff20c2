#!/usr/bin/env python3
"""[VV-09] doctor of a fleet names every illness and accuses nobody else."""
import unittest

from support.databases import tree
from support.fleet import WARNINGS, make_fleet
from support.muster import Case


class Fleet(Case):
    count, ill = 110, 22

    def test_each_illness_is_named_and_no_healthy_one_accused(self):
        expected = make_fleet("fleet", self.count, self.ill)
        before = tree("fleet")
        ran = self.muster("doctor", "fleet", "--min-free-bytes", "512KiB")
        self.assertEqual(ran.status, 4, ran)
        found = {each["path"]: {finding["code"] for finding in each["findings"] if finding["verdict"] != "good"}
                 for each in ran.document["databases"]}
        # What has become no database any more is not found by looking through a folder; it is found by its name.
        lost = {path for path in expected if path not in found}
        named = self.muster("doctor", *sorted(lost), "--json")
        found |= {each["path"]: {finding["code"] for finding in each["findings"] if finding["verdict"] != "good"}
                  for each in named.document["databases"]}
        self.assertEqual({path: codes for path, codes in found.items() if codes},
                         {path: codes for path, codes in expected.items() if codes})
        self.assertEqual(set(found), set(expected))
        self.assertTrue(all(expected[path] == {"readable"} for path in lost), lost)
        sick = sum(1 for codes in expected.values() if codes - WARNINGS)
        self.assertEqual(ran.document["summary"]["ill"] + named.document["summary"]["ill"], sick)
        self.assertEqual(tree("fleet"), before)
        self.check_tidy()


if __name__ == "__main__":
    unittest.main()
