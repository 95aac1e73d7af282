"""What a library holds and what it was made with, in numbers, from catalog and manifest; no vector is read."""

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LibraryError, StorageError
from rag.storage.catalog.ratings import count_ratings
from rag.storage.catalog.schema import VERSION
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.index.token_embeddings import Form, forms_of
from rag.storage.index.token_store import TokenStore
from rag.storage.layout import catalog_size, index_folder, index_size, require_library
from rag.storage.manifest import Manifest, read_manifest
from rag.utils.release import release


@dataclass(frozen=True, slots=True)
class Info:
    """A library in numbers. `waiting` papers can't be found yet; sizes are in bytes; `years` are the first and last.

    `smaller_anew`: its vectors take more room than they would if they were made anew.
    """

    folder: str
    papers: int
    waiting: int
    merged: int
    ratings: int
    years: tuple[int, int] | None
    sources: tuple[tuple[str, int], ...]
    catalog_bytes: int
    vectors_bytes: int
    smaller_anew: bool
    embedding: str | None
    dimension: int | None
    chunker: str | None
    format: int | None
    schema: int
    release: str


def describe(folder: Path) -> Info:
    """Return a library in numbers. Raises LibraryMissingError, LibraryMismatchError, LibraryDamagedError."""
    require_library(folder)
    manifest = read_manifest(folder)
    with closing(open_catalog(folder)) as catalog:
        return Info(
            folder=str(folder),
            papers=catalog.count(),
            waiting=catalog.count(indexed=False),
            merged=catalog.count_merged(),
            ratings=count_ratings(catalog.database),
            years=catalog.years(),
            sources=tuple(catalog.papers_by_source()),
            catalog_bytes=catalog_size(folder),
            vectors_bytes=index_size(folder, manifest.vectors) if manifest else 0,
            smaller_anew=manifest is not None and _is_large(folder, manifest),
            embedding=manifest.embedding if manifest else None,
            dimension=manifest.dimension if manifest else None,
            chunker=manifest.chunker if manifest else None,
            format=manifest.format if manifest else None,
            schema=VERSION,
            release=release(),
        )


def _is_large(folder: Path, manifest: Manifest) -> bool:
    """Tell whether token states are in a larger form than they would be made in now."""
    if forms_of(manifest.embedding)[0] is Form.SIGNED:
        return False
    index = index_folder(folder, manifest.vectors)
    with suppress(LibraryError, StorageError), closing(TokenStore(index.tokens, index.advice, create=False)) as tokens:
        return tokens.begins_signed()
    return False  # damage is told by doctor
