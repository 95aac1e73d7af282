"""The manifest: what a library's index was made with, and which folder holds it now.

One small JSON file, replaced whole. What it says must fit what runs, or the library is refused with the command that
mends it; the vectors of another model are numbers of the same shape and would go unnoticed.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rag.errors import LibraryDamagedError, LibraryMismatchError, StorageError
from rag.storage.layout import MANIFEST, rebuild_command
from rag.utils.files import replacing

FORMAT = 2  # 1: all token states in the signed form, which versions that write 1 read alone


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """What an index must be made with: the names of embedding model and chunker.

    `embedding`: the name, or what tells it. That is given the name stored with the vectors, for settings that leave the
    revision of a model open; None when an index is made, and the model may be loaded. So it may when `dimension` is
    asked for the length of a vector, never before.
    """

    embedding: str | Callable[[str | None], str]
    chunker: str
    dimension: Callable[[], int]

    def model(self, stored: str | None = None) -> str:
        """Return the name of the model that is wanted, for vectors of the model `stored` or new ones."""
        return self.embedding if isinstance(self.embedding, str) else self.embedding(stored)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Format version, embedding model and dimension, distance, chunker, and the folder of the index."""

    embedding: str
    dimension: int
    chunker: str
    vectors: str
    distance: str = "cosine"
    format: int = FORMAT

    @classmethod
    def of(cls, spec: IndexSpec, folder_name: str) -> "Manifest":
        """Return the manifest of an index that is made now."""
        return cls(spec.model(), spec.dimension(), spec.chunker, folder_name)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a library folder, None when it has none.

    Raises LibraryMismatchError when its format is newer, LibraryDamagedError when it can't be read.
    """
    path = folder / MANIFEST
    try:
        return manifest_of(json.loads(path.read_text("utf-8")), folder)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        msg = f"{path} can't be read ({error}). Make it anew from the catalog with: {rebuild_command(folder)}"
        raise LibraryDamagedError(msg) from error


def manifest_of(values: Any, library: object) -> Manifest:
    """Return a library's manifest of its JSON. Raises LibraryMismatchError when its format is newer.

    Raises ValueError, KeyError, TypeError, OverflowError or RecursionError for what is none.
    """
    found = int(values["format"])
    if found > FORMAT:
        msg = (
            f"The library {library} has format {found}, this askpapers reads up to {FORMAT}. "
            "Upgrade with: pip install --upgrade askpapers"
        )
        raise LibraryMismatchError(msg)
    manifest = Manifest(**values)
    for field in fields(Manifest):
        if type(getattr(manifest, field.name)) is not field.type:
            msg = f"{field.name} is {getattr(manifest, field.name)!r}"
            raise TypeError(msg)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a library folder: after a crash it is the old one or the new one. Raises StorageError."""
    path = folder / MANIFEST
    try:
        with replacing(path, durable=True) as partial:
            partial.write_text(json.dumps(asdict(manifest), indent=2), "utf-8")
    except OSError as error:
        msg = f"{path} can't be written ({error.strerror}). Make room, or choose another library folder."
        raise StorageError(msg) from error


def fitting_manifest(folder: Path, files: Path, spec: IndexSpec) -> Manifest | None:
    """Return the manifest of the library in `folder`, whose files are read in `files`; None when there is none yet.

    Raises LibraryMismatchError unless the index is that of the model and chunker wanted, LibraryDamagedError.
    """
    manifest = read_manifest(files)
    if manifest is None:
        return None
    require_spec(folder, manifest, spec)
    return manifest


def require_spec(library: object, manifest: Manifest, spec: IndexSpec) -> None:
    """Raise LibraryMismatchError unless the index of a library is that of the model and chunker wanted."""
    for what, stored, wanted in (
        ("embedding model", manifest.embedding, spec.model(manifest.embedding)),
        ("chunker", manifest.chunker, spec.chunker),
    ):
        require_same(library, what, stored, wanted)


def require_same(library: object, what: str, stored: str, wanted: str) -> None:
    """Raise LibraryMismatchError unless the library was made with the model or chunker that is wanted."""
    if stored != wanted:
        msg = (
            f"The library {library} was made with the {what} {stored}, the settings ask for {wanted}. "
            f"Make its vectors anew with: {rebuild_command(library)}"
        )
        raise LibraryMismatchError(msg)
