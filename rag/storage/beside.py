"""Where a library on servers keeps the files of one machine: uploads, runs of evaluations, the map.

They are beside the papers, not the papers: losing them loses no library.
"""

import os
import sys
from pathlib import Path

from rag.utils.places import ServerAddress


def folder_beside(address: ServerAddress, library: str = "") -> Path:
    """Return the folder of this machine's user for the files of the library in a database; it may not be there yet.

    `library` tells it from another that was in the same database before, as its map would be another one.
    """
    return _data_folder() / "askpapers" / "-".join(filter(None, (address.key, library)))


def _data_folder() -> Path:
    """Return where programs keep a user's files: XDG_DATA_HOME, or what is usual on this system."""
    if base := os.environ.get("XDG_DATA_HOME"):
        return Path(base)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ".local" / "share"
