"""Where a library on servers keeps the files of one machine: uploads, runs of evaluations, the map.

They are beside the papers, not the papers: losing them loses no library.
"""

import hashlib
import os
import sys
from pathlib import Path


def folder_beside(place: str, library: str) -> Path:
    """Return the folder of this machine's user for the files of a library; it may not be there yet.

    `place` is where that is, `library` tells it from others that were there before, whose map would be another one.
    """
    return _data_folder() / "askpapers" / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}-{library}"


def _data_folder() -> Path:
    """Return where programs keep a user's files: XDG_DATA_HOME, or what is usual on this system."""
    if base := os.environ.get("XDG_DATA_HOME"):
        return Path(base)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".local" / "share"
