#!/usr/bin/env python3
"""[AZ-01] [AZ-04] [EE-02] [ON-01] [ON-04] [ON-10] Compressed, encrypted and vacuumed snapshots, beside the tools that others use."""
import json
import os
import shutil
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path

from support.databases import content, make, tree
from support.muster import Case

POLICY = """
muster: 1
name: shop
stores: {{ near: {{ local: backups }} }}
targets:
  shop:
    sqlite: shop.db
    checks: [ {{ name: payloads, blobs: {{ table: files, payload: data, sha256: hash }}, depth: deep }} ]
protect:
  always: {{ targets: [shop], stores: [near], snapshot: {{ {snapshot} }}, verify: {verify}{keep} }}
"""


def write_policy(snapshot, verify="full", keep=""):
    Path("policy.yaml").write_text(POLICY.format(snapshot=snapshot, verify=verify, keep=keep))
    return "policy.yaml"


def write_key(name, digit="7", mode=0o600):
    Path(name).write_text(digit * 64 + "\n")
    os.chmod(name, mode)
    return name


def make_shop():
    make("shop.db")
    with closing(sqlite3.connect("shop.db")) as database:
        database.executescript("""
            CREATE TABLE files(id INTEGER PRIMARY KEY, data BLOB, hash TEXT);
            INSERT INTO files(data, hash) VALUES
                (CAST('a' AS BLOB), 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb');
        """)


def snapshots():
    return sorted(path for path in Path("backups").rglob("*")
                  if path.is_file() and not path.name.startswith(".")
                  and not path.name.endswith((".manifest.json", ".sha256", ".pin")))


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, **more).stdout


class Formats(Case):
    def setUp(self):
        super().setUp()
        make_shop()

    def test_the_tools_of_others_read_what_muster_writes(self):
        before = content("shop.db")
        for compress, extension, decode in (("gzip", ".gz", ["gunzip", "-c"]), ("zstd", ".zst", ["zstd", "-dc"])):
            with self.subTest(compress):
                self.passes("backup", "shop.db", "out", "--compress", compress, "--checksum-file")
                artifact = Path("out.sqlite" + extension)
                run("sha256sum", "-c", "--strict", artifact.name + ".sha256")
                Path("decoded.db").write_bytes(run(*decode, artifact))
                self.assertEqual(content("decoded.db"), before)
                manifest = json.loads(Path(str(artifact) + ".manifest.json").read_text())
                self.assertEqual(manifest["content"]["bytes"], Path("decoded.db").stat().st_size)

    def test_files_that_others_compressed_are_inspected_and_restored(self):
        before = content("shop.db")
        shutil.copy("shop.db", "theirs.db")
        run("gzip", "theirs.db")
        Path("theirs.db.gz.sha256").write_bytes(run("sha256sum", "theirs.db.gz"))
        os.rename("theirs.db.gz", "no-name-tells")  # the content does
        os.rename("theirs.db.gz.sha256", "no-name-tells.sha256")
        Path("no-name-tells.sha256").write_text(
            Path("no-name-tells.sha256").read_text().replace("theirs.db.gz", "no-name-tells"))
        seen = self.passes("inspect", "no-name-tells").document
        self.assertEqual((seen["state"], seen["compression"]), ("legacy", "gzip"))
        checksum = next(each for each in seen["findings"] if each["code"] == "checksum")
        self.assertEqual(checksum["verdict"], "good")
        self.passes("restore", "no-name-tells", "--to", "new.db")
        self.assertEqual(content("new.db"), before)

    def test_what_an_artifact_really_is_has_a_name(self):
        def reason(artifact, status, *words):
            ran = self.muster("inspect", artifact, *words)
            self.assertEqual(ran.status, status, ran)
            return next(each["reason"] for each in ran.document["findings"]
                        if each["verdict"] != "good" and each["severity"] == "error")
        shutil.copy("shop.db", "a.db")
        run("zstd", "-q", "a.db", "-o", "whole.zst")
        whole = Path("whole.zst").read_bytes()
        Path("cut.zst").write_bytes(whole[:-10])
        self.assertIn("cut off", reason("cut.zst", 4))
        Path("more.zst").write_bytes(whole + b"and then some")
        self.assertIn("followed by something that is no zstd", reason("more.zst", 4))
        Path("zero").write_bytes(b"")
        self.assertIn("empty", reason("zero", 4))
        Path("text.gz").write_bytes(run("gzip", "-c", input=b"Dear diary, " * 100))
        self.assertIn("no SQLite database", reason("text.gz", 4))
        with open("bomb", "wb") as bomb:  # behind a header that tells of a small database
            bomb.write(Path("a.db").read_bytes())
            bomb.truncate(1 << 30)
        run("zstd", "-q", "--rm", "bomb")
        self.assertIn("more than", reason("bomb.zst", 4))
        write_key("key")
        self.passes("backup", "shop.db", "sealed", "--encrypt", "file:key")
        self.assertIn("encrypted with key", reason("sealed.sqlite.enc", 7))
        write_key("wrong", "8")
        self.assertIn("encrypted with key", reason("sealed.sqlite.enc", 7, "--key", "file:wrong"))

    def test_a_bomb_never_fills_the_disk(self):
        """What lies in the scratch folder while it is refused stays within what the header tells."""
        shutil.copy("shop.db", "bomb")
        os.truncate("bomb", 1 << 30)
        run("gzip", "bomb")
        before = tree(self.folder)
        ran = self.muster("restore", "bomb.gz", "--to", "new.db")
        self.assertEqual(ran.status, 4, ran)
        self.assertFalse(Path("new.db").exists())
        after = {name: told for name, told in tree(self.folder).items() if not name.startswith("state/")}
        self.assertEqual({name: told for name, told in after.items() if name != "state"},
                         {name: told for name, told in before.items() if name != "state"})


