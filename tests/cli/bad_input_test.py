#!/usr/bin/env python3
"""Every bad input a new user tries, on each command that takes it: input -> exit status -> code.

Each gets one clear error (the thing, the reason, the remedy), the exit status of the table in
design.md, the same code in the JSON document, and nothing is left behind.
"""
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import make, tree
from support.mounts import mount_disk
from support.muster import MUSTER, Case, held_leases

POLICY = """
muster: 1
name: shop
stores: { near: { local: backups } }
targets: { shop: { sqlite: shop.db } }
protect: { always: { targets: [shop], stores: [near] } }
drills: { smoke: { scenario: restore-smoke, targets: [shop] } }
"""

# What a person can hand over instead of what is meant, by the file that is made for it.
INPUTS = {
    "missing": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "text": lambda path: path.write_text("Dear diary, this is no database.\n" * 40),
    "png": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "empty": lambda path: path.write_bytes(b""),
    "one_byte": lambda path: path.write_bytes(b"S"),
    "only_header": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(84)),
    "truncated": lambda path: (make(path), os.truncate(path, path.stat().st_size // 2)),
    "fifo": lambda path: os.mkfifo(path),
}

# Input, exit status, code: of a database to back up or to rehearse with.
AS_DATABASE = [
    ("missing", 8, "not_found"),
    ("folder", 8, "not_a_file"),
    ("text", 8, "not_a_database"),
    ("png", 8, "not_a_database"),
    ("empty", 8, "not_a_database"),
    ("one_byte", 8, "not_a_database"),
    ("only_header", 8, "not_a_database"),
    ("truncated", 4, "damaged"),
    ("fifo", 8, "not_a_file"),
]
DATABASE_COMMANDS = ["backup {} out.sqlite", "restore-smoke {}"]

# Of a backup to look into or to restore. What is there and no backup was checked and found bad.
AS_BACKUP = [
    ("missing", 8, "not_found"),
    ("folder", 8, "not_a_file"),
    ("text", 4, "damaged"),
    ("png", 4, "damaged"),
    ("empty", 4, "damaged"),
    ("one_byte", 4, "damaged"),
    ("only_header", 4, "damaged"),
    ("truncated", 4, "damaged"),
    ("fifo", 8, "not_a_file"),
]
# Of what is to be verified: a directory may be named too, and this one holds no backup.
AS_BACKUPS = [(name, 4, "none_found") if name == "folder" else (name, status, code) for name, status, code in AS_BACKUP]
BACKUP_COMMANDS = ["inspect {}", "restore {} --to target.db", "restore {} --to shop.db --force", "restore {} --to target.db --dry-run"]

# Of a policy.
AS_POLICY = [
    ("missing", 8, "not_found"),
    ("folder", 8, "not_a_file"),
    ("text", 8, "invalid_policy"),
    ("png", 8, "invalid_policy"),
    ("empty", 8, "invalid_policy"),
    ("one_byte", 8, "invalid_policy"),
    ("truncated", 8, "invalid_policy"),
]
POLICY_COMMANDS = ["plan {}", "apply {}", "apply {} --dry-run", "drill {}", "report {}"]

# Command lines that cannot be understood; what the message or the remedy says of each.
USAGE = [
    ("frobnicate", "'frobnicate' is no command", "muster --help"),
    ("bakcup shop.db out", "'bakcup' is no command", "did you mean 'muster backup'?"),
    ("--frobnicate", "'--frobnicate' is no command", "muster --help"),
    ("help frobnicate", "'frobnicate' is no command", "muster --help"),
    ("plan", "POLICY is required", "muster plan --help"),
    ("apply", "FILE is required", "muster apply --help"),
    ("backup", "DB is required", "muster backup --help"),
    ("backup shop.db", "DEST is required", "muster backup --help"),
    ("inspect", "BACKUP is required", "muster inspect --help"),
    ("verify", "PATH is required", "muster verify --help"),
    ("restore", "BACKUP|DIR|TARGET is required", "muster restore --help"),
    ("snapshots", "POLICY|DIR is required", "muster snapshots --help"),
    ("restore shop.db", "--to is missing", "--to TARGET"),
    ("restore-smoke", "DB is required", "muster restore-smoke --help"),
    ("validate", "POLICY is required", "muster validate --help"),
    ("drill", "POLICY is required", "muster drill --help"),
    ("plan policy.yaml extra", "'extra' is one word too many", "muster plan POLICY"),
    ("version extra", "'extra' is one word too many", "muster version"),
    ("plan policy.yaml --targte shop", "there is no flag --targte", "did you mean --target?"),
    ("plan policy.yaml --strict-plna", "there is no flag --strict-plna", "did you mean --strict-plan?"),
    ("backup shop.db out -x", "there is no flag -x", "muster backup --help"),
    ("version --force", "there is no flag --force", "muster version --help"),
    ("plan policy.yaml --target", "--target", "muster plan --help"),
    ("plan policy.yaml --target shpo", "no target is named 'shpo'", "shop"),
    ("apply policy.yaml --target shpo", "no target is named 'shpo'", "shop"),
    ("drill policy.yaml --target shpo", "no target is named 'shpo'", "shop"),
    ("drill policy.yaml smok", "the policy has no drill 'smok'", "smoke"),
    ("plan policy.yaml --only snapshots", "'snapshots' is no kind of step", "snapshot, verify, prune, compact, repair, drill"),
    ("apply policy.yaml --only restore", "'restore' is no kind of step", "snapshot, verify, prune, compact, repair, drill"),
    ("plan policy.yaml --limit 0", "'0' is no positive number", "--limit 20"),
    ("plan policy.yaml --limit -1", "'-1' is no positive number", "--limit 20"),
    ("apply policy.yaml --limit many", "'many' is no positive number", "--limit 20"),
    ("plan policy.yaml --now yesterday", "'yesterday' is no UTC time", "2026-11-20T10:15:00Z"),
    ("apply policy.yaml --lock-wait soon", "'soon' is no duration", "30s"),
    ("drill policy.yaml --lock-wait soon", "'soon' is no duration", "30s"),
    ("backup shop.db out --lock-wait soon", "'soon' is no duration", "30s"),
    ("backup shop.db out --max-writer-pause 1", "'1' is no duration", "200ms"),
    ("inspect shop.db --depth deeep", "'deeep' is no depth", "checksum, quick, full or deep"),
    ("inspect shop.db --supported-schema new", "'new' is no whole number", "42"),
    ("verify shop.db --max-age old", "'old' is no duration", "26h"),
    ("verify shop.db --min-size small", "'small' is no size", "10MiB"),
    ("verify shop.db --max-size -1", "'-1' is no size", "10MiB"),
    ("verify shop.db --min-size 2MiB --max-size 1MiB", "--min-size is greater than --max-size", "change one"),
    ("verify shop.db --jobs 0", "'0' is no number from 1 to 64", "4"),
    ("verify shop.db --jobs 65", "'65' is no number from 1 to 64", "4"),
    ("verify shop.db --jobs two", "'two' is no number from 1 to 64", "4"),
    ("verify . --pattern a/*.db", "names a folder", "*.sqlite"),
    ("verify shop.db --pattren x", "there is no flag --pattren", "did you mean --pattern?"),
    ("restore shop.db --to new.db --supported-schema new", "'new' is no whole number", "42"),
    ("restore-smoke shop.db --rto soon", "'soon' is no duration", "5m"),
    ("schema polic", "there is no schema 'polic'", "policy"),
    ("plan policy.yaml --color blue", "--color cannot be 'blue'", "auto, always, never"),
    ("plan policy.yaml --progress yes", "--progress cannot be 'yes'", "auto, never"),
    ("plan policy.yaml --log-level all", "--log-level cannot be 'all'", "error, info"),
    ("plan policy.yaml --log-format xml", "--log-format cannot be 'xml'", "text, json"),
]

# Where a file cannot be written: file, status, code, reason. The work is not begun.
OUTPUTS = [
    ("nowhere/x.json", 8, "not_found", "there is no folder"),
    ("a_folder", 8, "not_a_file", "is a folder"),
    ("a_folder/", 8, "not_a_file", "is a folder"),
    ("shop.db", 7, "target_exists", "holds something else"),
    ("policy.yaml", 7, "target_exists", "holds something else"),
    ("a_fifo", 8, "not_a_file", "is no regular file"),
    ("shop.db/x.json", 8, "not_found", "there is no folder"),
]
WRITING = ["plan policy.yaml --output {}", "plan policy.yaml --out {}", "validate policy.yaml --output {}", "apply policy.yaml --output {}",
           "drill policy.yaml --output {}", "backup shop.db out.sqlite --output {}", "inspect shop.db --output {}", "verify shop.db --output {}",
           "restore shop.db --to new.db --output {}", "restore-smoke shop.db --output {}", "schema policy --output {}",
           "version --output {}", "report policy.yaml --markdown {}"]

BAD_LINE = re.compile(r"^(?:muster: \w+:|FAILED |BAD |BLOCKED | +BAD )", re.MULTILINE)
PLACE = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)$", re.MULTILINE)


