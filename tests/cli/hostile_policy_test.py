#!/usr/bin/env python3
"""Policies that want to crash, stall or fill the machine that reads them.

Each gets a clear problem that names the file and the reason, within 5 s of processor time (a quiet
machine needs 1.5 for the largest), 300 MB of memory and a bounded output; what is merely odd, and
no YAML of a policy, is told as such. Plain mistakes stand in bad_input_test.py.
"""
import functools
import json
import os
import re
import resource
import socket
import subprocess
import unittest
from pathlib import Path

from support.muster import MUSTER, Case

SECONDS, MEMORY, OUTPUT = 5, 300 << 20, 256 << 10

HEAD = "muster: 1\nname: shop\n"
STORES = "stores: { near: { local: backups } }\n"
TARGETS = "targets: { shop: { sqlite: shop.db } }\n"
PROTECT = "protect: { always: { targets: [shop], stores: [near] } }\n"
WHOLE = HEAD + STORES + TARGETS + PROTECT

CRASH = re.compile(r"terminate called|Sanitizer|runtime error|Traceback|a fault of muster|internal|bad_alloc|std::")


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@functools.cache
def limits():
    """Empty for a build with sanitizers, which reserve more memory than there is."""
    ran = subprocess.run([MUSTER, "version"], capture_output=True, preexec_fn=limit)
    return {"preexec_fn": limit} if ran.returncode == 0 else {}


def bomb(levels, width=9):
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def many(count, row):
    return "".join(row.format(n) for n in range(count))


