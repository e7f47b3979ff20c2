"""Makes databases in every state a writer can leave them in, and tells exactly what is in them."""
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

SIDECARS = ("-wal", "-shm", "-journal")


def sidecar(database, suffix):
    return Path(str(database) + suffix)


def family(database):
    """The bytes of the main file and each sidecar, as digests; None where there is no such file."""
    out = {}
    for suffix in ("", *SIDECARS):
        path = sidecar(database, suffix)
        out[suffix] = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
    return out


def tree(folder):
    """Every file below `folder` with its bytes, owner, mode and time of change; links as links."""
    out = {}
    for path in sorted(Path(folder).rglob("*")):
        status = path.lstat()
        what = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        out[str(path.relative_to(folder))] = (what, status.st_mode, status.st_uid, status.st_mtime_ns if path.is_file() else 0)
    return out


def content(database):
    """All rows and the schema, read by SQLite from a copy of the files: what an application would see."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        for suffix in ("", "-wal", "-journal"):
            if sidecar(database, suffix).exists():
                shutil.copyfile(sidecar(database, suffix), sidecar(copy, suffix))
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), database
            return list(connection.iterdump())


def names(database):
    """The rows of the table `item`, by their names, sorted; for messages a person can read."""
    marker = 'INSERT INTO "item" VALUES('
    return sorted(line[len(marker):].split("'")[1] for line in content(database) if line.startswith(marker))


def make(database, rows=("one", "two"), mode="DELETE"):
    """A closed database of the table `item` and some padding, so that it has more than one page of each."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, padding BLOB)")
        add(connection, rows)
    return Path(database)


def add(connection, rows):
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO item(name, padding) VALUES(?, zeroblob(6000))", [(row,) for row in rows])
    connection.execute("COMMIT")


def change(database, rows):
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        add(connection, rows)


def flip_a_byte(path):
    """Rot: one bit near the end of a file that nobody writes."""
    with open(path, "r+b") as file:
        file.seek(-100, os.SEEK_END)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


PRELUDE = """
import os, signal, sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
def insert(name, size=6000):
    database.execute("INSERT INTO item(name, padding) VALUES(?, zeroblob(?))", (name, size))
def die():
    os.kill(os.getpid(), signal.SIGKILL)
"""


def run_writer(database, code):
    """Runs `code` in a process of its own, which must die by its own hand."""
    done = subprocess.run([sys.executable, "-c", PRELUDE + code, str(database)], stderr=subprocess.PIPE, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def crash_in_wal(database, rows=("in the log",)):
    """Commits `rows` to the log only, begins another transaction that reaches the log too, and dies."""
    run_writer(database, f"""
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA wal_autocheckpoint = 0")
for row in {rows!r}:
    insert(row)
database.execute("PRAGMA cache_size = 5")
database.execute("BEGIN")
for i in range(40):
    insert("never committed")
die()
""")
    assert sidecar(database, "-wal").stat().st_size > 0 and sidecar(database, "-shm").exists()


def crash_with_hot_journal(database):
    """Dies in the middle of a transaction that has overwritten pages of the main file."""
    before = Path(database).read_bytes()
    run_writer(database, """
database.execute("PRAGMA journal_mode = DELETE")
database.execute("PRAGMA cache_size = 5")
database.execute("BEGIN")
database.execute("UPDATE item SET name = 'never committed', padding = randomblob(6000)")
for i in range(40):
    insert("never committed")
die()
""")
    assert sidecar(database, "-journal").stat().st_size > 512, "no journal"
    assert Path(database).read_bytes() != before, "the transaction never reached the main file"


class Holder:
    """A live process with the database open; asked by `with`, it has done `code` and waits."""

    def __init__(self, database, code=""):
        self.process = subprocess.Popen([sys.executable, "-c", PRELUDE + code + "\nprint('ready', flush=True)\nsys.stdin.readline()\n"
                                         "rest = sys.stdin.read()\nexec(rest)\n", str(database)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def __enter__(self):
        return self

    @property
    def pid(self):
        return self.process.pid

    def __exit__(self, *_):
        self.process.communicate("\n")


def make_ledger(database, mode):
    """Accounts in three tables whose sum is always 0, and a count of the entries ever made."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        for table in ("cash", "bank", "debt"):
            connection.execute(f"CREATE TABLE {table}(id INTEGER PRIMARY KEY, amount INTEGER NOT NULL, memo BLOB)")
            connection.execute(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
                               f" INSERT INTO {table} SELECT i, 0, zeroblob(300) FROM n")
        connection.execute("CREATE TABLE entry(id INTEGER PRIMARY KEY, moved INTEGER NOT NULL, memo TEXT)")
        connection.execute("CREATE INDEX entry_by_moved ON entry(moved)")
    return Path(database)


def ledger_faults(database):
    """What is wrong with the ledger in `database`, read from a copy; and how many entries it has."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        shutil.copyfile(database, copy)
        with closing(sqlite3.connect(copy)) as connection:
            value = lambda sql: connection.execute(sql).fetchone()[0]
            faults = []
            total = value("SELECT (SELECT sum(amount) FROM cash) + (SELECT sum(amount) FROM bank) + (SELECT sum(amount) FROM debt)")
            if total != 0:
                faults.append(f"the accounts add up to {total}, not 0")
            count, last, indexed = value("SELECT count(*) FROM entry"), value("SELECT ifnull(max(id), 0) FROM entry"), value("SELECT count(moved) FROM entry")
            if count != last or count != indexed:
                faults.append(f"{count} entries, the last of them number {last}, {indexed} in the index")
            if value("SELECT ifnull(sum(moved), 0) FROM entry") != value("SELECT ifnull(sum(amount), 0) FROM cash"):
                faults.append("cash is not the sum of its entries")
            check = value("PRAGMA integrity_check")
            if check != "ok":
                faults.append(check)
            return faults, count


class LedgerWriter:
    """A process that moves amounts in the ledger as fast as it can, in transactions over four tables."""

    CODE = """
import random, signal, sqlite3, sys
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
database = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
print("ready", flush=True)
commits = 0
while not stopped:
    amount = random.randint(1, 100)
    one, two, three = (random.randint(1, 400) for _ in range(3))
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE cash SET amount = amount + ?, memo = randomblob(300) WHERE id = ?", (amount, one))
    database.execute("UPDATE bank SET amount = amount - ?, memo = randomblob(300) WHERE id = ?", (2 * amount, two))
    database.execute("UPDATE debt SET amount = amount + ?, memo = randomblob(300) WHERE id = ?", (amount, three))
    database.execute("INSERT INTO entry(moved, memo) VALUES(?, 'moved')", (amount,))
    database.execute("COMMIT")
    commits += 1
print(commits, flush=True)
"""

    def __init__(self, database):
        self.process = subprocess.Popen([sys.executable, "-c", self.CODE, str(database)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def __enter__(self):
        return self

    def stop(self):
        """How many commits it made."""
        self.process.send_signal(signal.SIGTERM)
        return int(self.process.communicate(timeout=60)[0])

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def make_big(database, megabytes, mode="WAL"):
    """Fast: a database of about that size whose pages differ."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE block(id INTEGER PRIMARY KEY, body BLOB)")
        connection.execute("BEGIN")
        for number in range(megabytes):
            connection.execute("INSERT INTO block(body) VALUES(?)", (os.urandom(1 << 10) * 1000,))
        connection.execute("COMMIT")
    return Path(database)


def wait_until(condition, seconds=30):
    """True as soon as the condition is; False when it never was."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.002)
    return False
