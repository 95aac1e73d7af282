"""What a library holds and what it was made with, in numbers. Reads the catalog and the manifest, opens no vectors."""

import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.errors import LibraryMissingError
from rag.storage.catalog.catalog import FILE as CATALOG
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.schema import VERSION
from rag.storage.manifest import read_manifest


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
    if not (folder / CATALOG).is_file():
        msg = f"There is no library at {folder}. Make one with: askpapers ingest PATH --library {folder}"
        raise LibraryMissingError(msg)
    manifest = read_manifest(folder)
    catalog = Catalog(folder / CATALOG)
    try:
        first, last = catalog.all("SELECT min(year), max(year) FROM papers")[0]
        sources = catalog.all("SELECT source, count(*) FROM origins GROUP BY source ORDER BY source")
        return Info(
            folder=str(folder),
            papers=catalog.count(),
            waiting=catalog.count(indexed=False),
            merged=int(
                catalog.one("SELECT count(*) FROM (SELECT 1 FROM origins GROUP BY paper_id HAVING count(*) > 1)")
            ),
            ratings=int(catalog.one("SELECT count(*) FROM ratings")),
            years=None if first is None else (first, last),
            sources=tuple((source, papers) for source, papers in sources),
            catalog_bytes=sum(path.stat().st_size for path in folder.glob(f"{CATALOG}*")),
            vectors_bytes=_size(folder / manifest.vectors) if manifest else 0,
            embedding=manifest.embedding if manifest else None,
            dimension=manifest.dimension if manifest else None,
            chunker=manifest.chunker if manifest else None,
            format=manifest.format if manifest else None,
            schema=VERSION,
            release=_release(),
        )
    finally:
        catalog.close()


def _size(folder: Path) -> int:
    return sum(Path(place, name).stat().st_size for place, _, names in os.walk(folder) for name in names)


def _release() -> str:
    try:
        return version("askpapers")
    except PackageNotFoundError:
        return "unknown"
