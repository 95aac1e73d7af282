"""What a library holds and what it was made with, in numbers, from catalog and manifest; no vector is opened."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag.storage.catalog.ratings import count_ratings
from rag.storage.catalog.schema import VERSION
from rag.storage.catalog.sqlite import open_catalog
from rag.storage.layout import catalog_size, index_size, require_library
from rag.storage.manifest import read_manifest
from rag.utils.release import release


@dataclass(frozen=True, slots=True)
class Info:
    """A library in numbers. `waiting` papers can't be found yet; sizes are in bytes; `years` are the first and last."""

    folder: str
    papers: int
    waiting: int
    merged: int
    ratings: int
    years: tuple[int, int] | None
    sources: tuple[tuple[str, int], ...]
    catalog_bytes: int
    vectors_bytes: int
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
            embedding=manifest.embedding if manifest else None,
            dimension=manifest.dimension if manifest else None,
            chunker=manifest.chunker if manifest else None,
            format=manifest.format if manifest else None,
            schema=VERSION,
            release=release(),
        )
