#!/usr/bin/env python3
"""A fault at each kind of call on each file that a backup and a restore change; all of them: soak_fault_every_call_test.py."""
import unittest

from support.faults import play_all
from support.muster import Case


def first_of_each(calls):
    """Each kind of call on each file once, the modes taken in turn."""
    seen = set()
    for number, call in enumerate(calls, 1):
        if call not in seen:
            seen.add(call)
            if "state/muster/leases" not in call[1] and "open" != call[0]:
                yield ("kill", "eio")[len(seen) % 2], number, ""


def where_names_change(calls):
    """Around the renames, where the old and the new state meet; also on a disk that stays full."""
    for number, (call, path) in enumerate(calls, 1):
        if call in ("rename", "link") and "records" not in path:
            yield "kill", number, ""
            yield "eio", number + 1, ""
            yield "enospc", number, "+"


class Faults(Case):
    def test_backup(self):
        play_all(self, "Backup", first_of_each)

    def test_backup_over_an_older_one(self):
        play_all(self, "BackupOver", where_names_change)

    def test_restore_over_a_database(self):
        play_all(self, "RestoreOver", where_names_change)


if __name__ == "__main__":
    unittest.main()
