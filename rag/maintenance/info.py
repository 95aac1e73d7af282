"""What a library holds and what it was made with, in numbers; no vector is read."""

from contextlib import closing
from dataclasses import dataclass

from rag.settings import Settings
from rag.storage.catalog.ratings import count_ratings
from rag.storage.catalog.schema import VERSION
from rag.storage.choosing import AnyPlace, open_storage
from rag.utils.release import release


@dataclass(frozen=True, slots=True)
class Info:
    """A library in numbers.

    `waiting` papers can't be found yet, `workers` embed them; sizes are in bytes; `years` are the first and last.

    `folder`: its folder, or the address of its database without a password. `smaller_anew`: its vectors take more room
    than they would if they were made anew.
    """

    folder: str
    papers: int
    waiting: int
    workers: tuple[str, ...]
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


def describe(place: AnyPlace, settings: Settings | None = None) -> Info:
    """Return a library in numbers. Raises LibraryMissingError, LibraryMismatchError, LibraryDamagedError."""
    with closing(open_storage(place, None, settings or Settings(), create=False)) as storage:
        catalog, made, sizes = storage.catalog, storage.made_with(), storage.sizes()
        return Info(
            folder=storage.place,
            papers=catalog.count(),
            waiting=catalog.count(indexed=False),
            workers=tuple(one.told() for one in catalog.workers()),
            merged=catalog.count_merged(),
            ratings=count_ratings(catalog.database),
            years=catalog.years(),
            sources=tuple(catalog.papers_by_source()),
            catalog_bytes=sizes.catalog,
            vectors_bytes=sizes.vectors,
            smaller_anew=sizes.smaller_anew,
            embedding=made.embedding if made else None,
            dimension=made.dimension if made else None,
            chunker=made.chunker if made else None,
            format=made.format if made else None,
            schema=VERSION,
            release=release(),
        )
