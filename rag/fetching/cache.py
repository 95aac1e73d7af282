"""What the indexes answered, kept for a day: one file an answer, under a key that says what was asked.

A fetch that was cut goes on from here: asked the same again, it finds the pages it had. One that is to see what is new
(`anew`) takes no page that is older than its own beginning; that time is kept until it is done, so that it too goes on
where it was. Files are written whole or not at all, and the oldest go when they become too many.
"""

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from rag.utils.files import replacing

DAY = 86_400.0  # seconds
LARGEST = 300_000_000  # bytes of all answers together
BETWEEN_LOOKS = 100  # answers kept before their sizes are added up again
OWN = re.compile(r"\.?[0-9a-f]{40}\.(?:answer|begun)(?:\..*)?")  # names of what is written here, whole or in part


class Answer(NamedTuple):
    """What an index answered: the content, and of its headers those that say something about the content."""

    content: bytes
    headers: Mapping[str, str]


def user_folder() -> Path:
    """Return the folder for what programs of this user keep for a while."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "askpapers" / "fetched"


class Cache:
    """Answers in a folder, which is made when the first one comes. Where it can't be written, nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = 0

    def beginning(self, run: str, *, anew: bool) -> float:
        """Return from when on answers count for a run (seconds of `time.time`): a day ago, or with `anew` its start.

        The start of a run `anew` that was cut within the last day is that of the one before.
        """
        now = time.time()
        day_ago = now - DAY
        if not anew:
            return day_ago
        place = self._run(run)
        with suppress(OSError, ValueError):
            begun = float(place.read_text("utf-8"))
            if day_ago < begun <= now:
                return begun
        self._write(place, repr(now).encode())
        return now

    def done(self, run: str) -> None:
        """Take note that a run came to its end: the next one of that name begins anew."""
        with suppress(OSError):
            self._run(run).unlink()

    def get(self, key: str, since: float) -> Answer | None:
        """Return the answer to what was asked, if there is one that isn't older than `since`."""
        try:
            head, _, content = self._place(key).read_bytes().partition(b"\n")
            kept = json.loads(head)
            # One of a day to come was kept before the clock was put right: nobody knows how old it is.
            return Answer(content, kept["headers"]) if since <= kept["at"] <= time.time() else None
        except (OSError, ValueError, KeyError, TypeError):  # none, or one that was damaged
            return None

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer."""
        if not self._kept % BETWEEN_LOOKS:
            self._trim()
        self._kept += 1
        head = {"at": time.time(), "headers": dict(answer.headers)}  # a file's own time is too coarse
        self._write(self._place(key), json.dumps(head).encode() + b"\n" + answer.content)

    def drop(self, key: str) -> None:
        """Forget an answer."""
        with suppress(OSError):
            self._place(key).unlink()

    def _place(self, key: str) -> Path:
        return self._folder / f"{_digest(key)}.answer"

    def _run(self, run: str) -> Path:
        return self._folder / f"{_digest(run)}.begun"

    def _write(self, place: Path, content: bytes) -> None:
        with suppress(OSError):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replacing(place, contested=True) as partial:
                partial.write_bytes(content)

    def _own_files(self) -> list[Path]:
        """Return what the cache has written, also what a kill left: a folder of the user's may hold other files."""
        return [one for one in self._folder.iterdir() if OWN.fullmatch(one.name)]

    def _trim(self) -> None:
        """Remove answers that are older than a day, and the oldest of the others where they are too many."""
        with suppress(OSError):
            files = sorted(((one.stat(), one) for one in self._own_files()), key=lambda one: -one[0].st_mtime)
            size = 0
            for stat, file in files:
                size += stat.st_size
                if size > LARGEST or stat.st_mtime < time.time() - DAY:
                    file.unlink(missing_ok=True)


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
