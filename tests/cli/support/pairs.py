"""Two commands at once on one database, with its policy, its store and one state directory; what comes of them is judged.

A round goes one of four ways: the second starts a moment after the first (`beside`); the first is stopped while it has the
lease, so that the second meets it (`met`); it is killed there, and the second comes after it (`killed`) or waits for it then
(`bereft`)."""
import hashlib
import itertools
import multiprocessing
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import traceback
from collections import Counter, namedtuple
from contextlib import closing
from pathlib import Path

from support.databases import SIDECARS, sidecar
from support.histories import apply_each_day, artifacts
from support.muster import KILLED, Case, held_leases

SEED = os.environ.get("MUSTER_TEST_SEED", "1")
BOUND = 60  # seconds that no command needs, nor two after each other
WAIT = "20s"

POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups }} }}
targets: {{ shop: {{ sqlite: shop.db }} }}
protect:
  nightly: {{ targets: [shop], stores: [near], verify: full{keep} }}
"""
REPAIR = """
muster: 1
name: repair
stores: { near: { local: elsewhere } }
targets:
  shop:
    sqlite: shop.db
    checks:
      - { name: noted, sql: SELECT count(*) FROM note WHERE n = 0, expect: 0, severity: warning,
          repair: { safe: true, sql: UPDATE note SET n = 1 WHERE n = 0 } }
protect: { nightly: { targets: [shop], stores: [near] } }
"""
DAYS, KEPT = (3, 2, 1), 1


class Line:
    """A command on the target. `excludes`: it takes the lease, `again` for each of several steps. `restores`: puts the rows of
    kept.sqlite into the database."""

    def __init__(self, *words, excludes=True, again=False, restores=False):
        self.words, self.excludes, self.again, self.restores = words, excludes, again, restores

    def waiting(self, wait):
        return (*self.words, "--lock-wait", wait) if self.excludes and wait else self.words


LINES = {
    "backup": Line("backup", "shop.db", "copies/shop.sqlite", "--force"),
    "apply": Line("apply", "policy.yaml", again=True),
    "prune": Line("prune", "policy.yaml", again=True),
    "restore": Line("restore", "kept.sqlite", "--to", "shop.db", "--force", restores=True),
    "restore in place": Line("restore", "kept.sqlite", "--to", "shop.db", "--force", "--in-place", restores=True),
    "compact": Line("compact", "shop.db"),
    "repair": Line("repair-safe", "repair.yaml"),
    "doctor": Line("doctor", "shop.db", excludes=False),
    "verify": Line("verify", "backups", excludes=False),
}
HOLDERS = [name for name, line in LINES.items() if line.excludes]
READERS = [name for name, line in LINES.items() if not line.excludes]

Round = namedtuple("Round", "way first second mode wait")
HELD = re.compile(r"another run works on the same thing: pid (\d+) on (\S+) since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, doing (.+)")


def write_shop(rows, mode):
    """Makes or refills the database; as many rows are deleted again, so that there is something to compact."""
    with closing(sqlite3.connect("shop.db", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.executescript("CREATE TABLE IF NOT EXISTS item(id INTEGER PRIMARY KEY, name TEXT, padding BLOB);"
                                 "CREATE INDEX IF NOT EXISTS by_name ON item(name);"
                                 "CREATE TABLE IF NOT EXISTS note(n); DELETE FROM note; INSERT INTO note VALUES(0)")
        chance = random.Random(rows)
        connection.execute("BEGIN")
        connection.execute("DELETE FROM item")
        connection.executemany("INSERT INTO item(name, padding) VALUES(?, ?)",
                               [(f"{rows} {number}", chance.randbytes(2000)) for number in range(2400)])
        connection.execute("DELETE FROM item WHERE id % 2")
        connection.execute("COMMIT")


def state_of(database):
    """A digest of all that an application would read, from a copy of the files."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        for suffix in ("", *SIDECARS):
            if suffix != "-shm" and sidecar(database, suffix).exists():
                shutil.copyfile(sidecar(database, suffix), sidecar(copy, suffix))
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], database
            digest = hashlib.sha256()
            for sql in ("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
                        "SELECT id, name, padding FROM item ORDER BY id"):
                for row in connection.execute(sql):
                    digest.update(repr(row).encode())
            return digest.hexdigest()


