"""How an artifact may be written, by the flags of backup, and the key that one of them needs."""
import os
from pathlib import Path

ENCODED = ("--compress", "zstd", "--encrypt", "file:key")
FORMATS = ((), ("--compress", "gzip"), ("--compress", "zstd"), ENCODED)


def write_key():
    Path("key").write_text("7" * 64 + "\n")
    os.chmod("key", 0o600)
