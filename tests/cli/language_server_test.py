#!/usr/bin/env python3
"""An editor that follows the $schema line of a policy helps as its writer would expect.

Asked is the yaml-language-server, which VS Code, Vim, Emacs and others use. What it must offer is read
from the committed schema.
"""
import json
import os
import subprocess
import unittest
from pathlib import Path

from support.muster import SOURCE, Case

SERVER = SOURCE / "tests/schema/language_server.mjs"
SCHEMA = SOURCE / "schemas/policy-v1.json"
SHIPPED = SOURCE / "policies/sqlite-local.yaml"


def schema_of_protect():
    """What the committed schema says of one entry of protect, its references resolved."""
    schema = json.loads(SCHEMA.read_text())

    def resolve(node):
        while "$ref" in node or "allOf" in node:
            node = schema["definitions"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node["allOf"][0]
        return node

    entry = resolve(resolve(schema["properties"]["protect"])["additionalProperties"])
    return entry, resolve


class Editor(Case):
    def ask(self, *requests):
        """What the server answers to each: diagnostics, completion, hover."""
        line = f"# yaml-language-server: $schema={os.path.relpath(SCHEMA, self.folder)}\n"
        body = SHIPPED.read_text().split("\n", 1)[1]
        asked = []
        for number, (change, looks) in enumerate(requests):
            text = line + change(body)
            asked.append({"file": f"policy-{number}.yaml", "text": text, **{what: self.place(text, *where) for what, where in looks.items()}})
        ran = subprocess.run(["node", SERVER, self.folder], input=json.dumps(asked), capture_output=True, text=True, timeout=280)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def place(self, text, mark, after):
        """Line and column, from 0, behind `after` in the line that holds `mark`; without `after`, the end of the line below."""
        lines = text.split("\n")
        number, line = next((number, line) for number, line in enumerate(lines) if mark in line)
        return [number, line.index(after) + len(after)] if after else [number + 1, len(lines[number + 1])]

    def test_a_good_policy_has_no_diagnostics_and_a_bad_one_has(self):
        good, unknown, wrong_type, wrong_word = self.ask(
            (lambda body: body, {}),
            (lambda body: body.replace("proof_expires:", "proof_expire:"), {}),
            (lambda body: body.replace("last: 3", "last: three"), {}),
            (lambda body: body.replace("verify: full", "verify: fully"), {}))
        self.assertEqual(good["diagnostics"], [])
        for answer, reason in ((unknown, "proof_expire"), (wrong_type, "integer"), (wrong_word, "full")):
            self.assertIn(reason, "\n".join(each["message"] for each in answer["diagnostics"]), answer)

    def test_the_diagnostic_stands_at_the_slip(self):
        answer, = self.ask((lambda body: body.replace("proof_expires:", "proof_expire:"), {}))
        body = SHIPPED.read_text().split("\n")
        slip = next(number for number, line in enumerate(body) if "proof_expires:" in line)
        self.assertEqual([each["line"] for each in answer["diagnostics"]], [slip])

    def test_completion_knows_the_keys_and_what_they_mean(self):
        entry, _ = schema_of_protect()
        keep = next(line for line in SHIPPED.read_text().split("\n") if line.startswith("    keep:"))
        answer, = self.ask((lambda body: body.replace(keep, "    # here\n    "), {"complete": ("# here", None)}))
        written = {"targets", "stores", "verify", "proof_expires"}
        for key in set(entry["properties"]) - written:
            self.assertIn(entry["properties"][key]["description"], answer["completion"].get(key, ""), f"{key}: {list(answer['completion'])}")
        self.assertEqual(written & set(answer["completion"]), set(), "it offers what stands there already")
        self.assertIn("keep", answer["completion"])

    def test_completion_knows_the_words_of_an_enum(self):
        verify = next(line for line in SHIPPED.read_text().split("\n") if line.startswith("    verify:"))
        answer, = self.ask((lambda body: body.replace(verify, "    # here\n    verify: "), {"complete": ("# here", None)}))
        entry, resolve = schema_of_protect()
        words = resolve(entry["properties"]["verify"])["enum"]
        self.assertEqual([word for word in words if word not in answer["completion"]], [], answer)

    def test_hover_tells_what_a_key_means(self):
        answer, = self.ask((lambda body: body, {"hover": ("proof_expires", "proof_")}))
        entry, _ = schema_of_protect()
        self.assertIn(entry["properties"]["proof_expires"]["description"], answer["hover"])


if __name__ == "__main__":
    unittest.main()
