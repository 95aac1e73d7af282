"""Made-up papers and vectors that the tests of a storage put into it."""

from collections.abc import Sequence

import numpy as np

from rag.records import Paper, Record
from rag.storage.base import IndexedPaper, Storage
from rag.storage.index.token_embeddings import DIMENSION, TokenEmbeddings
from rag.utils.arrays import Vector

SIZE = 8  # of a vector
TITLES = ("Random forests", "Quiet lattices", "River deltas")


def record(title: str, line: int = 1, **more: object) -> Record:
    """Make up a record."""
    return Record(title, f"We study {title.lower()} with care. They are old.", line, **more)  # type: ignore[arg-type]


def axis(number: int) -> Vector:
    """Return the vector of length 1 along an axis."""
    found: Vector = np.eye(SIZE, dtype=np.float32)[number]
    return found


def indexed(paper_id: int, *vectors: Vector) -> IndexedPaper:
    """Return a paper as an index takes it, with token embeddings of its own."""
    values = np.full((3, DIMENSION), paper_id % 100, np.int8)
    tokens = TokenEmbeddings(values, np.ones(3, np.float16), np.arange(3, dtype=np.uint16))
    return paper_id, list(vectors), tokens


def is_same(one: TokenEmbeddings, other: TokenEmbeddings) -> bool:
    """Tell whether token embeddings are the same, bit by bit."""
    return one.form is other.form and [part.tobytes() for part in one[:3]] == [part.tobytes() for part in other[:3]]


def fill(storage: Storage, titles: Sequence[str] = TITLES, source: str = "/a.bib") -> list[int]:
    """Store a paper a title with a vector along its own axis; return their ids."""
    with storage.writing() as index:
        ids = []
        with storage.catalog.transaction():
            for line, title in enumerate(titles, start=1):
                one = record(title, line, year=2000 + line, authors=("Ada Lovelace",))
                ids.append(storage.catalog.insert(one))
                storage.catalog.add_origin(ids[-1], source, one)
        index.put([indexed(paper_id, axis(number)) for number, paper_id in enumerate(ids)])
        with storage.catalog.transaction():
            storage.catalog.mark_indexed(ids)
    return ids


def titles_of(papers: Sequence[Paper]) -> list[str]:
    """Return the titles of papers."""
    return [paper.title for paper in papers]