class ByPolicy(Case):
    def setUp(self):
        super().setUp()
        make_shop()

    def outcomes(self, kind, document):
        return [each for each in document["outcomes"] if each["kind"] == kind]

    def test_a_policy_compresses_encrypts_proves_and_prunes(self):
        write_key("key")
        write_policy("method: vacuum, compress: zstd, encrypt: { file: key }, checksum_file: true",
                     verify="deep", keep=", keep: { last: 1 }")
        self.passes("validate", "policy.yaml")
        for _ in range(2):
            ran = self.passes("apply", "policy.yaml")
            verified = self.outcomes("verify", ran.document)[0]
            self.assertEqual((verified["status"], verified["proof"]["depth"]), ("done", "deep"))
            payloads = [each for each in verified["findings"] if each["code"] == "check"]
            self.assertEqual([each["actual"] for each in payloads], ["0 of 1 rows wrong"])
        self.assertEqual([path.name.split(".", 1)[1] for path in snapshots()], ["sqlite.zst.enc"])
        self.assertEqual(len(list(Path("backups").rglob("*.sha256"))), 1, "a pruned snapshot left its .sha256")
        self.check_tidy()

    def test_a_payload_that_rots_is_found_at_depth_deep_alone(self):
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("UPDATE files SET data = CAST('b' AS BLOB)")
            database.commit()
        write_policy("compress: gzip")
        self.passes("apply", "policy.yaml")
        write_policy("compress: gzip", verify="deep")
        ran = self.muster("apply", "policy.yaml")
        self.assertEqual(ran.status, 4, ran)
        self.assertIn("1 of 1 payloads wrong", ran.out)

    def test_a_payload_that_rots_is_not_restored(self):
        """[VV-06] Though the policy verifies its snapshots less deeply."""
        with closing(sqlite3.connect("shop.db")) as database:
            database.execute("UPDATE files SET data = CAST('b' AS BLOB)")
            database.commit()
        write_policy("compress: gzip")
        self.passes("apply", "policy.yaml")
        before = content("shop.db")
        ran = self.refused(4, "damaged", "restore", "--policy", "policy.yaml", "shop", "--force")
        self.assertIn("1 of 1 payloads wrong", ran.message)
        self.assertEqual((content("shop.db"), list(Path(".").glob("shop.db.*"))), (before, []))

    def test_a_backup_without_manifest_is_opened_by_the_policys_keys(self):
        write_key("key")
        write_policy("encrypt: { file: key }")
        self.passes("apply", "policy.yaml")
        [artifact] = snapshots()
        Path("carried").mkdir()
        shutil.copy(artifact, "carried/shop.enc")
        for backup in ("carried/shop.enc", "carried"):
            with self.subTest(backup):
                self.passes("restore", "--policy", "policy.yaml", backup, "--to", f"of-{Path(backup).name}.db")
                self.assertEqual(content(f"of-{Path(backup).name}.db"), content("shop.db"))

    def test_keys_rotate_and_older_snapshots_stay_readable(self):
        write_key("old", "1")
        write_key("new", "2")
        write_policy("encrypt: { file: old }", keep="")
        self.passes("apply", "policy.yaml")
        old = snapshots()[0]
        write_policy("encrypt: { env: NEW_KEY }, decrypt: [ { file: old } ]")
        ran = self.passes("apply", "policy.yaml", NEW_KEY="2" * 64)
        self.assertTrue(all(each["status"] == "done" for each in self.outcomes("verify", ran.document)))
        new = next(path for path in snapshots() if path != old)
        ids = [json.loads(Path(f"{path}.manifest.json").read_text())["content"]["keyId"] for path in (old, new)]
        self.assertNotEqual(*ids)
        self.refused(7, "key_missing", "restore", old, "--to", "a.db", "--key", "file:new")
        os.chmod("old", 0o644)
        ran = self.muster("restore", old, "--to", "a.db", "--key", "file:old")
        self.assertIn("can be read by others than its owner (mode 0644)", ran.out)
        self.assertIn("next: name the place of that very key", ran.out)
        os.chmod("old", 0o600)
        self.passes("restore", old, "--to", "a.db", "--key", "file:new", "--key", "file:old")
        self.passes("restore", new, "--to", "b.db", "--key", "file:new")
        self.assertEqual(content("a.db"), content("b.db"))

    def test_a_key_never_reaches_a_record_a_plan_or_the_terminal(self):
        write_key("key", "3")
        write_policy("encrypt: { env: SHOP_KEY }")
        told = self.passes("plan", "policy.yaml", "--out", "plan.json", SHOP_KEY="3" * 64)
        ran = self.passes("apply", "plan.json", SHOP_KEY="3" * 64)
        self.passes("backup", "shop.db", "x", "--encrypt", "file:key")
        shown = told.out + told.err + ran.out + ran.err
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != "key":
                shown += path.read_bytes().decode("latin-1")
        self.assertNotIn("3" * 64, shown)
        ran = self.refused(8, "usage", "backup", "shop.db", "y", "--encrypt", "3" * 64)
        self.assertNotIn("3" * 64, ran.err)

    def test_a_key_that_is_missing_stops_the_backup_before_it_begins(self):
        write_policy("encrypt: { file: key }")
        ran = self.muster("apply", "policy.yaml")
        self.assertEqual(ran.trouble, "key_missing", ran)
        self.assertIn("openssl rand -hex 32", ran.out + ran.err)
        write_key("key", mode=0o644)
        ran = self.muster("apply", "policy.yaml")
        self.assertEqual(ran.trouble, "key_invalid", ran)
        self.assertEqual(snapshots(), [])
        self.check_tidy()

    def test_a_layout_that_names_another_format_is_a_problem(self):
        text = POLICY.format(snapshot="compress: zstd", verify="full", keep="").replace(
            "local: backups", "local: backups, layout: '{target}-{timestamp}.db.gz'")
        Path("policy.yaml").write_text(text)
        ran = self.muster("validate", "policy.yaml")
        self.assertEqual(ran.status, 8, ran)
        self.assertIn("ends in .gz, and these snapshots are *.zst", ran.out + ran.err)
        Path("policy.yaml").write_text(text.replace("compress: zstd", "compress: gzip"))
        self.passes("apply", "policy.yaml")
        self.assertTrue(snapshots()[0].name.endswith(".db.gz"))
        self.assertNotIn(".sqlite", snapshots()[0].name)


