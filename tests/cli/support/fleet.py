"""A fleet of real databases, of which every tenth has an illness that is known."""
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from support.databases import crash_in_wal, sidecar

SCHEMA = """
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, padding BLOB);
CREATE INDEX by_name ON item(name);
CREATE VIRTUAL TABLE search USING fts5(body);
CREATE VIRTUAL TABLE place USING rtree(id, x0, x1);
CREATE TABLE note(item REFERENCES item(id));
"""


def healthy(path, chance, pragmas=""):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(pragmas + SCHEMA)
        connection.execute("BEGIN")
        for number in range(chance.randint(20, 120)):
            connection.execute("INSERT INTO item(name, padding) VALUES(?, ?)", (f"{path.name} {number:03}", chance.randbytes(900)))
            connection.execute("INSERT INTO search VALUES(?)", (f"word{number} {path.name}",))
            connection.execute("INSERT INTO place VALUES(?, ?, ?)", (number, number, number + 1))
        connection.execute("COMMIT")
    return path


def pages_of(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA page_size").fetchone()[0], [row[0] for row in connection.execute(sql)]


def overwrite(path, page, size, at, what):
    with open(path, "r+b") as file:
        file.seek((page - 1) * size + at)
        file.write(what)


def schema_change(path, sql):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(sql)


def index_of_other_rows(path):
    schema_change(path, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX by_name ON item(id)' WHERE name = 'by_name'")


def page_overwritten(path):
    size, pages = pages_of(path, "SELECT pageno FROM dbstat WHERE name = 'item' AND pagetype = 'leaf'")
    overwrite(path, pages[len(pages) // 2], size, 0, b"\xff" * 16)


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


def emptied(path):
    os.truncate(path, 0)


def no_database(path):
    path.write_bytes(b"this was a database once\n" * 300)


def orphaned_pages(path):
    """Pages that belong to nothing: integrity_check alone would call the file sound in a table that was dropped by hand."""
    schema_change(path, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'by_name'")


def search_index(path):
    schema_change(path, "DELETE FROM search_data WHERE id > 10")


def tree_index(path):
    schema_change(path, "DELETE FROM place_node WHERE nodeno = (SELECT max(nodeno) FROM place_node)")


def orphaned_rows(path):
    schema_change(path, "INSERT INTO note VALUES(99999)")


def crashed(path):
    crash_in_wal(path, ["in the log"])
    sidecar(path, "-shm").unlink()


def wasteful(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE gone(x)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO gone VALUES(zeroblob(4000))", [()] * 300)
        connection.execute("COMMIT")
        connection.execute("DROP TABLE gone")


# What must be said of it, and nothing else may be.
ILLNESSES = {index_of_other_rows: {"integrity"}, page_overwritten: {"integrity", "page_census"}, cut_off: {"readable"}, emptied: {"readable"},
             no_database: {"readable"}, orphaned_pages: {"integrity", "page_census"}, search_index: {"full_text"}, tree_index: {"rtree"},
             orphaned_rows: {"foreign_keys"}, crashed: {"crashed_writer"}, wasteful: {"compaction_recommended"}}
WARNINGS = {"foreign_keys", "crashed_writer", "compaction_recommended"}


def make_fleet(folder, count, ill):
    """The codes that doctor must find, by path; those of the others are none."""
    chance = random.Random(count)
    folder = Path(folder)
    expected = {}
    kinds = list(ILLNESSES)
    for number in range(count):
        place = folder / f"shard{number % 20}"
        place.mkdir(parents=True, exist_ok=True)
        path = healthy(place / f"tenant{number}.db", chance, "PRAGMA journal_mode = WAL;" if number % 3 == 0 else "")
        every = count // ill
        illness = kinds[number // every % len(kinds)] if number % every == 0 else None
        if illness:
            illness(path)
        expected[str(path.absolute())] = ILLNESSES[illness] if illness else set()
    return expected
