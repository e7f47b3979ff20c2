#!/usr/bin/env python3
"""As under_writers_test.py, for minutes."""
import unittest

from support.muster import Case
from support.under_writers import snapshots_under_a_writer


class UnderWritersForLong(Case):
    def test_wal(self):
        snapshots_under_a_writer(self, "WAL", 200)

    def test_rollback_journal(self):
        snapshots_under_a_writer(self, "DELETE", 200)


if __name__ == "__main__":
    unittest.main()