class Pair(Case):
    """Plays rounds, each in a fresh copy of one folder at one place: a proof holds for the place where the snapshot lies."""

    def lay_out(self, folder, mode):
        self.enter(folder)
        write_shop("new", mode)
        self.passes("backup", "shop.db", "kept.sqlite", "--name", "shop")
        write_shop("old", mode)
        self.states = {state_of("shop.db"): "old", state_of("kept.sqlite"): "new"}
        assert len(self.states) == 2
        Path("repair.yaml").write_text(REPAIR)
        Path("policy.yaml").write_text(POLICY.format(keep=""))
        apply_each_day(self, "policy.yaml", "backups", DAYS)
        Path("policy.yaml").write_text(POLICY.format(keep=f", keep: {{ last: {KEPT} }}"))
        [lease] = (self.state / "muster/leases").glob("*.lease")
        self.lease = lease
        self.template = Path(str(folder) + "-template")
        self.lay_back(self.folder, self.template)

    def lay_back(self, source, target):
        os.chdir("/")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)

    def play(self, one, chance):
        """What was seen, as a word for the tally."""
        self.lay_back(self.template, self.folder)
        os.chdir(self.folder)
        self.former = set(artifacts("backups"))
        self.under_way = []
        try:
            return getattr(self, f"play_{one.way}")(one, chance)
        finally:
            for process in self.under_way:
                if process.poll() is None:
                    process.kill()
                    process.communicate()

    def begin(self, *words):
        process = self.start(*words)
        self.under_way.append(process)
        return process

    def end(self, process):
        try:
            return self.finish(process, BOUND)
        except subprocess.TimeoutExpired:
            self.fail(f"muster {' '.join(process.words)} had not ended after {BOUND} s")

    def play_beside(self, one, chance):
        first, second = LINES[one.first], LINES[one.second]
        delay = 10 ** chance.uniform(-4, -0.7)
        self.told = f"the second started {delay * 1000:.1f} ms after the first"
        processes = [self.begin(*first.waiting(one.wait))]
        time.sleep(delay)
        together = processes[0].poll() is None
        processes.append(self.begin(*second.waiting(one.wait)))
        ran = [self.end(each) for each in processes]
        for line, mine, other in ((first, ran[0], processes[1]), (second, ran[1], processes[0])):
            if mine.status == 9 and line.excludes and not one.wait:
                self.check_busy(mine, other, at_work=False)
            else:
                self.check_went_well(mine)
        if not first.again and not second.again:
            self.assertIn(0, [each.status for each in ran], "each was refused because of the other")
        self.check_left(one, ran)
        self.check_works_again(one)
        return "one was refused" if 9 in (each.status for each in ran) else "beside each other" if together else "one after the other"

    def stop_at_work(self, line, chance):
        """The command under way, stopped at some moment while it has the lease; it would wait for it."""
        for _ in range(50):
            process = self.begin(*line.waiting(WAIT))
            deadline = time.monotonic() + BOUND
            while process.poll() is None and not self.lease.stat().st_size:
                self.assertLess(time.monotonic(), deadline, "it takes no lease and does not end")
            time.sleep(chance.choice((0, chance.uniform(0, 0.02), chance.uniform(0, 0.1))))
            process.send_signal(signal.SIGSTOP)
            while process.poll() is None and Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] not in "TZ":
                time.sleep(0.001)
            if process.poll() is None and self.lease.stat().st_size:
                return process
            # Too late: the lease was given back before the signal came.
            process.send_signal(signal.SIGCONT)
            self.end(process)
            self.lay_back(self.template, self.folder)
            os.chdir(self.folder)
        self.fail(f"muster {' '.join(line.words)} could not be met while it has the lease")

    def play_met(self, one, chance):
        """The second is refused and told by whom; one that waits gets its turn."""
        first, second = LINES[one.first], LINES[one.second]
        holder = self.stop_at_work(first, chance)
        met = self.end(self.begin(*second.words))
        waits = self.begin(*second.waiting(WAIT))
        # Where the holder removes the last one that must go, or has put the rows right, there is nothing to do, and no lease is needed.
        if second.excludes and not (one.second in ("prune", "repair") and met.document.get("outcomes") == []):
            self.assertEqual(met.status, 9, met)
            self.check_busy(met, holder)
            time.sleep(chance.uniform(0, 0.2))
            self.assertIsNone(waits.poll(), "it does not wait")
        else:
            self.check_went_well(met)
        holder.send_signal(signal.SIGCONT)
        ran = [self.end(holder), self.end(waits)]
        for each in ran:
            self.check_went_well(each)
        self.check_left(one, ran)
        self.check_works_again(one)
        return "met"

    def play_killed(self, one, chance):
        """The lease of the dead is free at once, and what it left is found."""
        first, second = LINES[one.first], LINES[one.second]
        self.kill(self.stop_at_work(first, chance))
        after = self.end(self.begin(*second.words))
        if one.second == "verify" and after.status == 4:
            wrong = [each["reason"] for each in after.document["files"] if not each["valid"]]
            self.assertTrue(all("before it was committed" in each for each in wrong), after)
        else:
            self.assertEqual(after.status, 0, after)
        if second.excludes:
            self.assertTrue(any("was killed" in each for each in after.document["found"]), after)
        self.check_after_the_dead(one)
        return "killed"

    def play_bereft(self, one, chance):
        """One that waits gets the lease of the dead, and goes on from what it left."""
        first, second = LINES[one.first], LINES[one.second]
        holder = self.stop_at_work(first, chance)
        waits = self.begin(*second.waiting(WAIT))
        time.sleep(0.1 + chance.uniform(0, 0.1))
        self.kill(holder)
        began = time.monotonic()
        after = self.end(waits)
        self.assertEqual(after.status, 0, after)
        self.assertLess(time.monotonic() - began, 15, "it went on waiting for the dead")
        self.check_after_the_dead(one)
        return "bereft"

    def kill(self, process):
        process.kill()
        self.assertEqual(self.finish(process, BOUND).status, KILLED)

    def check_after_the_dead(self, one):
        first, second = LINES[one.first], LINES[one.second]
        allowed = ("new",) if second.restores else ("old", "new") if first.restores else ("old",)
        self.assertIn(self.named(state_of("shop.db")), allowed)
        if first.restores or second.restores:
            copies = [self.named(state_of(path)) for path in artifacts(".") if "pre-restore" in path.name]
            self.assertIn("old", [*copies, self.named(state_of("shop.db"))], "the former rows are nowhere")
        self.passes(*first.words)
        self.passes(*LINES["backup"].words)  # whoever takes the lease again empties what the dead wrote into it
        self.check_works_again(one)

    def named(self, state):
        return self.states.get(state, "neither the old nor the new one")

    def check_busy(self, ran, holder, at_work=True):
        """Refused, with the holder's name and what to do. A holder that is just coming or going has no name yet."""
        self.assertEqual(ran.trouble, "lease_held", ran)
        self.assertIn("next: ", ran.out + ran.err)
        found = HELD.search(ran.out + ran.err)
        if not found and not at_work:
            self.assertIn("its owner is just starting", ran.message, ran)
            return
        self.assertTrue(found, ran)
        self.assertEqual((int(found[1]), found[2]), (holder.pid, socket.gethostname()), ran)
        self.assertIn(str(self.folder / "shop.db"), found[3])

    def check_went_well(self, ran):
        """Only doctor may be kept out: by whoever writes the very pages of the database, for longer than it waits."""
        if ran.words[0] != "doctor" or ran.document.get("summary", {}).get("unchecked") != 1:
            self.assertEqual(ran.status, 0, ran)

    def check_left(self, one, ran):
        """The database, each copy and each snapshot hold one whole state, and as much as was said."""
        done = {name for name, each in zip((one.first, one.second), ran) if each.status == 0}
        restores = [each for name, each in zip((one.first, one.second), ran) if each.status == 0 and LINES[name].restores]
        self.assertEqual(self.named(state_of("shop.db")), "new" if restores else "old")
        copies = [each.document["outcomes"][0]["restored"]["safety_copy"] for each in restores]
        kept = [self.named(state_of(each)) for each in copies]
        self.assertEqual(kept.count("old"), bool(restores), "the former rows are in one safety copy")
        self.assertEqual(len(set(copies)), len(copies), "one safety copy has replaced the other")
        self.assertEqual(sorted(map(os.path.basename, copies)), sorted(path.name for path in artifacts(".") if "pre-restore" in path.name))
        fresh = [path for path in artifacts("backups") if path not in self.former] + [path for path in artifacts("copies")]
        for path in [*artifacts("backups"), *fresh]:
            self.assertIn(self.named(state_of(path)), ("old", "new") if restores and path in fresh else ("old",), path)
        if "backup" in done:
            self.assertTrue(Path("copies/shop.sqlite").exists())
        self.assertGreaterEqual(len(artifacts("backups")), KEPT, "more was pruned than may be")
        if "prune" in done and "apply" not in (one.first, one.second):
            self.assertEqual(len(artifacts("backups")), KEPT)
        self.check_whole()

    def check_whole(self):
        self.check_tidy()
        self.check_chain()
        self.check_journals()
        self.passes("verify", "backups", *artifacts("."))

    def check_works_again(self, one):
        """At once, without waiting for anybody, and with nothing to find. A run of the policy first: one that was refused took no
        backup, and nothing is pruned after that until there is one."""
        for name in sorted((one.first, one.second), key=lambda name: name != "apply"):
            again = self.passes(*LINES[name].words)
            self.assertEqual(again.document.get("found", []), [], again)
        if LINES[one.first].restores or LINES[one.second].restores:
            self.assertEqual(self.named(state_of("shop.db")), "new")
        self.check_whole()


