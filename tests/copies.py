"""Copies of libraries that the tests share."""

import shutil
from pathlib import Path


def copied(folder: Path, to: Path) -> Path:
    """Copy a library that others may have open to read: logs come and go beside its files, and hold nothing."""
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*-wal", "*-shm")))
