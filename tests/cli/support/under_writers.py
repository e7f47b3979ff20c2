"""Snapshots of a ledger while a real writer moves amounts in it as fast as it can."""
import time
from pathlib import Path

from support.databases import LedgerWriter, ledger_faults, make_ledger


def snapshots_under_a_writer(case, mode, count, *options):
    """Takes `count` snapshots and looks into each; says what was seen."""
    database = make_ledger(f"ledger-{mode.lower()}.db", mode)
    seen, slowest, began = [], 0.0, time.monotonic()
    with LedgerWriter(database) as writer:
        for number in range(count):
            artifact = Path(f"{mode}-{number}.sqlite")
            asked = time.monotonic()
            case.passes("backup", database, artifact, *options)
            slowest = max(slowest, time.monotonic() - asked)
            faults, entries = ledger_faults(artifact)
            case.assertEqual(faults, [], artifact)
            seen.append(entries)
            artifact.unlink()
            Path(f"{artifact}.manifest.json").unlink()
        commits = writer.stop()
    case.assertEqual(seen, sorted(seen), "a later snapshot holds less than an earlier one")
    case.assertGreater(len(set(seen)), count // 2, "the writer stood still, so nothing was proven")
    case.assertLessEqual(seen[-1], commits)
    if not options:
        case.assertLess(slowest, 8, "the writer all but kept muster out")
    case.assertEqual(ledger_faults(database)[0], [])
    case.check_tidy()
    case.check_chain()
    print(f"{mode}: {count} snapshots in {time.monotonic() - began:.1f} s beside {commits} commits;"
          f" the slowest took {slowest:.1f} s; they hold {seen[0]} to {seen[-1]} entries")
