"""Make a library of a backup: everything is unpacked and checked beside its place, then put there at once.

Into a database it is copied from there, its papers in one transaction; they can be found when their vectors are there.
"""

import os
import shutil
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import BackupError, LibraryError, LibraryMismatchError, StorageError
from rag.maintenance.backup.archive import Backup, extract, listed, opened
from rag.maintenance.backup.moving import complete_index, fill_library
from rag.settings import Settings
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.catalog.users.audit import log_change, named_sources
from rag.storage.choosing import AnyPlace, open_storage, placed
from rag.storage.manifest import read_manifest
from rag.utils.places import ServerAddress


def restore(file: Path, given: AnyPlace, settings: Settings | None = None) -> Backup:
    """Make the library of a backup in a folder, whole or not at all, or in a database; return what it holds.

    Without vectors in it they have to be made next (rag.maintenance). Raises BackupError when the file is no sound
    backup or there is a library already, LibraryMismatchError when it is newer, StorageError.
    """
    place = placed(given)
    if isinstance(place, ServerAddress):
        return _into_database(file, place, settings or Settings())
    return _into_folder(file, place)


def _into_database(file: Path, place: ServerAddress, settings: Settings) -> Backup:
    with TemporaryDirectory(prefix="askpapers-") as temporary:
        staged = Path(temporary, "library")
        staged.mkdir()
        try:
            made = _unpack(file, staged)
        except OSError as error:
            msg = f"{staged} can't be written ({error.strerror}). Make room there, or set TMPDIR to another folder."
            raise StorageError(msg) from error
        _check(staged, file)
        with closing(open_storage(place, None, settings)) as storage:
            fill_library(staged, storage)
    return made


def _into_folder(file: Path, folder: Path) -> Backup:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} is there already. Restore into a new folder: --library DIR"
        raise BackupError(msg)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            staged = Path(temporary, "library")
            staged.mkdir()
            made = _unpack(file, staged)
            _check(staged, file)
            complete_index(staged)
            if folder.exists():
                folder.rmdir()
            staged.rename(folder)
    except OSError as error:
        msg = f"{folder} can't be written ({error.strerror}). Make room, or choose another folder with --library."
        raise StorageError(msg) from error
    return made


def _unpack(file: Path, place: Path) -> Backup:
    """Put the files of a backup into an empty folder, each checked. Raises BackupError, StorageError, OSError."""
    with opened(file) as archive:
        made = listed(archive, file)
        room, needed = shutil.disk_usage(place).free, sum(part.size for part in made.parts)
        if needed > room:
            msg = f"{file} needs {needed:,} bytes at {place.parent.parent}, where {room:,} are free. Make room first."
            raise StorageError(msg)
        for part in made.parts:
            path = place / part.name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as written:
                extract(archive, part, written)
                written.flush()
                os.fsync(written.fileno())
    return made


def _check(folder: Path, file: Path) -> None:
    """Raise BackupError unless what was unpacked is a library that can be opened."""
    try:
        with closing(open_catalog(folder)) as catalog:
            damage = catalog.damage()
            if not damage:
                with catalog.transaction():
                    log_change(catalog.database, "restore", catalog.count(), named_sources([str(file.resolve())]))
        read_manifest(folder)
    except LibraryMismatchError:
        raise
    except LibraryError as error:
        raise BackupError(f"{file} holds a damaged library. Restore an earlier backup.") from error
    if damage:
        raise BackupError(f"{file} holds a damaged catalog ({damage[0]}). Restore an earlier backup.")