def play_lane(top, number, mode, rounds):
    """What was seen of each round, or what went wrong."""
    pair, seen = Pair(), []
    pair.lay_out(Path(top) / f"lane-{number}", mode)
    for place, one in enumerate(rounds):
        pair.told = ""
        try:
            seen.append((one, pair.play(one, random.Random(f"{SEED} {place} {one}")), None))
        except Exception:
            seen.append((one, None, f"{pair.told}\n{traceback.format_exc()}"))
            pair.lay_back(pair.folder, Path(top) / f"failed-{number}-{len(seen)}")
    return seen


def play_all(case, rounds, width):
    """Plays the rounds in `width` lanes side by side; each failure is a subtest, whose MUSTER_TEST_SEED plays it again."""
    lanes = []
    for mode in ("DELETE", "WAL"):
        mine = [one for one in rounds if one.mode == mode]
        lanes += [(mode, mine[part::width // 2]) for part in range(width // 2)]
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool(width) as pool:
        played = pool.starmap(play_lane, [(str(case.folder), number, *lane) for number, lane in enumerate(lanes)])
    tally = Counter()
    for one, saw, fault in itertools.chain.from_iterable(played):
        tally[saw] += 1
        if fault:
            with case.subTest(MUSTER_TEST_SEED=SEED, **one._asdict()):
                case.fail(fault)
    print(f"seed {SEED}: {len(rounds)} rounds in {time.monotonic() - began:.0f} s:",
          ", ".join(f"{count} {'failed' if saw is None else saw}" for saw, count in sorted(tally.items(), key=str)))