# Text or bytes of policy.yaml -> what the problem says. All are exit 8, invalid_policy.
TEXTS = {
    "alias bomb": (bomb(12), "more than 100000 values, aliases expanded"),
    "alias bomb of mappings": ("z0: &z0 { a: 1, b: 2 }\n" + "".join(f"z{n}: &z{n} {{ a: *z{n - 1}, b: *z{n - 1} }}\n" for n in range(1, 40)),
                               "aliases expanded"),
    "alias of what it stands in": ("a: &a [*a]\n", "stands inside of what it names"),
    "unknown alias": ("a: *nobody\n", "anchor is not defined"),
    "depth in open brackets": ("a: " + "[" * 10_000, "left open|levels deep"),
    "depth in open braces": ("a: " + "{b: " * 10_000, "left open|levels deep"),
    "depth in dashes": ("- " * 10_000 + "x\n", "levels deep"),
    "depth in lines": ("".join(" " * n + "a:\n" for n in range(1_000)), "levels deep"),
    "depth in question marks": ("? " * 10_000, "must be text|levels deep|not valid YAML"),
    "depth in brackets": ("a: " + "[" * 10_000 + "]" * 10_000 + "\n", "levels deep"),
    "depth in braces": ("a: " + "{b: " * 10_000 + "}" * 10_000 + "\n", "levels deep"),
    "duplicate key": (WHOLE + "name: again\n", r'policy.yaml:6:1: .*"name" stands twice: here and in line 2'),
    "duplicate keys by the thousand": (HEAD + "vars:\n" + "  a: x\n" * 50_000, "stands twice"),
    "NUL in the middle": (WHOLE.encode() + b"owner: a\0b\n", "control character 0x00"),
    "escaped NUL": (WHOLE.replace("backups", '"back\\0ups"'), r"stores\.near\.local: .*(NUL|control)"),
    "only NUL": (b"\0" * 4096, "control character 0x00"),
    "bell": (WHOLE + "owner: \x07\n", "control character 0x07"),
    "UTF-16 little end": (b"\xff\xfe" + WHOLE.encode("utf-16-le"), "UTF-16"),
    "UTF-16 big end": (b"\xfe\xff" + WHOLE.encode("utf-16-be"), "UTF-16"),
    "UTF-16 without a mark": (WHOLE.encode("utf-16-le"), "control character 0x00"),
    "UTF-32": (WHOLE.encode("utf-32"), "UTF-16|control character 0x00"),
    "not UTF-8": (WHOLE.encode() + b"owner: caf\xe9\n", r"policy.yaml:6:11: .*0xe9 is not UTF-8"),
    "overlong": (WHOLE.encode() + b"owner: \xc0\xaf\n", "0xc0 is not UTF-8"),
    "surrogate": (WHOLE.encode() + b"owner: \xed\xa0\x80\n", "0xed is not UTF-8"),
    "cut character": (WHOLE.encode() + b"owner: \xf0\x9f", "0xf0 is not UTF-8"),
    "merge key": (HEAD + "vars: &v { a: x }\n<<: *v\n", "merge key|<<"),
    "tag": (WHOLE + "owner: !!python/object/apply:os.system [id]\n", "tag"),
    "tag of one's own": (WHOLE + "owner: !secret x\n", "tag"),
    "binary tag": (WHOLE + "owner: !!binary aGVsbG8=\n", "tag"),
    "second document": (WHOLE + "---\n" + WHOLE, "second document"),
    "key that is a list": (HEAD + "? [a, b]\n: c\n", "must be text"),
    "a scalar alone": ("muster", "expected a mapping"),
    "a list alone": ("- muster\n", "expected a mapping"),
    "only a comment": ("# nothing\n", "empty|nothing"),
    "only a mark": (b"\xef\xbb\xbf", "empty|nothing"),
    "tabs": ("muster: 1\nstores:\n\tnear:\n", "indent with spaces"),
    "enormous scalar": (WHOLE.replace("shop.db", "x" * 900_000), r"targets\.shop\.sqlite: .*(long|characters|bytes)"),
    "enormous key": (HEAD + "x" * 900_000 + ": 1\n", "policy.yaml:3:.*not valid YAML"),
    "long key": (HEAD + "x" * 1_000 + ": 1\n", "policy.yaml:3:1: .*unknown key \"x{60}…"),
    "enormous number": (WHOLE.replace("muster: 1", "muster: " + "9" * 900_000), "policy.yaml:1:9: muster"),
    "enormous cron list": (WHOLE.replace("stores: [near]", f"stores: [near], schedule: {{ cron: \"{','.join(['1'] * 400_000)} * * *\" }}"),
                           r"schedule\.cron"),
    "enormous cron range": (WHOLE.replace("stores: [near]", 'stores: [near], schedule: { cron: "0-99999999999999999999/1 * * * *" }'), r"schedule\.cron"),
    "enormous duration": (WHOLE.replace("sqlite: shop.db", f"sqlite: shop.db, rpo: {'9' * 10_000}d"), r"rpo"),
    "enormous size": (WHOLE.replace("stores: [near]", "stores: [near], keep: { last: 1, max_total: 99999999999999999999EiB }"), "max_total"),
    "60,000 unknown keys": (HEAD + many(60_000, "k{}: 1\n"), "unknown key"),
    "60,000 unknown keys of a target": (WHOLE.replace("sqlite: shop.db", "sqlite: shop.db" + many(60_000, ", k{}: 1")), "unknown key"),
    "100,000 keys": (HEAD + "vars:\n" + many(100_500, " {}:\n"), "more than 100000 values"),
    "50,000 targets": (HEAD + STORES + "targets:\n" + many(50_000, "  t{}: {{}}\n") + PROTECT, r"targets\.t"),
    "60,000 names nobody has": (WHOLE.replace("[shop]", "[" + many(60_000, "n{},") + "]"), "is not in targets|no target"),
    "10,000 names nobody has among 10,000 targets": (HEAD + STORES + "targets:\n" + many(10_000, "  t{0}: {{ sqlite: t{0} }}\n") +
                                                     "protect: { always: { stores: [near], targets: [" + many(10_000, "n{},") + "] } }\n", "n0"),
    "defaults for 10,000 targets": (HEAD + STORES + "defaults: { targets: { rpo: 1d" + many(3_000, ", x{}: 1") + " } }\n" + "targets:\n" +
                                    many(10_000, "  t{}: {{}}\n") + PROTECT, "unknown key|more than"),
    "long key above many values": (HEAD + STORES + PROTECT + "targets:\n  ? " + "x" * 500_000 + "\n  : { sqlite: a.db, checks: [" + "a," * 80_000 + "] }\n",
                                   "longer than|not a good name"),
    "60,000 stars": (WHOLE.replace("[shop]", '["' + "*" * 60_000 + 'x"]'), r"protect\.always\.targets"),
    "60,000 dates": (WHOLE + "calendar: { holidays: [" + many(60_000, "2026-13-{},") + "] }\n", "holidays"),
    "40 levels of doubled vars": (WHOLE.replace("shop.db", '"${v40}"') + "vars: { v0: xxxxxxxxxxxxxxxx" +
                                  "".join(f", v{n}: \"${{v{n - 1}}}${{v{n - 1}}}\"" for n in range(1, 41)) + " }\n", "vars|longer than"),
    "12 levels of vars, tenfold": (WHOLE.replace("shop.db", '"${v12}"') + "vars: { v0: xxxxxxxxxxxxxxxx" +
                                   "".join(", v{}: \"{}\"".format(n, f"${{v{n - 1}}}" * 10) for n in range(1, 13)) + " }\n", "longer than"),
    "a var of itself": (WHOLE.replace("shop.db", '"${a}"') + 'vars: { a: "x${a}" }\n', "stands for itself"),
    "vars in a circle": (WHOLE.replace("shop.db", '"${a}"') + 'vars: { a: "${b}", b: "${c}", c: "${a}" }\n', "stands for itself"),
    "a default of itself": (WHOLE.replace("shop.db", '"${a:-${a:-${a}}}"'), "stands for itself"),
    "deep defaults": (WHOLE.replace("shop.db", '"' + "${a:-" * 10_000 + "x" + "}" * 10_000 + '"'), "stands for itself|chain"),
    "unclosed braces": (WHOLE.replace("shop.db", '"' + "${a:-" * 100_000 + '"'), "no closing brace|longer than"),
    "one large var 50,000 times": (HEAD + STORES + f"vars: {{ big: {'x' * 60_000} }}\n" + TARGETS +
                                   "protect: { always: { targets: [" + '"${big}",' * 50_000 + "], stores: [near] } }\n", "longer than"),
    "50,000 missing vars": (WHOLE.replace("[shop]", "[" + many(20_000, '"${{m{}}}",') + "]") + "vars:\n" + many(20_000, "  v{}: x\n"), "is no var"),
    "includes without end": (WHOLE + "include: [" + "policy.yaml," * 50_000 + "]\n", "is part of itself"),
    "50,000 missing files": (WHOLE + "include: [" + many(50_000, "f{},") + "]\n", "f0"),
    "extends itself": (WHOLE + "extends: policy.yaml\n", "is part of itself"),
    "extends itself, spelled otherwise": (WHOLE + "extends: ./x/../policy.yaml\n", "is part of itself"),
    "extends a list": (WHOLE + "extends: [a, b]\n", "extends: expected"),
    "extends what is not there": (WHOLE + "extends: nowhere.yaml\n", r"policy.yaml:6:10: .*nowhere\.yaml"),
    "includes what is not there": (WHOLE + "include: [nowhere.yaml]\n", r"policy.yaml:6:11: .*nowhere\.yaml"),
    "extends an unknown preset": (WHOLE + "extends: preset:standrad\n", "standard"),
    "extends a folder": (WHOLE + "extends: .\n", r"policy.yaml:6:10: "),
    "extends a device": (WHOLE + "extends: /dev/zero\n", "/dev/zero"),
}