class Directory(Case):
    def test_verify_opens_whatever_format_lies_there(self):
        make_shop()
        write_key("key")
        for name, words in (("plain", []), ("gzip", ["--compress", "gzip"]), ("zstd", ["--compress", "zstd"]),
                            ("sealed", ["--compress", "zstd", "--encrypt", "file:key"])):
            self.passes("backup", "shop.db", f"all/{name}", *words)
        ran = self.passes("verify", "all", "--key", "file:key", "--depth", "deep")
        told = {Path(each["path"]).name: (each["valid"], each["compression"], "key_id" in each) for each in ran.document["files"]}
        self.assertEqual(told, {"plain.sqlite": (True, "none", False), "gzip.sqlite.gz": (True, "gzip", False),
                                "zstd.sqlite.zst": (True, "zstd", False), "sealed.sqlite.zst.enc": (True, "zstd", True)})
        ran = self.muster("verify", "all")
        counts = lambda ran: [ran.document["summary"][f"{word}_files"] for word in ("valid", "invalid", "unchecked")]
        self.assertEqual((ran.status, counts(ran)), (4, [3, 0, 1]), ran)
        self.assertIn("3 valid, 0 invalid, 1 could not be checked", ran.out)
        [closed] = [each for each in ran.document["files"] if not each["valid"]]
        self.assertNotIn("compression", closed, "nobody has seen it")
        self.assertIn("no key is at hand", ran.out)
        seen = self.muster("inspect", "all/sealed.sqlite.zst.enc")
        self.assertEqual((seen.status, seen.document["restorable"]), (7, False), seen)
        self.assertNotIn("compression", seen.document)
        self.assertNotIn("BAD", seen.out)
        seen = self.passes("inspect", "all/gzip.sqlite.gz", "--depth", "checksum")
        self.assertNotIn("compression", seen.document, "it was not decoded")
        with open("all/sealed.sqlite.zst.enc", "r+b") as file:  # without a key, still bad
            file.seek(2000)
            file.write(b"damage")
        self.assertEqual(counts(self.muster("verify", "all")), [3, 1, 0])


    def test_the_latest_compressed_backup_of_others_is_picked_and_no_tarball(self):
        make_shop()
        before = content("shop.db")
        Path("theirs").mkdir()
        for day, name in enumerate(("shop-1.db.gz", "shop-2.db.gz", "c.tar.gz")):
            data = b"no database" if name.endswith(".tar.gz") else Path("shop.db").read_bytes()
            Path("theirs", name).write_bytes(run("gzip", "-c", input=data))
            os.utime(f"theirs/{name}", (1_790_000_000 + day, 1_790_000_000 + day))
        ran = self.passes("restore", "theirs", "--to", "new.db")
        self.assertIn("shop-2.db.gz", ran.document["outcomes"][0]["restored"]["backup"])
        self.assertEqual(content("new.db"), before)


class InPlace(Case):
    def test_an_open_connection_sees_the_restored_rows(self):
        make("shop.db")
        before = content("shop.db")
        self.passes("backup", "shop.db", "out")
        user = sqlite3.connect("shop.db")
        self.addCleanup(user.close)
        user.execute("CREATE TABLE later(a)")
        user.commit()
        ran = self.passes("restore", "out.sqlite", "--to", "shop.db", "--force", "--in-place",
                          "--safety-suffix", "pre-restore-{epoch}")
        self.assertEqual(user.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'later'").fetchone(), (0,))
        self.assertEqual(content("shop.db"), before)
        safety = ran.document["outcomes"][0]["restored"]["safety_copy"]
        self.assertRegex(Path(safety).name, r"^shop\.db\.pre-restore-\d{10}$")


if __name__ == "__main__":
    unittest.main()
