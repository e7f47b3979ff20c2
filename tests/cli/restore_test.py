#!/usr/bin/env python3
"""muster restore, as an operator types it, over everything that can lie at the target."""
import json
import os
import shutil
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import (Holder, content, crash_in_wal, crash_with_hot_journal, family, make, make_big,
                               names, sidecar, tree)
from support.muster import MUSTER, Case, leftovers


def manifest_of(artifact):
    return Path(f"{artifact}.manifest.json")


def edit_manifest(artifact, **fields):
    manifest = json.loads(manifest_of(artifact).read_text())
    manifest.update(fields)
    manifest_of(artifact).write_text(json.dumps(manifest))


class RestoreCase(Case):
    def setUp(self):
        super().setUp()
        make("from.db", ["restored"])
        self.passes("backup", "from.db", "kept.sqlite")
        Path("from.db").unlink()

    def restored(self, ran):
        [outcome] = ran.document["outcomes"]
        return outcome["restored"]

    def finding(self, ran, code):
        [outcome] = ran.document["outcomes"]
        found = [each for each in outcome["findings"] if each["code"] == code]
        self.assertEqual(len(found), 1, ran)
        return found[0]

    def check_unchanged(self, before):
        """All but the state directory is byte for byte as it was, and nothing has come or gone."""
        after = {path: what for path, what in tree(".").items() if not path.startswith("state")}
        self.assertEqual(after, before)

    def files(self):
        return {path: what for path, what in tree(".").items() if not path.startswith("state")}


