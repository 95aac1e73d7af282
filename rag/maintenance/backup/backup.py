"""Write a library into one file: the catalog as it was at one moment, the manifest, the vectors if they are wanted.

It is written beside its place, read back, and only then put there.
"""

import os
import shutil
import sqlite3
import zipfile
from contextlib import closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import LibraryDamagedError, LibraryMissingError, StorageError
from rag.maintenance.backup.archive import NAMES, Backup, extract, pack
from rag.storage.catalog.catalog import FILE as CATALOG
from rag.storage.catalog.catalog import Catalog
from rag.storage.locking import holding
from rag.storage.manifest import FILE as MANIFEST
from rag.storage.manifest import read_manifest
from rag.storage.readonly import copied, is_read_only
from rag.storage.sqlite_errors import sqlite_trouble
from rag.utils.files import replacing


def back_up(folder: Path, file: Path, *, vectors: bool = False) -> Backup:
    """Write a library into one file, which takes the place of an earlier one only when it is whole.

    Others may read and write meanwhile; only with `vectors` nobody may write. Raises LibraryMissingError,
    LibraryDamagedError when what would be kept is damaged, LibraryLockedError, StorageError.
    """
    if not (folder / CATALOG).is_file():
        msg = f"There is no library at {folder}. Name its folder with --library."
        raise LibraryMissingError(msg)
    if is_read_only(folder):  # nobody writes here
        place = copied(folder, states=vectors)
        try:
            return _written(place, file, vectors=vectors)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    with holding(folder) if vectors else nullcontext():
        return _written(folder, file, vectors=vectors)


def _written(folder: Path, file: Path, *, vectors: bool) -> Backup:
    try:
        with replacing(file, durable=True) as partial:
            with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as temporary:
                papers = _collect(folder, Path(temporary), vectors=vectors)
                made = pack(Path(temporary), partial, papers, vectors=vectors)
            _read_back(partial, made)
    except OSError as error:
        msg = f"{file} can't be written ({error.strerror}). Make room, or choose another place."
        raise StorageError(msg) from error
    return made


def _read_back(file: Path, made: Backup) -> None:
    """Raise BackupError unless a backup holds what it lists."""
    with zipfile.ZipFile(file) as archive, Path(os.devnull).open("wb") as nowhere:
        for part in made.parts:
            extract(archive, part, nowhere)


def _collect(folder: Path, place: Path, *, vectors: bool) -> int:
    """Copy what is to be kept; return the number of papers."""
    _copy_database(folder / CATALOG, place / CATALOG)
    with closing(Catalog(place / CATALOG)) as catalog:
        damage = catalog.damage()
        if damage:
            msg = (
                f"{folder / CATALOG} is damaged ({damage[0]}), and no backup was made. "
                f"Save what can be read with: askpapers rescue --library {folder} --out papers.jsonl"
            )
            raise LibraryDamagedError(msg)
        papers = catalog.count()
    manifest = read_manifest(folder)
    if manifest is None:
        return papers
    shutil.copyfile(folder / MANIFEST, place / MANIFEST)
    if vectors:
        source = folder / manifest.vectors
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            kept = place / path.relative_to(folder)
            kept.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".sqlite3":
                _copy_database(path, kept)  # also what its log holds, and while others open it
            elif NAMES.fullmatch(path.relative_to(folder).as_posix()):
                shutil.copyfile(path, kept)
    return papers


def _copy_database(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise sqlite_trouble(error, source) from error
