"""Moves amounts between accounts in a WAL database until it is stopped; their sum is always 0.

Usage: writer.py DATABASE
"""
import random
import signal
import sqlite3
import sys

stopped = []
for each in (signal.SIGTERM, signal.SIGINT):
    signal.signal(each, lambda *_: stopped.append(True))

database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("CREATE TABLE IF NOT EXISTS demo_account(id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)")
database.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                 " INSERT OR IGNORE INTO demo_account SELECT i, 0 FROM n")
print("ready", flush=True)
commits = 0
while not stopped:
    amount = random.randint(1, 100)
    one, other = random.sample(range(1, 1001), 2)
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE demo_account SET amount = amount - ? WHERE id = ?", (amount, one))
    database.execute("UPDATE demo_account SET amount = amount + ? WHERE id = ?", (amount, other))
    database.execute("COMMIT")
    commits += 1
print(f"{commits} commits", flush=True)