class OverAnExistingDatabase(RestoreCase):
    def test_left_over_log_is_not_applied_and_not_lost(self):
        """[VV-06] The result is the backup's rows; the safety copy holds those committed to the log alone."""
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force")
        self.assertEqual(names("app.db"), ["restored"])
        self.assertEqual(content("app.db"), content("kept.sqlite"))
        safety = self.restored(ran)["safety_copy"]
        self.assertRegex(safety, r"/app\.db\.pre-restore-\d{8}T\d{6}Z\.sqlite3$")
        self.assertEqual(names(safety), ["in the log", "old"])
        self.assertIn(safety, ran.out, "the operator must be told where it is")
        self.passes("inspect", safety)
        self.assertEqual([each for each in ("-wal", "-journal") if sidecar("app.db", each).exists()], [])
        self.assertEqual(leftovers(self.folder), [])
        # And the way back works.
        self.passes("restore", safety, "--to", "app.db", "--force")
        self.assertEqual(names("app.db"), ["in the log", "old"])

    def test_log_without_shm_is_not_applied_either(self):
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])
        sidecar("app.db", "-shm").unlink()
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force")
        self.assertEqual(names("app.db"), ["restored"])
        self.assertEqual(names(self.restored(ran)["safety_copy"]), ["in the log", "old"])

    def test_hot_journal_at_the_target(self):
        make("app.db", ["old", "older"])
        crash_with_hot_journal("app.db")
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force")
        self.assertEqual(content("app.db"), content("kept.sqlite"))
        self.assertFalse(sidecar("app.db", "-journal").exists(), "it would be rolled back into the restored file")
        self.assertEqual(names(self.restored(ran)["safety_copy"]), ["old", "older"])

    def test_refused_without_force(self):
        """[VV-06] [VV-07] target_exists, exit 7, not one byte changed."""
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])
        before = self.files()
        ran = self.refused(7, "target_exists", "restore", "kept.sqlite", "--to", "app.db")
        self.assertIn("--force", ran.out + ran.err)
        self.check_unchanged(before)

    def test_owner_and_mode_stay(self):
        make("app.db", ["old"])
        os.chmod("app.db", 0o640)
        if os.geteuid() == 0:
            os.chown("app.db", 65534, 65533)
        before = os.stat("app.db")
        self.passes("restore", "kept.sqlite", "--to", "app.db", "--force")
        after = os.stat("app.db")
        self.assertEqual((after.st_mode, after.st_uid, after.st_gid), (before.st_mode, before.st_uid, before.st_gid))
        self.assertEqual(names("app.db"), ["restored"])

    def test_a_new_target_is_as_private_as_the_database_was(self):
        mode = lambda path: os.stat(path).st_mode & 0o777
        was = json.loads(Path("kept.sqlite.manifest.json").read_text())["owner"]["mode"]
        self.passes("restore", "kept.sqlite", "--to", "new/folder/app.db")
        self.assertEqual(names("new/folder/app.db"), ["restored"])
        self.assertEqual((mode("new/folder/app.db"), mode("new/folder")), (was, 0o700))
        os.remove("kept.sqlite.manifest.json")  # nothing tells how private it was
        self.passes("restore", "kept.sqlite", "--to", "new/legacy.db")
        self.assertEqual(mode("new/legacy.db"), 0o600)

    def test_safety_folder(self):
        make("app.db", ["old"])
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force", "--safety-dir", "safe/place")
        safety = Path(self.restored(ran)["safety_copy"])
        self.assertEqual(safety.parent, (self.folder / "safe/place").resolve())
        self.assertEqual(names(safety), ["old"])
        self.assertEqual(list(Path(".").glob("*pre-restore*")), [])

    def test_dry_run_changes_nothing(self):
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])
        before = tree(".")
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force", "--dry-run")
        self.assertIn("planned: 1 step", ran.out)
        refused = self.muster("restore", "kept.sqlite", "--to", "app.db", "--dry-run")
        self.assertEqual(refused.status, 7, refused)
        self.assertIn("target_exists", refused.out + refused.err + json.dumps(refused.document))
        self.assertEqual(tree("."), before)

    def test_what_is_no_database_is_set_aside_whole(self):
        """Where no safety copy can be taken the former files must stay, whatever SQLite makes of them."""
        made = {}
        for name in ("header gone, log whole", "main file empty, log whole", "text", "cut in half"):
            with self.subTest(name):
                database = Path(name.replace(" ", "-").replace(",", "") + ".db")
                make(database, ["old", "older", "oldest"], "WAL")
                if "log" in name:
                    crash_in_wal(database, ["in the log"])
                    with open(database, "r+b") as file:
                        file.write(b"x" * 100) if "header" in name else file.truncate(0)
                elif name == "text":
                    database.write_text("this is no database " * 400)
                else:
                    with open(database, "r+b") as file:
                        file.truncate(database.stat().st_size // 2)
                before = family(database)
                ran = self.passes("restore", "kept.sqlite", "--to", database, "--force")
                self.assertEqual(content(database), content("kept.sqlite"))
                aside = self.restored(ran)["set_aside"]
                self.assertEqual(family(aside), before)
                self.assertIn(aside, ran.out)


class Where(RestoreCase):
    def test_a_link_is_resolved_and_stays_a_link(self):
        os.mkdir("real")
        make("real/app.db", ["old"], "WAL")
        crash_in_wal("real/app.db", ["in the log"])
        os.symlink("real/app.db", "link.db")
        ran = self.passes("restore", "kept.sqlite", "--to", "link.db", "--force")
        self.assertEqual(os.readlink("link.db"), "real/app.db")
        self.assertFalse(Path("real/app.db").is_symlink())
        self.assertEqual(names("real/app.db"), ["restored"])
        self.assertEqual(names(self.restored(ran)["safety_copy"]), ["in the log", "old"])
        self.assertEqual(sorted(each.name for each in Path(".").glob("link*")), ["link.db"])

    def test_hard_links_are_refused(self):
        make("app.db", ["old"])
        os.link("app.db", "other-name.db")
        before = self.files()
        ran = self.refused(7, "hard_links", "restore", "kept.sqlite", "--to", "app.db", "--force")
        self.assertIn("2 names", ran.message)
        self.check_unchanged(before)

    def test_a_folder_is_refused(self):
        os.mkdir("folder")
        before = self.files()
        for target in ("folder", "folder/", "no-such-folder/"):
            with self.subTest(target):
                ran = self.muster("restore", "kept.sqlite", "--to", target, "--force")
                self.assertEqual(ran.status, 8, ran)
                self.check_unchanged(before)

    def test_the_backup_itself_is_refused(self):
        before = self.files()
        self.refused(8, "usage", "restore", "kept.sqlite", "--to", "./kept.sqlite", "--force")
        os.symlink("kept.sqlite", "alias.db")
        before = self.files()
        self.refused(8, "usage", "restore", "kept.sqlite", "--to", "alias.db", "--force")
        self.check_unchanged(before)

    @unittest.skipIf(os.geteuid() != 0, "only root can mount")
    def test_a_mount_point_is_refused(self):
        make("behind.db", ["old"])
        Path("app.db").touch()
        if subprocess.run(["mount", "--bind", "behind.db", "app.db"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("mount is not allowed here")
        try:
            self.refused(7, "mount_point", "restore", "kept.sqlite", "--to", "app.db", "--force")
            self.assertEqual(names("behind.db"), ["old"])
        finally:
            subprocess.run(["umount", "app.db"], check=True)

    def test_a_folder_that_may_not_be_written(self):
        """As somebody who may not: exit 10, the reason named, nothing changed."""
        os.mkdir("locked")
        make("locked/app.db", ["old"])
        as_nobody = ()
        if os.geteuid() == 0:
            nobody = 65534
            os.mkdir("nobody")
            for path in (self.folder, *self.folder.parents):
                if path.stat().st_uid == 0 and path.stat().st_mode & 0o005 != 0o005:
                    if not str(path).startswith(str(Path(os.environ["HOME"]).parent)):
                        self.skipTest(f"nobody cannot reach {path}")
                    os.chmod(path, path.stat().st_mode | 0o055)
            for path in ("nobody", "kept.sqlite", "kept.sqlite.manifest.json", "locked/app.db"):
                os.chown(path, nobody, nobody)
            as_nobody = ("setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups")
            if subprocess.run([*as_nobody, MUSTER, "version"], capture_output=True).returncode != 0:
                self.skipTest("nobody cannot run the binary")
            state = "nobody/state"
        else:
            state = "state"
        os.chmod("locked", 0o555)
        before = {path: what for path, what in self.files().items() if not path.startswith("nobody")}
        try:
            done = subprocess.run([*as_nobody, MUSTER, "restore", "kept.sqlite", "--to", "locked/app.db", "--force", "--state", state],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 10, done)
            self.assertIn("Permission denied", done.stdout + done.stderr)
            self.assertIn("locked", done.stdout + done.stderr)
            self.assertEqual({path: what for path, what in self.files().items() if not path.startswith("nobody")}, before)
        finally:
            os.chmod("locked", 0o755)

    def test_a_log_without_its_main_file(self):
        """The log of a database that is gone must not be applied to the new one, and is kept."""
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])
        Path("app.db").unlink()
        log = family("app.db")
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db")
        self.assertEqual(content("app.db"), content("kept.sqlite"))
        self.assertFalse(sidecar("app.db", "-wal").exists())
        self.assertEqual(family(self.restored(ran)["set_aside"]), log)


class WhoHoldsIt(RestoreCase):
    def check_named(self, mode):
        make("app.db", ["old"], mode)
        with Holder("app.db", "database.execute('SELECT * FROM item').fetchall()") as holder:
            ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force")
            self.assertIn(f"pid {holder.pid} ", self.finding(ran, "holders")["reason"])
            self.assertIn(f"pid {holder.pid} ", ran.out)
        self.assertEqual(names("app.db"), ["restored"])
        self.assertEqual(names(self.restored(ran)["safety_copy"]), ["old"])
        return ran

    def test_a_live_holder_in_wal_mode_is_named_and_keeps_its_file(self):
        ran = self.check_named("WAL")
        self.assertIn(self.restored(ran)["set_aside"], ran.out)
        self.assertEqual(names(self.restored(ran)["set_aside"]), ["old"])

    def test_a_live_holder_in_rollback_mode_is_named(self):
        self.check_named("DELETE")

    def test_dry_run_names_the_holder(self):
        make("app.db", ["old"], "WAL")
        with Holder("app.db", "database.execute('SELECT * FROM item').fetchall()") as holder:
            ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force", "--dry-run")
            self.assertIn(f"pid {holder.pid} ", ran.out)

    def test_two_restores_at_once(self):
        """One waits its turn or gets exit 9; the result is one of the two backups, whole."""
        make_big("one.db", 20, "DELETE")
        make_big("two.db", 20, "DELETE")
        make("app.db", ["old"], "WAL")
        for name in ("one", "two"):
            self.passes("backup", f"{name}.db", f"{name}.sqlite")
        wanted = {name: content(f"{name}.sqlite") for name in ("one", "two")}
        under_way = [self.start("restore", f"{name}.sqlite", "--to", "app.db", "--force") for name in ("one", "two")]
        ran = [self.finish(each) for each in under_way]
        self.assertIn(sorted(each.status for each in ran), ([0, 0], [0, 9]), "\n".join(map(str, ran)))
        for each in ran:
            if each.status == 9:
                self.assertEqual(each.trouble, "lease_held")
                self.assertRegex(each.message, r"pid \d+")
        winners = [name for name, each in zip(("one", "two"), ran) if each.status == 0]
        self.assertIn(content("app.db"), [wanted[name] for name in winners])
        self.assertEqual(leftovers(self.folder), [])
        self.check_chain()


class WhatIsRestored(RestoreCase):
    def setUp(self):
        super().setUp()
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])

    def check_refused(self, status, code):
        before = self.files()
        inspected = self.muster("inspect", "kept.sqlite")
        self.assertEqual(inspected.status, status, inspected)
        self.assertFalse(inspected.document["restorable"])
        self.refused(status, code, "restore", "kept.sqlite", "--to", "app.db", "--force")
        self.refused(status, code, "restore", "kept.sqlite", "--to", "new.db")
        if code != "damaged":
            self.refused(status, code, "restore", "kept.sqlite", "--to", "app.db", "--force", "--no-verify")
        self.check_unchanged(before)

    def test_an_edited_byte(self):
        """[VV-03] [VV-07] manifest_mismatch."""
        with open("kept.sqlite", "r+b") as file:
            file.seek(-100, os.SEEK_END)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        self.check_refused(7, "manifest_mismatch")

    def test_an_edited_manifest(self):
        """[VV-03] [VV-07] A manifest of other bytes is as good as none."""
        edit_manifest("kept.sqlite", checksumSha256="0" * 64)
        self.check_refused(7, "manifest_mismatch")

    def test_an_unreadable_manifest(self):
        """[VV-03] [VV-07] Never taken for a legacy backup."""
        for text in ("", "{", "[]", '{"formatVersion": 1}'):
            with self.subTest(text):
                manifest_of("kept.sqlite").write_text(text)
                self.check_refused(7, "manifest_mismatch")

    def test_a_newer_major_version(self):
        """[VV-03] [VV-07] newer_tool_major; a newer minor is fine."""
        version = self.passes("version").document["muster"]
        major = int(version.split(".")[0])
        edit_manifest("kept.sqlite", createdWithVersion=f"{major + 1}.0.0")
        self.check_refused(7, "newer_tool_major")
        edit_manifest("kept.sqlite", createdWithVersion=f"{major}.999.0")
        self.passes("restore", "kept.sqlite", "--to", "new.db")

    def test_a_newer_schema_version(self):
        """[VV-03] [VV-07] newer_schema, against what --supported-schema names."""
        with closing(sqlite3.connect("versioned.db")) as connection:
            connection.execute("CREATE TABLE t(x)")
            connection.execute("PRAGMA user_version = 7")
        self.passes("backup", "versioned.db", "versioned.sqlite")
        self.passes("inspect", "versioned.sqlite", "--supported-schema", 7)
        ran = self.muster("inspect", "versioned.sqlite", "--supported-schema", 6)
        self.assertEqual(ran.status, 7, ran)
        self.assertIn("schema", ran.out)
        self.refused(7, "newer_schema", "restore", "versioned.sqlite", "--to", "fresh.db", "--supported-schema", 6)
        self.assertFalse(Path("fresh.db").exists())
        self.passes("restore", "versioned.sqlite", "--to", "fresh.db", "--supported-schema", 7)

    def test_a_legacy_backup_without_manifest(self):
        """[VV-04] Allowed, and the report says that manifest validation was skipped."""
        manifest_of("kept.sqlite").unlink()
        ran = self.passes("restore", "kept.sqlite", "--to", "app.db", "--force")
        self.assertEqual(names("app.db"), ["restored"])
        finding = self.finding(ran, "manifest")
        self.assertEqual((finding["verdict"], finding["severity"]), ("unchecked", "warning"))
        self.assertIn("manifest validation is skipped", finding["reason"])
        self.assertIn("manifest validation is skipped", ran.out)
        self.assertIn("manifest validation is skipped", self.passes("inspect", "kept.sqlite").out)

    def test_a_truncated_legacy_backup(self):
        """[VV-03] Without a manifest SQLite's own checks must see it."""
        manifest_of("kept.sqlite").unlink()
        with open("kept.sqlite", "r+b") as file:
            file.truncate(Path("kept.sqlite").stat().st_size - 4096)
        self.check_refused(4, "damaged")

    def test_a_truncated_backup(self):
        """[VV-03] [VV-07] Its length alone gives it away."""
        with open("kept.sqlite", "r+b") as file:
            file.truncate(Path("kept.sqlite").stat().st_size - 1)
        self.check_refused(7, "manifest_mismatch")

    def test_no_backup_at_all(self):
        before = self.files()
        ran = self.refused(8, "not_found", "restore", "no-such.sqlite", "--to", "app.db", "--force")
        self.assertIn("no-such.sqlite", ran.message)
        self.check_unchanged(before)


