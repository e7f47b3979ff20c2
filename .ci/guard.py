"""Shared by the guards in Python: the files of the repository, and the one line of result."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = os.path.basename(sys.argv[0])


def our_files(*patterns):
    """Files git tracks or would track, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in set(listing.split("\0"))
                  if path and os.path.isfile(os.path.join(ROOT, path)))


def text_of(path):
    """The file's text, or None when it is binary."""
    with open(os.path.join(ROOT, path), "rb") as file:
        content = file.read()
    return None if b"\0" in content else content.decode("utf-8", "replace")


def finish(problems, what_was_checked, remedy):
    if problems:
        print(f"{NAME}: FAILED: {len(problems)} problems", file=sys.stderr)
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
        print(f"  Mend: {remedy}", file=sys.stderr)
        sys.exit(1)
    print(f"{NAME}: ok, {what_was_checked}")
    sys.exit(0)
