#!/usr/bin/env python3
"""Each snapshot taken beside a writer is one state that the writer committed."""
import unittest

from support.muster import Case
from support.under_writers import snapshots_under_a_writer


class UnderWriters(Case):
    def test_wal(self):
        snapshots_under_a_writer(self, "WAL", 20)

    def test_rollback_journal(self):
        snapshots_under_a_writer(self, "DELETE", 20)

    def test_rollback_journal_with_short_pauses(self):
        """The copy yields between its steps, and must still be of one moment."""
        snapshots_under_a_writer(self, "DELETE", 5, "--max-writer-pause", "500ms", "--verify", "quick")


if __name__ == "__main__":
    unittest.main()
