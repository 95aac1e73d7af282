"""The file of a backup: a zip that lists what it holds, with sizes and checksums.

Whoever reads one trusts nothing in it: not the names, not the sizes, not the bytes.
"""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from rag.errors import BackupError
from rag.storage.layout import CATALOG, KEPT

FORMAT = 1
LIST = "backup.json"
LONGEST_LIST = 1 << 20
PIECE = 1 << 20
# What zipfile raises over a file that is cut, damaged, encrypted, or packed in a way it doesn't know.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)
UNREADABLE = (*DAMAGED, OSError, KeyError, TypeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup: its name, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: how many papers, whether their vectors too, and its files."""

    papers: int
    vectors: bool
    parts: tuple[Part, ...]


def pack(place: Path, file: Path, papers: int, *, vectors: bool) -> Backup:
    """Write all files under a folder into a backup and return what it lists. Raises OSError."""
    paths = sorted(path for path in place.rglob("*") if path.is_file())
    parts = tuple(_part(path, path.relative_to(place).as_posix()) for path in paths)
    made = Backup(papers, vectors, parts)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(LIST, json.dumps({"format": FORMAT, **asdict(made)}, indent=1))
        for path, part in zip(paths, parts, strict=True):
            archive.write(path, part.name)
    return made


def _part(path: Path, name: str) -> Part:
    with path.open("rb") as file:
        return Part(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup to read from. Raises BackupError for what is no zip."""
    try:
        archive = zipfile.ZipFile(file)
    except UNREADABLE as error:
        reason = getattr(error, "strerror", None) or error
        raise BackupError(
            f"{file} can't be read as a backup ({reason}). Name a file that askpapers backup made."
        ) from error
    with archive:
        yield archive


def listed(archive: zipfile.ZipFile, file: Path) -> Backup:
    """Return what a backup says that it holds. Raises BackupError unless that is just what is in the zip."""
    try:
        with archive.open(LIST) as listed:
            values: Any = json.loads(listed.read(LONGEST_LIST))
        if values["format"] > FORMAT:
            msg = f"{file} was made by a newer askpapers. Upgrade with: pip install --upgrade askpapers"
            raise BackupError(msg)
        parts = tuple(Part(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in values["parts"])
        made = Backup(int(values["papers"]), bool(values["vectors"]), parts)
    except UNREADABLE as error:
        msg = f"{file} is no backup, or a damaged one ({error}). Name a file that askpapers backup made."
        raise BackupError(msg) from error
    names = [part.name for part in made.parts]
    if sorted([LIST, *names]) != sorted(archive.namelist()) or not all(map(KEPT.fullmatch, names)):
        raise BackupError(f"{file} holds other files than a backup does. Name a file that askpapers backup made.")
    if CATALOG not in names:
        raise BackupError(f"{file} holds no catalog. Name a file that askpapers backup made.")
    return made


def extract(archive: zipfile.ZipFile, part: Part, written: IO[bytes]) -> None:
    """Write one file of a backup. Raises BackupError unless it is what the list says, and never writes more."""
    digest, left = hashlib.sha256(), part.size
    try:
        with archive.open(part.name) as read:
            while piece := read.read(min(PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    break
                digest.update(piece)
                written.write(piece)
    except DAMAGED as error:
        raise BackupError(_told(archive, part)) from error
    if left or digest.hexdigest() != part.sha256:
        raise BackupError(_told(archive, part))


def _told(archive: zipfile.ZipFile, part: Part) -> str:
    return f"{archive.filename} is damaged: {part.name} is not what was kept. Restore an earlier backup."
