"""Write a library into one file: the catalog as it was at one moment, the manifest, the vectors if they are wanted.

It is written beside its place, read back, and only then put there. A library on servers becomes the same files as a
folder's.
"""

import os
import shutil
import zipfile
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import LibraryDamagedError, LibraryMissingError, StorageError
from rag.maintenance.backup.archive import Backup, extract, pack
from rag.maintenance.backup.moving import copy_library
from rag.settings import Settings
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.choosing import AnyPlace, open_storage, placed
from rag.storage.folder.locking import holding
from rag.storage.folder.readonly import as_if_in, copied, is_read_only
from rag.storage.folder.sqlite_files import copy_database
from rag.storage.layout import KEPT, MANIFEST, IndexFolder, catalog_path, index_folder, rescue_advice
from rag.storage.manifest import read_manifest
from rag.utils.files import replacing


def back_up(given: AnyPlace, file: Path, settings: Settings | None = None, *, vectors: bool = False) -> Backup:
    """Write a library into one file, which takes the place of an earlier one only when it is whole.

    Others may read and write meanwhile; only with `vectors` nobody may write to a folder's. Raises LibraryMissingError,
    LibraryDamagedError when what would be kept is damaged, LibraryLockedError, StorageError.
    """
    place = placed(given)
    if isinstance(place, Path):
        return _of_folder(place, file, vectors=vectors)
    with closing(open_storage(place, None, settings or Settings(), create=False)) as storage:
        return _written(lambda staged: copy_library(storage, staged, vectors=vectors), file, vectors=vectors)


def _of_folder(folder: Path, file: Path, *, vectors: bool) -> Backup:
    if not catalog_path(folder).is_file():
        msg = f"There is no library at {folder}. Name its folder with --library."
        raise LibraryMissingError(msg)
    if is_read_only(folder):  # nobody writes here
        place = copied(folder, tokens=vectors)
        try:
            with as_if_in(folder, place):
                return _written(lambda staged: _collect(place, staged, vectors=vectors), file, vectors=vectors)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    with holding(folder) if vectors else nullcontext():
        return _written(lambda staged: _collect(folder, staged, vectors=vectors), file, vectors=vectors)


def _written(collect: Callable[[Path], int], file: Path, *, vectors: bool) -> Backup:
    """Write what `collect` puts into a folder, which returns the number of papers, into a backup."""
    try:
        with replacing(file, durable=True) as partial:
            with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as temporary:
                papers = collect(Path(temporary))
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
    copy_database(catalog_path(folder), catalog_path(place), rescue_advice(folder))
    with closing(open_catalog(place)) as catalog:
        damage = catalog.database.damage()
        if damage:
            told = f"{catalog_path(folder)} is damaged ({damage[0]}), and no backup was made."
            raise LibraryDamagedError(f"{told} {rescue_advice(folder)}")
        if catalog.full_text.damage():  # the papers are sound: a backup keeps a full text that is theirs
            with catalog.transaction():
                catalog.full_text.renew()
        papers = catalog.count()
    manifest = read_manifest(folder)
    if manifest is None:
        return papers
    shutil.copyfile(folder / MANIFEST, place / MANIFEST)
    if vectors:
        index = index_folder(folder, manifest.vectors)
        for path in _index_files(index):
            kept = place / path.relative_to(folder)
            if not KEPT.fullmatch(path.relative_to(folder).as_posix()):
                continue
            kept.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".sqlite3":
                copy_database(path, kept, index.advice)  # also what its log holds, and while others open it
            else:
                shutil.copyfile(path, kept)
    return papers


def _index_files(index: IndexFolder) -> list[Path]:
    """Return the files of an index, but for a Chroma of which another took the place."""
    chromas = set(index.chromas()) - {index.chroma}
    files = (path for path in index.path.rglob("*") if path.is_file())
    return sorted(path for path in files if not chromas & set(path.parents))