@unittest.skipUnless(limits(), "a build with sanitizers cannot be held to these limits; .ci/fuzz looks for its errors")
class HostilePolicy(Case):
    def run_muster(self, *words):
        ran = subprocess.run([MUSTER, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=self.environment(), **limits())
        self.assertNotIn(b"\0", ran.stdout)
        ran.stdout, ran.stderr = ran.stdout.decode(), ran.stderr.decode()  # UTF-8, whatever was read
        return ran

    def check(self, status, *reasons, file="policy.yaml", named="policy.yaml"):
        """validate, plan and the document of validate all say it, within the limits."""
        for words in (["validate", file], ["plan", file], ["validate", file, "--json"]):
            ran = self.run_muster(*words)
            text = ran.stdout + ran.stderr
            shown = f"$ muster {' '.join(words)}\nexit status {ran.returncode}\n{text[:2000]}"
            self.assertEqual(ran.returncode, status, shown)
            self.assertNotRegex(text, CRASH, shown)
            self.assertLess(len(text), OUTPUT, f"the output is not bounded: {shown}")
            if "--json" in words:
                document = json.loads(ran.stdout)
                text = "\n".join("{file}:{line}:{column}: {path}: {message}; {hint}".format(**{"hint": "", **problem})
                                 for problem in document.get("problems", [])) or document["message"]
            self.assertIn(named, text, shown)
            for reason in reasons:
                self.assertRegex(text, reason, shown)

    def write(self, text, file="policy.yaml"):
        Path(file).write_bytes(text if isinstance(text, bytes) else text.encode())

    def test_texts(self):
        for name, (text, reason) in TEXTS.items():
            with self.subTest(name):
                self.write(text)
                self.assertLess(Path("policy.yaml").stat().st_size, 1 << 20, "refused for its size alone, which proves nothing else")
                self.check(8, reason)

    def test_what_is_odd_and_fine(self):
        """The bounds do not refuse what people may well write."""
        rows = {
            "byte order mark": b"\xef\xbb\xbf" + WHOLE.encode(),
            "CRLF": WHOLE.replace("\n", "\r\n").encode(),
            "as JSON": json.dumps({"muster": 1, "name": "shop", "stores": {"near": {"local": "backups"}}, "targets": {"shop": {"sqlite": "shop.db"}},
                                   "protect": {"always": {"targets": ["shop"], "stores": ["near"]}}}).encode(),
            "no newline at the end": WHOLE.rstrip().encode(),
            "200 targets": (HEAD + STORES + "targets:\n" + many(200, "  t{0}: {{ sqlite: t{0}.db }}\n") +
                            "protect: { always: { targets: { kind: sqlite }, stores: [near] } }\n").encode(),
            "long comment": WHOLE.encode() + b"# " + b"x" * 500_000,
            "anchors": WHOLE.replace("shop.db", "&file shop.db").encode() + b"owner: *file\n",
            "five levels of vars": (WHOLE.replace("shop.db", '"${e}"') + 'vars: { a: x, b: "${a}", c: "${b}", d: "${c}", e: "${d}" }\n').encode(),
            "other scripts": (WHOLE + "owner: José, 日本 🚢\n").encode(),
        }
        for name, text in rows.items():
            with self.subTest(name):
                self.write(text)
                ran = self.run_muster("validate", "policy.yaml")
                self.assertEqual(ran.returncode, 0, ran)

    def test_files_that_are_too_large(self):
        for size in (2 << 20, 50 << 20):
            with self.subTest(size), open("policy.yaml", "wb") as file:
                file.write(WHOLE.encode())
                for _ in range(size >> 20):
                    file.write(b"# padding\n" * ((1 << 20) // 10))
            self.check(8, "bytes|longer than")
        Path("policy.yaml").unlink()
        with open("policy.yaml", "wb") as file:  # sparse: 1 TB that is not there
            file.truncate(1 << 40)
        self.check(8, "bytes|longer than")

    def test_parts_that_are_too_large(self):
        self.write(WHOLE + "include: [part.yaml]\n")
        self.write(b"# padding\n" * (5 << 20), "part.yaml")
        self.check(8, "bytes|longer than", named="part.yaml")

    def test_what_is_no_file(self):
        os.mkfifo("fifo")
        Path("folder").mkdir()
        os.symlink("loop", "loop")
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind("socket")
        for file in ("fifo", "folder", "socket", "/dev/null", "/dev/zero", "/dev/full"):
            with self.subTest(file):
                self.check(8, "folder|regular|longer than|empty", file=file, named=file)
        for file in ("loop", "missing.yaml", "missing/policy.yaml", "folder/policy.yaml"):
            with self.subTest(file):
                ran = self.run_muster("validate", file)
                self.assertIn(ran.returncode, (1, 8), ran)
                self.assertIn(file, ran.stderr)
        for file in ("fifo", "folder", "socket", "/dev/zero"):
            for key in (f"extends: {file}\n", f"include: [{file}]\n"):
                with self.subTest(key):
                    self.write(WHOLE + key)
                    self.check(8, "policy.yaml:6:", named=file)

    # -- files that name files -------------------------------------------------------------------

    def test_a_chain_of_a_thousand(self):
        for number in range(1000):
            self.write(f"extends: f{number + 1}.yaml\n", f"f{number}.yaml")
        self.write(WHOLE, "f1000.yaml")
        self.write(HEAD + "extends: f0.yaml\n")
        self.check(8, "chain", named=".yaml")

    def test_a_circle_of_files(self):
        self.write(WHOLE + "extends: a.yaml\n")
        self.write("include: [b.yaml]\n", "a.yaml")
        self.write("extends: policy.yaml\n", "b.yaml")
        self.check(8, "is part of itself", named="b.yaml")

    def test_links_hide_a_circle(self):
        for number in range(200):
            os.symlink("policy.yaml", f"l{number}.yaml")
        self.write(WHOLE + "include: [" + many(200, "l{}.yaml,") + "]\n")
        self.check(8, "more than|stands in|is part of itself")

    def test_files_that_double(self):
        """20 files that each include the next one twice."""
        for number in range(20):
            self.write(f"include: [f{number + 1}.yaml, f{number + 1}.yaml]\n", f"f{number}.yaml")
        self.write("owner: me\n", "f20.yaml")
        self.write(WHOLE + "include: [f0.yaml]\n")
        self.check(8, "chain|more than|stands in", named=".yaml")

    def test_large_parts(self):
        """Each part is within its bounds; together they are not."""
        for number in range(30):
            self.write("targets:\n" + many(49_000, f"  t{number}-{{}}: {{{{}}}}\n"), f"part{number}.yaml")
        self.write(HEAD + STORES + PROTECT + "include: [" + many(30, "part{}.yaml,") + "]\n")
        self.check(8, 'with "part5.yaml" the policy has more than 4 MiB')
        self.assertNotIn("part6.yaml\" the", self.run_muster("validate", "policy.yaml").stderr, "told once")

    def test_parts_with_missing_parts(self):
        self.write("include: [" + many(60_000, "m{},") + "]\n", "part.yaml")
        self.write(WHOLE + "include: [" + "part.yaml," * 60 + "]\n")
        self.check(8, "part.yaml:1:", named="part.yaml")

    def test_a_part_that_is_no_yaml(self):
        self.write(WHOLE + "extends: base.yaml\n")
        self.write("stores: [\n", "base.yaml")
        self.check(8, r"base\.yaml:\d+:\d+: ", named="base.yaml")


if __name__ == "__main__":
    unittest.main()
