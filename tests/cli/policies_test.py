#!/usr/bin/env python3
"""What the project ships and shows as a policy works as written: policies/, examples/ and the README."""
import re
import shutil
import unittest
from pathlib import Path

from support.databases import make
from support.muster import SOURCE, Case


class Policies(Case):
    def test_sqlite_local(self):
        shutil.copy(SOURCE / "policies/sqlite-local.yaml", self.folder)
        Path("data").mkdir()
        for name in ("orders", "users"):
            make(f"data/{name}.db")
        record = self.passes("apply", "sqlite-local.yaml").document
        steps = {outcome["step"]: outcome["status"] for outcome in record["outcomes"]}
        for name in ("orders", "users"):
            for kind in ("snapshot:databases/{}:near", "verify:databases/{}:near", "drill:smoke:databases/{}"):
                self.assertEqual(steps.get(kind.format(name)), "done", steps)
        self.assertIn("All 2 targets are proven", Path("handoff.md").read_text())

    def test_every_shipped_policy_has_a_test(self):
        for policy in sorted((SOURCE / "policies").glob("*.yaml")):
            self.assertTrue(hasattr(self, "test_" + policy.stem.replace("-", "_")), f"{policy.name} is run by no test")

    def test_examples_validate(self):
        examples = sorted((SOURCE / "examples").rglob("policy.yaml"))
        self.assertTrue(examples)
        for policy in examples:
            self.passes("validate", policy)

    def test_readme(self):
        blocks = re.findall(r"```yaml\n(.*?)```", (SOURCE / "README.md").read_text(), re.DOTALL)
        self.assertTrue(blocks)
        for number, block in enumerate(blocks):
            policy = Path(f"{number}.yaml")
            policy.write_text(block)
            self.passes("validate", policy)


if __name__ == "__main__":
    unittest.main()
