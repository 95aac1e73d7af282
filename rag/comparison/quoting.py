"""Cells without a language model: of each abstract the sentence that fills a column, verbatim, or none."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.citations.numbering import cite
from rag.citations.support import verified
from rag.comparison.columns import Column
from rag.comparison.signs import Sentence, odds
from rag.models.embedders.base import Embedder
from rag.records import Cell, Claim, Paper
from rag.retrieval.late_interaction import TokensOfPaper, tokens_of
from rag.retrieval.query import Query, prepare
from rag.storage.base import Storage
from rag.text.sentences import sentence_spans
from rag.utils.threads import one_blas_thread


class Sought(NamedTuple):
    """A column ready to be looked for; a usual one needs no query."""

    column: Column
    query: Query | None


class Quoter:
    """Looks for columns in the abstracts of one library."""

    def __init__(self, storage: Storage, embedder: Embedder) -> None:
        self._storage = storage
        self._embedder = embedder

    def prepared(self, columns: Sequence[Column]) -> list[Sought]:
        """Return columns ready to be looked for. Raises EmbeddingError."""
        catalog = self._storage.catalog
        with one_blas_thread():
            return [Sought(one, None if one.usual else prepare(one.name, self._embedder, catalog)) for one in columns]

    def cells(self, paper: Paper, number: int, sought: Sequence[Sought]) -> tuple[Cell, ...]:
        """Return what a paper's abstract says to each column; its citations have this number."""
        with one_blas_thread():
            sentences = self._sentences(paper, tokens=any(one.query for one in sought))
            return tuple(_cell(paper, number, one, sentences) for one in sought)

    def _sentences(self, paper: Paper, *, tokens: bool) -> list[Sentence]:
        """Return the sentences of an abstract, with the states of their tokens where they are asked for."""
        spans = sentence_spans(paper.abstract)
        stored = self._tokens(paper) if tokens else None
        return [
            Sentence(
                paper.abstract[start:end],
                start,
                end,
                start / len(paper.abstract),
                None if stored is None else stored[0][stored[1] == place],
            )
            for place, (start, end) in enumerate(spans, start=1)
        ]

    def _tokens(self, paper: Paper) -> TokensOfPaper | None:
        """Return the token states of an abstract; None when the embedding model tells none."""
        with self._storage.reading() as index:
            return tokens_of(index.token_embeddings([paper.paper_id])).get(paper.paper_id)


def _cell(paper: Paper, number: int, sought: Sought, sentences: Sequence[Sentence]) -> Cell:
    usual = sought.column.usual
    if usual and usual.record:
        return from_record(paper, usual.record)
    scores = odds(sentences, usual, sought.query)
    if not len(scores) or scores.max() < 0:
        return Cell()
    best = sentences[int(np.argmax(scores))]
    citation = cite(number, paper, best.start, best.end)
    return Cell(best.text, (verified(Claim(best.text, (citation,), end=len(best.text))),))


def from_record(paper: Paper, name: str) -> Cell:
    """Return what a paper's record holds under a name (`year`, `authors`)."""
    value = getattr(paper, name)
    return Cell("; ".join(value) if isinstance(value, tuple) else str(value or ""))