def code_of(document):
    """The stable name of what went wrong, wherever the document of the command has it."""
    kind = document["schema"].split("/")[1]
    if kind == "error":
        return document["code"]
    if kind == "record":
        troubles = [document.get("trouble")] + [outcome.get("trouble") for outcome in document["outcomes"]]
        return next(each["code"] for each in troubles if each)
    if kind == "plan":
        return next(step["reason"]["code"] for step in document["steps"] if step["bucket"] == "blocked")
    if kind == "problems":
        return "invalid_policy" if document["problems"] else None
    findings = document["findings"] + [each for file in document.get("files", []) for each in file["findings"]]
    bad = [each for each in findings if each["verdict"] == "bad" and each["severity"] == "error"]
    return {"checksum": "manifest_mismatch", "none_found": "none_found"}.get(bad[0]["code"], "damaged") if bad else None


class BadInput(Case):
    def setUp(self):
        super().setUp()
        Path("policy.yaml").write_text(POLICY)
        make("shop.db")
        self.options = {}

    def run_muster(self, line, flag=None):
        words = line.split()
        if flag:  # before what is spoiled, which may be the last word
            words.insert(len(words) if words[0] == "help" else 1, flag)
        return subprocess.run([MUSTER, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              env=self.environment(), **self.options)

    def check(self, line, status, code, *said, complaints=1):
        """One clear error, told for people and for programs; nothing but evidence is left."""
        before = self.world()
        plain = self.run_muster(line)
        text = plain.stdout + plain.stderr
        shown = f"$ muster {line}\nexit status {plain.returncode}\n{text}"
        self.assertEqual(plain.returncode, status, shown)
        self.assertEqual(len(BAD_LINE.findall(text)), complaints, shown)
        for part in said:
            self.assertIn(part, text, shown)
        self.assertRegex(text, r"next: \S|^BLOCKED .*; \S|^\S+:\d+:\d+: ", shown)
        self.assertNotRegex(text, "terminate called|AddressSanitizer|runtime error|internal", shown)
        self.assertNotIn(".XXXXXX", text, shown)

        as_json = self.run_muster(line, "--json")
        document = json.loads(as_json.stdout)
        self.assertEqual((as_json.returncode, code_of(document)), (status, code), shown + as_json.stdout)
        if "exit_status" in document:
            self.assertEqual(document["exit_status"], status)

        quiet = self.run_muster(line, "--quiet")
        self.assertEqual((quiet.returncode, quiet.stdout), (status, ""), shown)
        self.assertNotEqual(quiet.stderr, "", f"--quiet says not even what is wrong: {shown}")
        self.assertEqual(self.world(), before, f"something was left or changed: {shown}")
        self.check_tidy()

    def world(self):
        return {name: what for name, what in tree(".").items() if name.split("/")[0] not in ("state", "muster-copy")}

    # -- what is handed over ---------------------------------------------------------------------

    def check_table(self, rows, commands, named):
        for name, status, code in rows:
            path = Path(f"{name}.x")
            INPUTS[name](path)
            for command in commands:
                line = command.format(path)
                with self.subTest(line):
                    self.check(line, status, code, *([path.name] if named else []))

    def test_what_is_no_database(self):
        self.check_table(AS_DATABASE, DATABASE_COMMANDS, named=True)

    def test_what_is_no_backup(self):
        files = [row for row in AS_BACKUP if row[0] != "folder"]
        self.check_table(files, BACKUP_COMMANDS, named=True)
        # A folder may be one of backups, where restore picks: restore_pick_test.py.
        folders = [row for row in AS_BACKUP if row[0] == "folder"]
        self.check_table(folders, [each for each in BACKUP_COMMANDS if not each.startswith("restore")], named=True)

    def test_what_is_to_be_verified(self):
        self.check_table(AS_BACKUPS, ["verify {}", "verify {} --jobs 3 --depth quick"], named=True)

    def test_what_is_no_policy(self):
        self.check_table(AS_POLICY, POLICY_COMMANDS, named=True)

    def test_validate_tells_what_is_no_policy(self):
        for name, status, code in AS_POLICY:
            path = Path(f"{name}.x")
            INPUTS[name](path)
            with self.subTest(name):
                self.check(f"validate {path}", status, code, path.name, complaints=0 if code == "invalid_policy" else 1)

    def test_a_document_of_muster_is_no_policy(self):
        self.run_muster("plan policy.yaml --out plan.json")
        self.run_muster("version --output version.json")
        for line, said in (("plan plan.json", "muster apply"), ("validate plan.json", "muster apply"), ("drill plan.json", "muster apply"),
                           ("apply version.json", "no policy"), ("report version.json", "no policy")):
            with self.subTest(line):
                self.check(line, 8, "invalid_policy", said, "1:1", complaints=0 if line.startswith("validate") else 1)

    def test_what_is_no_plan(self):
        self.run_muster("plan policy.yaml --out plan.json")
        whole = Path("plan.json").read_text()
        for name, text in (("cut", whole[:len(whole) // 2]), ("typed", whole.replace('"steps": [', '"steps": 7, "x": [', 1)),
                           ("newer", whole.replace("muster/plan/v1", "muster/plan/v9", 1))):
            Path(f"{name}.json").write_text(text)
            with self.subTest(name):
                self.check(f"apply {name}.json", 8, "invalid_policy", f"{name}.json", "muster plan")

    # -- places ----------------------------------------------------------------------------------

    def test_a_file_cannot_be_written(self):
        Path("a_folder").mkdir()
        os.mkfifo("a_fifo")
        for command in WRITING:
            for file, status, code, reason in OUTPUTS:
                line = command.format(file)
                with self.subTest(line):
                    self.check(line, status, code, reason, file.strip("/").split("/")[0])
        self.assertEqual(self.records, [], "the work was begun although its result could not be written")

    def test_a_place_is_taken(self):
        self.run_muster("backup shop.db taken.sqlite")
        os.symlink("shop.db", "link.sqlite")
        Path("a_folder").mkdir()
        rows = [  # [VV-02] [VV-07]
            ("backup shop.db taken.sqlite", 7, "target_exists", "--force"),
            ("backup shop.db shop.db", 7, "live_database", "is the database itself"),
            ("backup shop.db shop.db --force", 7, "live_database", "is the database itself"),
            ("backup shop.db ./a_folder/../shop.db --force", 7, "live_database", "is the database itself"),
            ("backup shop.db link.sqlite --force", 7, "live_database", "is the database itself"),
            ("restore taken.sqlite --to shop.db", 7, "target_exists", "--force"),
            ("restore taken.sqlite --to a_folder --force", 8, "not_a_file", "is not a regular file"),
            ("restore taken.sqlite --to taken.sqlite --force", 8, "usage", "is the backup itself"),
        ]
        for line, status, code, said in rows:
            with self.subTest(line):
                self.check(line, status, code, said)

    def test_a_hard_link_is_the_live_database_too(self):  # [VV-02]
        os.link("shop.db", "hard.sqlite")
        self.check("backup shop.db hard.sqlite --force", 7, "live_database", "hard.sqlite")

    def test_a_file_in_the_place_of_a_folder(self):
        Path("file").write_text("in the way")
        for line in ("backup shop.db file/out.sqlite", "restore-smoke shop.db --state file", "backup shop.db out.sqlite --state file",
                     "apply policy.yaml --state file", "drill policy.yaml --state file/deeper"):
            with self.subTest(line):
                self.check(line, 8, "not_found", "file")

    def test_nothing_is_known_yet(self):
        self.check("report", 8, "not_found", "no record", "muster apply")
        self.check("report policy.yaml", 8, "not_found", "no record", "muster apply")

    # -- command lines ---------------------------------------------------------------------------

    def test_command_lines(self):
        for line, reason, remedy in USAGE:
            with self.subTest(line):
                self.check(line, 8, "usage", reason, remedy)
        self.assertEqual(self.records, [], "a command line that cannot be understood left a record")

    def test_no_command(self):
        ran = self.run_muster("")
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (8, "", "muster: usage: no command was given\n  next: try 'muster --help'\n"))

    def test_the_policy_has_no_drills(self):
        Path("policy.yaml").write_text(POLICY.replace("drills:", "#"))
        self.check("drill policy.yaml", 8, "usage", "the policy has no drills", "restore-smoke")

    # -- permissions -----------------------------------------------------------------------------

    def be_nobody(self):
        """From now on commands run as a user who may not do everything."""
        self.state.mkdir()
        if os.geteuid() != 0:
            return
        shutil.copy(MUSTER, "muster-copy")  # the build folder may be closed to others
        os.chmod("muster-copy", 0o755)
        for folder in (self.folder, *self.folder.parents):
            if folder.stat().st_uid == 0 and folder.stat().st_mode & 0o005 != 0o005:
                os.chmod(folder, folder.stat().st_mode | 0o055)
        os.chown(self.state, 65534, 65534)

        def drop():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

        self.options = {"preexec_fn": drop, "executable": str(self.folder / "muster-copy")}

    def test_no_permission(self):
        self.run_muster("backup shop.db taken.sqlite")
        for path, mode in (("shop.db", 0o644), ("taken.sqlite", 0o644), ("taken.sqlite.manifest.json", 0o644), ("policy.yaml", 0o644)):
            os.chmod(path, mode)
        remove_state(self.state)
        for name in ("closed_file", "closed_folder", "read_only", "open_folder"):
            Path(name).mkdir()
        make("closed_file/shop.db")
        make("closed_folder/shop.db")
        shutil.copy("policy.yaml", "closed_file/policy.yaml")
        os.chmod("closed_file/shop.db", 0)
        os.chmod("closed_file/policy.yaml", 0)
        os.chmod("closed_folder", 0)
        os.chmod("read_only", 0o555)
        os.chmod("open_folder", 0o777)
        self.addCleanup(os.chmod, "closed_folder", 0o700)
        self.be_nobody()
        rows = [
            ("backup closed_file/shop.db open_folder/out.sqlite", "closed_file/shop.db"),
            ("backup closed_folder/shop.db open_folder/out.sqlite", "closed_folder/shop.db"),
            ("restore-smoke closed_file/shop.db", "closed_file/shop.db"),
            ("restore-smoke closed_folder/shop.db", "closed_folder/shop.db"),
            ("inspect closed_file/shop.db", "closed_file/shop.db"),
            ("inspect closed_folder/shop.db", "closed_folder/shop.db"),
            ("restore closed_file/shop.db --to open_folder/new.db", "closed_file/shop.db"),
            ("restore closed_folder/shop.db --to open_folder/new.db", "closed_folder/shop.db"),
            ("restore closed_folder/shop.db --to open_folder/new.db --dry-run", "closed_folder/shop.db"),
            ("validate closed_file/policy.yaml", "closed_file/policy.yaml"),
            ("plan closed_file/policy.yaml", "closed_file/policy.yaml"),
            ("apply closed_folder/policy.yaml", "closed_folder/policy.yaml"),
            ("backup shop.db read_only/out.sqlite", "read_only"),
            ("backup shop.db closed_folder/out.sqlite", "closed_folder"),
            ("restore taken.sqlite --to read_only/new.db", "read_only"),
            ("restore taken.sqlite --to closed_folder/new.db", "closed_folder"),
            ("backup shop.db open_folder/out.sqlite --state read_only/state", "read_only/state"),
            ("apply policy.yaml --state closed_folder/state", "closed_folder/state"),
            ("report policy.yaml --state closed_folder/state", "closed_folder/state"),
            ("plan policy.yaml --state closed_folder/state", "closed_folder/state"),
            ("plan policy.yaml --output read_only/x.json", "read_only"),
            ("plan policy.yaml --out closed_folder/x.json", "closed_folder"),
            ("report policy.yaml --markdown read_only/x.md", "read_only"),
        ]
        for line, named in rows:
            with self.subTest(line):
                self.check(line, 10, "permission_denied", named, "Permission denied")

    def test_no_permission_to_verify(self):
        """[ON-01] What may not be read is invalid, with that reason; the others go on."""
        for name in ("d/good.db", "d/secret.db", "d/unknown", "d/closed/two.db", "elsewhere/named.db"):
            Path(name).parent.mkdir(exist_ok=True, parents=True)
            make(name)
            os.chmod(name, 0o644)
        Path("d/unknown").write_text("no backup, but who knows")
        for name in ("d/secret.db", "d/unknown", "d/closed", "elsewhere"):
            os.chmod(name, 0)
            self.addCleanup(os.chmod, name, 0o700)
        self.be_nobody()
        ran = self.run_muster("verify d elsewhere/named.db --json")
        self.assertEqual(ran.returncode, 4, ran)
        files = {Path(file["path"]).name: file for file in json.loads(ran.stdout)["files"]}
        self.assertEqual({name for name, file in files.items() if file["valid"]}, {"good.db"})
        self.assertEqual(sorted(files), ["closed", "good.db", "named.db", "secret.db", "unknown"])
        for name in ("secret.db", "unknown", "closed", "named.db"):
            self.assertIn("Permission denied", files[name]["reason"])
            self.assertEqual([(each["code"], each["verdict"]) for each in files[name]["findings"]], [("permission_denied", "unchecked")])
        plain = self.run_muster("verify d elsewhere/named.db")
        self.assertEqual((plain.returncode, len(re.findall("^UNCHECKED ", plain.stdout, re.MULTILINE))), (4, 4), plain)

    def test_no_permission_in_a_policy(self):
        """The store or the database of a policy is closed: every step is blocked, with the reason."""
        Path("store").mkdir(mode=0o555)
        Path("elsewhere").mkdir()
        make("elsewhere/shop.db")
        os.chmod("elsewhere", 0)
        self.addCleanup(os.chmod, "elsewhere", 0o700)
        os.chmod("shop.db", 0o644)
        text = POLICY[:POLICY.index("drills")]
        Path("store.yaml").write_text(text.replace("local: backups", "local: store"))
        Path("database.yaml").write_text(text.replace("sqlite: shop.db", "sqlite: elsewhere/shop.db").replace("local: backups", "local: open"))
        Path("open").mkdir()
        os.chmod("open", 0o777)
        for name in ("store.yaml", "database.yaml"):
            os.chmod(name, 0o644)
        self.be_nobody()
        self.check("apply store.yaml", 10, "store_unreachable", "store", "Permission denied")
        self.check("apply database.yaml", 10, "permission_denied", "elsewhere/shop.db", "Permission denied")

    # -- full disks ------------------------------------------------------------------------------

    def test_full_disk(self):
        """At every amount of free space a backup, a restore and a rehearsal are whole or nothing."""
        place = Path("small")
        place.mkdir()
        mount_disk(self, place, "2m")
        size = Path("shop.db").stat().st_size
        self.run_muster("backup shop.db taken.sqlite")
        fates = {"backup": set(), "restore": set(), "state": set()}
        lines = {"backup": "backup shop.db small/out.sqlite", "restore": "restore taken.sqlite --to small/out.db",
                 "state": "backup shop.db out.sqlite --state small/state"}
        for command, line in lines.items():
            for free in [pages * 4096 for pages in range(0, size // 4096 + 14)] + [size + (2 << 20)]:
                for left in place.iterdir():
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                for left in Path(".").glob("out*"):
                    left.unlink()
                fill(place, free)
                before = sorted(path.name for path in place.iterdir())
                with self.subTest(line, free=free):
                    ran = self.run_muster(line)
                    shown = f"$ muster {line}\nexit status {ran.returncode}\n{ran.stdout}{ran.stderr}"
                    fates[command].add(ran.returncode)
                    after = sorted(path.name for path in place.iterdir())
                    self.assertIn(ran.returncode, (0, 7), shown)
                    if ran.returncode == 7:
                        self.assertIn("next: free space there", ran.stdout + ran.stderr, shown)
                    if command == "state":
                        # The copy itself had room; whether its record had decides the exit status.
                        self.assertEqual(held_leases(place), [], shown)
                        continue
                    wanted = {"backup": ["out.sqlite", "out.sqlite.manifest.json"], "restore": ["out.db"]}[command]
                    self.assertEqual(after, sorted(before + (wanted if ran.returncode == 0 else [])), shown)
                    if command == "restore" and ran.returncode == 0:
                        with closing(sqlite3.connect("small/out.db")) as restored:
                            self.assertEqual(restored.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        self.assertEqual(fates, {command: {0, 7} for command in lines}, "the sweep did not reach both ends")

        for left in place.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        fill(place, 4096)
        self.check("backup shop.db small/out.sqlite", 7, "no_space", "free space there", "shop.db")
        Path("policy.yaml").write_text(POLICY[:POLICY.index("drills")].replace("local: backups", "local: small/store"))
        self.check("apply policy.yaml", 7, "no_space", "in store near", "free space there")

    def test_file_size_limit(self):
        """A limit on the size of files, which needs no rights: fails at a write, not at the preflight."""
        self.run_muster("backup shop.db taken.sqlite")

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

        self.options = {"preexec_fn": limit}
        for line in ("backup shop.db out.sqlite", "restore taken.sqlite --to out.db", "restore-smoke shop.db", "restore taken.sqlite --to shop.db --force"):
            before = self.world()
            ran = self.run_muster(line)
            shown = f"$ muster {line}\nexit status {ran.returncode}\n{ran.stdout}{ran.stderr}"
            with self.subTest(line):
                self.assertIn(ran.returncode, (1, 7), shown)
                self.assertEqual(len(BAD_LINE.findall(ran.stdout + ran.stderr)), 1, shown)
                self.assertIn("next: ", ran.stdout + ran.stderr, shown)
                self.assertEqual(self.world(), before, shown)
                self.check_tidy()


def fill(place, free):
    """Leaves `free` bytes in the file system."""
    status = os.statvfs(place)
    rest = status.f_bavail * status.f_frsize - free
    if rest > 0:
        (place / "filler").write_bytes(bytes(rest))


def remove_state(state):
    shutil.rmtree(state, ignore_errors=True)


# A policy with every key there is, so that each can be spoiled.
FULL = {
    "muster": 1, "name": "shop", "owner": "dba@example.org",
    "strictness": {"plan": ["blocked", "failed"]},
    "stores": {"near": {"local": "backups", "layout": "{target}/{target}-{timestamp}"}, "far": {"local": "mirror"}},
    "targets": {"shop": {"sqlite": "shop.db", "volume_id": "vol_1", "schema_version": {"sql": "PRAGMA user_version", "supported": 42},
                         "revision": {"sql": "SELECT count(*) FROM item"}, "rpo": "24h", "rto": "5m",
                         "checks": [{"name": "some", "sql": "SELECT count(*) FROM item", "expect": ">= 1", "severity": "warning"}]}},
    "protect": {"always": {"targets": ["shop"], "stores": ["near", "far"], "snapshot": {"method": "online", "max_writer_pause": "200ms"},
                           "verify": "full", "proof_expires": "7d", "keep": {"last": 3, "daily": 7}}},
    "drills": {"smoke": {"scenario": "restore-smoke", "targets": ["shop"]}},
    "reports": {"handoff": {"markdown": "handoff.md"}},
    "audit": {"state": "state"},
}
NAMED = ("stores", "targets", "protect", "drills")  # their members have names of the user's choice
REQUIRED = [("muster",), ("name",), ("stores",), ("targets",), ("protect",),
            ("targets", "shop", "revision", "sql"), ("targets", "shop", "checks", 0, "name"),
            ("targets", "shop", "checks", 0, "expect"),
            ("protect", "always", "targets"), ("protect", "always", "stores"),
            ("drills", "smoke", "targets")]


def paths_in(node, path=()):
    """The path of everything below the root."""
    if path:
        yield path
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        yield from paths_in(member, path + (key,))


def spelled(path):
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def copy_with(path, change):
    """FULL with change(parent, key) done at the path."""
    policy = json.loads(json.dumps(FULL))
    parent = policy
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return policy


def value_at(path):
    node = FULL
    for key in path:
        node = node[key]
    return node


def misspelled(word):
    return word[1] + word[0] + word[2:] if word[:2] != word[1::-1] else word + "x"


class BadPolicy(Case):
    def problems_of(self, text):
        """What validate says, for people and for programs alike; the file is text."""
        Path("policy.yaml").write_text(text)
        ran = self.muster("validate", "policy.yaml")
        problems = ran.document["problems"]
        told = [match.groupdict() for match in PLACE.finditer(ran.out)]
        self.assertEqual([(each["file"], str(each["line"]), str(each["column"])) for each in problems],
                         [(each["file"], each["line"], each["column"]) for each in told], ran)
        self.assertEqual(ran.status, 8 if problems else 0, ran)
        self.assertEqual(ran.document["valid"], not problems)
        for each in problems:
            self.assertGreater(min(each["line"], each["column"]), 0, f"{each}: without a place")
        return problems

    def test_the_full_policy_is_valid(self):
        self.assertEqual(self.problems_of(json.dumps(FULL, indent=2)), [])

    def test_wrong_type_at_every_key(self):
        spoiled = 0
        for path in paths_in(FULL):
            for wrong in ("null",) if isinstance(path[-1], int) else ("null", "instead"):
                # A mapping or list becomes text; everything else becomes a list.
                instead = '"WRONG"' if isinstance(value_at(path), (dict, list)) else "[[ WRONG ]]"
                replacement = "null" if wrong == "null" else instead
                text = json.dumps(copy_with(path, lambda parent, key: parent.__setitem__(key, "@@@")), indent=2)
                at = text.index('"@@@"')
                line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
                with self.subTest(spelled(path), wrong=replacement):
                    problems = self.problems_of(text.replace('"@@@"', replacement))
                    self.assertEqual([(each["path"], each["line"], each["column"]) for each in problems], [(spelled(path), line, column)], problems)
                    self.assertRegex(problems[0]["message"], "expected .*, found ", problems)
                spoiled += 1
        self.assertGreater(spoiled, 80)

    def test_unknown_key_at_every_mapping(self):
        mappings = [()] + [path for path in paths_in(FULL) if isinstance(value_at(path), dict)]
        for path in mappings:
            if path and path[-1] in NAMED and len(path) == 1:
                continue
            policy = json.loads(json.dumps(FULL))
            node = policy
            for key in path:
                node = node[key]
            node["zzzzzzzz"] = 1
            with self.subTest(spelled(path)):
                problems = self.problems_of(json.dumps(policy, indent=2))
                self.assertEqual([each["path"] for each in problems], [spelled(path + ("zzzzzzzz",))], problems)
                self.assertIn("unknown key", problems[0]["message"])
                self.assertIn("allowed: ", problems[0]["hint"])

    def test_did_you_mean_for_every_key(self):
        for path in paths_in(FULL):
            key = path[-1]
            if isinstance(key, int) or (len(path) == 2 and path[0] in NAMED) or len(key) < 3:
                continue
            text = json.dumps(copy_with(path, lambda parent, key: parent.__setitem__(misspelled(key), parent.pop(key))), indent=2)
            with self.subTest(spelled(path)):
                unknown = [each for each in self.problems_of(text) if "unknown key" in each["message"]]
                self.assertEqual([each["path"] for each in unknown], [spelled(path[:-1] + (misspelled(key),))])
                self.assertEqual(unknown[0]["hint"], f'did you mean "{key}"?')

    def test_missing_keys(self):
        for path in REQUIRED:
            with self.subTest(spelled(path)):
                problems = self.problems_of(json.dumps(copy_with(path, lambda parent, key: parent.pop(key)), indent=2))
                missing = [each for each in problems if "is missing" in each["message"]]
                self.assertEqual([each["path"] for each in missing], [spelled(path)], problems)
                self.assertIn(path[-1], missing[0]["hint"])

    # What decodes and still makes no sense: text to replace, path of the problem, what is said.
    SENSELESS = [
        ('"muster": 1', '"muster": 2', "muster", "does not know version 2"),
        ('"name": "shop"', '"name": " "', "name", "must not be empty"),
        ('"local": "mirror"', '"local": "./backups/"', "stores.near.local", "is the same place"),
        ('"layout": "{target}/{target}-{timestamp}"', '"layout": "{target}"', "stores.near.layout", "{timestamp}"),
        ('"layout": "{target}/{target}-{timestamp}"', '"layout": "{tarket}-{timestamp}"', "stores.near.layout", 'unknown word "tarket"'),
        ('"layout": "{target}/{target}-{timestamp}"', '"layout": "../{target}-{timestamp}"', "stores.near.layout", ".."),
        ('"rpo": "24h"', '"rpo": "0s"', "targets.shop.rpo", "longer than 0"),
        ('"rpo": "24h"', '"rpo": "24"', "targets.shop.rpo", "a duration such as 4h"),
        ('"rpo": "24h"', '"rpo": 24', "targets.shop.rpo", "a duration such as 4h"),
        ('"sqlite": "shop.db"', '"sqlite": ""', "targets.shop.sqlite", "must not be empty"),
        ('"sqlite": "shop.db"', '"sqlite": "${HOUSE}/shop.db"', "targets.shop.sqlite", "not set in the environment"),
        ('"sqlite": "shop.db"', '"sqlite": "*.db"', "targets.shop.volume_id", "glob"),
        ('"severity": "warning"', '"severity": "warn"', "targets.shop.checks[0].severity", "one of error, warning, info"),
        ('"verify": "full"', '"verify": "ful"', "protect.always.verify", "one of checksum, quick, full, deep"),
        ('"stores": [\n        "near"', '"stores": [\n        "nera"', "protect.always.stores[0]", '"nera" is not in stores'),
        ('"last": 3', '"last": 0', "protect.always.keep.last", "at least 1"),
        ('"last": 3', '"last": -3', "protect.always.keep.last", "at least 1"),
        ('"last": 3', '"last": 3.5', "protect.always.keep.last", "a whole number"),
        ('"last": 3', '"last": 99999999999999999999', "protect.always.keep.last", "out of range"),
        ('"last": 3,\n        "daily": 7', "", "protect.always.keep", "has no rule"),
        ('"scenario": "restore-smoke"', '"scenario": "smoke"', "drills.smoke.scenario", "restore-smoke"),
    ]

    def test_what_makes_no_sense(self):
        full = json.dumps(FULL, indent=2)
        for old, new, path, said in self.SENSELESS:
            with self.subTest(new):
                self.assertEqual(full.count(old), 1, "the table does not fit FULL")
                problems = self.problems_of(full.replace(old, new))
                self.assertEqual([each["path"] for each in problems], [path], problems)
                self.assertIn(said, problems[0]["message"] + problems[0].get("hint", ""))

    def test_several_problems_at_once(self):
        text = ("muster: 1\nname: [x]\nstors: { near: { local: backups } }\n"
                "targets: { a: { sqlit: a.db, rpo: 24x, checks: [{ name: q }] } }\n"
                "protect: { all: { targets: [a, b], stores: near, keep: { last: 0 } } }\n")
        problems = self.problems_of(text)
        self.assertEqual([(each["line"], each["path"]) for each in problems],
                         [(1, "stores"), (2, "name"), (3, "stors"), (4, "targets.a"), (4, "targets.a.sqlit"), (4, "targets.a.rpo"),
                          (4, "targets.a.checks[0]"), (5, "protect.all.targets[1]"),
                          (5, "protect.all.stores"), (5, "protect.all.keep.last")])
        for command in ("plan", "apply", "drill", "report"):
            ran = self.muster(command, "policy.yaml")
            self.assertEqual((ran.status, ran.document["code"], ran.document["problems"]), (8, "invalid_policy", problems), ran)
            self.assertEqual(len(PLACE.findall(ran.err)), len(problems), ran)
            self.assertIn("policy.yaml has 10 problems", ran.err)

    # Not even YAML, or more than a policy may be: text, line, column.
    BROKEN = [
        ("", 1, 1),
        ("# nothing but a comment\n", 1, 1),
        ("name: [unclosed\n", 2, 1),
        ("muster: 1\nname: a\nname: b\n", 3, 1),
        ("muster: 1\n\tname: tab\n", 2, 1),
        ("name: \"never closed\n", 1, 7),
        ("- a list\n", 1, 1),
        ("muster: 1\nname: &x [*x]\n", 2, None),
        ("muster: 1\n---\nmuster: 1\n", None, None),
    ]

    def test_broken_text(self):
        for text, line, column in self.BROKEN:
            with self.subTest(text):
                problems = self.problems_of(text)
                self.assertGreaterEqual(len(problems), 1)
                if line:
                    self.assertIn(line, [each["line"] for each in problems], problems)
                if column:
                    self.assertIn(column, [each["column"] for each in problems], problems)

    def test_hostile_text_ends_soon(self):
        """[design 6.11] YAML is bounded in size, depth and aliases."""
        bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9))
        for text in (bomb, "[" * 100000, "x: " * 2000, "name: " + "y" * (20 << 20), "a:\n" + "".join(f"{' ' * i}b:\n" for i in range(1, 3000))):
            with self.subTest(text[:20]):
                Path("policy.yaml").write_text(text)
                ran = self.muster("validate", "policy.yaml")
                self.assertEqual(ran.status, 8, ran.err[:300])
                self.assertLess(len(ran.out + ran.err), 20000)


if __name__ == "__main__":
    unittest.main()