class AfterAKill(RestoreCase):
    POLICY = """
muster: 1
name: apps
stores: {{ near: {{ local: backups }} }}
targets: {{ app: {{ sqlite: {path!r} }} }}
protect: {{ always: {{ targets: [app], stores: [near], verify: full }} }}
"""

    def kill_in_the_middle(self, place="swap.moved_aside", target="app.db"):
        Path(target).write_bytes(b"no database any more" * 300)
        self.assertEqual(self.muster("restore", "kept.sqlite", "--to", target, "--force", kill_at=place).status, -9)
        self.assertTrue(Path(".app.db.muster-swap").exists() or Path("dbs/.app.db.muster-swap").exists())

    def check_apply_finishes(self, written, place, database="app.db"):
        Path("policy.yaml").write_text(self.POLICY.format(path=written))
        planned = self.muster("plan", "policy.yaml")
        self.assertIn("unfinished", planned.out, "the plan must not pass over it")
        ran = self.passes("apply", "policy.yaml")
        self.assertTrue(any("finished the restore" in each and "set-aside" in each for each in ran.document["found"]), ran)
        self.assertEqual(content(database), content("kept.sqlite"))
        [snapshot] = [each["snapshot"] for each in ran.document["outcomes"] if each.get("snapshot")]
        self.assertEqual(names(snapshot["path"]), ["restored"])
        self.assertEqual(leftovers(self.folder), [])

    def test_apply_finishes_the_restore_of_a_target(self):
        for place in ("swap.intent_written", "swap.moved_aside"):
            with self.subTest(place):
                self.kill_in_the_middle(place)
                self.check_apply_finishes("app.db", place)

    def test_apply_finishes_it_when_the_policy_names_a_link(self):
        os.symlink("app.db", "link.db")
        self.kill_in_the_middle()
        self.check_apply_finishes("link.db", "swap.moved_aside")

    def test_apply_finishes_it_when_the_policy_has_a_glob(self):
        """The database is not there any more, so no glob matches it."""
        os.mkdir("dbs")
        self.kill_in_the_middle(target="dbs/app.db")
        self.check_apply_finishes("dbs/*.db", "swap.moved_aside", "dbs/app.db")

    def test_backup_never_copies_a_database_without_its_log(self):
        """Killed after the log was moved aside and before the main file was: that main file lacks committed rows."""
        make("app.db", ["old"], "WAL")
        crash_in_wal("app.db", ["in the log"])
        shutil.copyfile("kept.sqlite", ".app.db.muster-restoring")
        here = Path.cwd().resolve()
        Path(".app.db.muster-swap").write_text(json.dumps({
            "schema": "muster/swap-intent/v1", "target": f"{here}/app.db", "staged": f"{here}/.app.db.muster-restoring",
            "set_aside": f"{here}/app.db.set-aside-then"}))
        for each in ("-wal", "-shm"):
            os.rename(f"app.db{each}", f"app.db.set-aside-then{each}")
        ran = self.muster("backup", "app.db", "copy.sqlite")
        self.assertEqual(ran.status, 0, ran)
        self.assertIn("finished the restore", " ".join(ran.document["found"]))
        self.assertEqual(names("copy.sqlite"), ["restored"])
        self.assertEqual(names("app.db.set-aside-then"), ["in the log", "old"], "the former database is whole again")

    def test_restore_without_force_does_not_replace_what_it_has_just_finished(self):
        self.kill_in_the_middle()
        ran = self.refused(7, "target_exists", "restore", "kept.sqlite", "--to", "app.db")
        self.assertTrue(any("finished the restore" in each for each in ran.document["found"]), ran)
        self.assertEqual(names("app.db"), ["restored"])
        self.assertEqual(list(Path(".").glob("*pre-restore*")), [])


if __name__ == "__main__":
    unittest.main()
