"""Cells without a language model: of each abstract the sentence that fills a column, verbatim, or none."""

from collections.abc import Sequence
from typing import NamedTuple

from rag.citations.numbering import cite
from rag.citations.support import verified
from rag.comparison.columns import Column, section_of
from rag.comparison.signs import Sentence, asked_odds, best_of, usual_odds
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
        tokens = self._tokens(paper) if any(one.query for one in sought) else None
        with one_blas_thread():
            sentences = sentences_of(paper, tokens)
            return tuple(_cell(paper, number, one, sentences) for one in sought)

    def _tokens(self, paper: Paper) -> TokensOfPaper | None:
        """Return the token states of an abstract; None when the embedding model tells none."""
        with self._storage.reading() as index:
            return tokens_of(index.token_embeddings([paper.paper_id])).get(paper.paper_id)


def sentences_of(paper: Paper, tokens: TokensOfPaper | None) -> list[Sentence]:
    """Return the sentences of an abstract, each with the part that it stands in and its token states."""
    section = ""
    sentences: list[Sentence] = []
    for number, (start, end) in enumerate(sentence_spans(paper.abstract), start=1):
        text = paper.abstract[start:end]
        section = section_of(text) or section
        own = None if tokens is None else tokens.of_sentence(number)
        sentences.append(Sentence(text, start, end, start / len(paper.abstract), section, own))
    return sentences


def _cell(paper: Paper, number: int, sought: Sought, sentences: Sequence[Sentence]) -> Cell:
    usual = sought.column.usual
    if usual and usual.record:
        return from_record(paper, usual.record)
    best = best_of(worths(sought, sentences))
    if best is None:
        return Cell()
    one = sentences[best]
    return Cell(one.text, (verified(Claim(one.text, (cite(number, paper, one.start, one.end),), end=len(one.text))),))


def worths(sought: Sought, sentences: Sequence[Sentence]) -> list[float]:
    """Return how likely each sentence of an abstract fills a column, as a log-odds."""
    usual, query = sought.column.usual, sought.query
    if usual:
        return [usual_odds(one, usual) for one in sentences]
    return asked_odds(sentences, query) if query else []


def from_record(paper: Paper, name: str) -> Cell:
    """Return what a paper's record holds under a name (`year`, `authors`)."""
    value = getattr(paper, name)
    return Cell("; ".join(value) if isinstance(value, tuple) else str(value or ""))
