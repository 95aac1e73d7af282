"""From a question to the papers that may answer it: dense and lexical, fused, then compared word by word.

    1. the 100 nearest by whole-abstract vector, and the 100 best by BM25
    2. fused: both scores normalised, half and half
    3. the best 30 compared with the question word by word (late interaction), which gives .6 of the final score

Every constant was measured on two collections (eval/RESULTS.md). Deterministic: ties go to the lower paper id. Knows
nothing of answers.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmptyLibraryError, QuestionError
from rag.models.embedders.base import Embedded, Embedder
from rag.records import Filters, Hit, Paper, Passage
from rag.storage.catalog.catalog import Catalog
from rag.storage.index.index import Index
from rag.storage.index.token_embeddings import best_likeness, expand, project, sentence_vectors
from rag.text.sentences import sentence_spans
from rag.text.words import Word, content_words
from rag.utils.arrays import Matrix, unit
from rag.utils.threads import one_blas_thread

CANDIDATES = 100  # taken from each ranking
DENSE_SHARE = 0.5  # of the fused score; BM25 has the rest
DEPTH = 30  # papers compared word by word
INTERACTION_SHARE = 0.6  # of the final score; the fused one has the rest
LONGEST_QUESTION = 4_000  # characters
SEARCH_TERMS = 64  # words of a question that full-text search looks up


class WordMatch(NamedTuple):
    """How well one word of the question is met in a paper: its best likeness there (cosine), and its weight."""

    word: str
    likeness: float
    weight: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search found, and what an answerer needs to judge it.

    `hits`: best first. `weights`: how telling each stem of the query is (inverse document frequency). `matches`: how
    the words of the query are met in the best hit; empty when the embedding model tells no token states.
    `searched`: how many papers took part.
    """

    query: str
    hits: tuple[Hit, ...]
    weights: Mapping[str, float]
    matches: tuple[WordMatch, ...]
    searched: int


class Query(NamedTuple):
    """A question made ready: its vector, its words with their weights, and their projected states by word."""

    embedded: Embedded
    weights: dict[str, float]
    words: list[Word]
    sense: Matrix  # (DIMENSION,): the mean of all projected states, length 1; empty without token states
    states: Matrix  # (tokens, DIMENSION): those of `words`
    owners: NDArray[np.int64]  # (tokens,): the index of each state's word


class Retriever:
    """Searches one library."""

    def __init__(
        self, catalog: Catalog, reading: Callable[[], AbstractContextManager[Index]], embedder: Embedder
    ) -> None:
        """Search with what `reading` lends for each search: a retriever never holds an outdated index."""
        self._catalog = catalog
        self._reading = reading
        self._embedder = embedder

    def retrieve(self, question: str, *, limit: int, filters: Filters = Filters()) -> Retrieved:
        """Return the `limit` best papers for a question, each with its sentences, best first.

        Raises QuestionError for a question that can't be searched, EmptyLibraryError when there is nothing to search.
        """
        check_question(question)
        with self._reading() as index, one_blas_thread():
            return self._retrieve(question, limit, filters, index)

    def _retrieve(self, question: str, limit: int, filters: Filters, index: Index) -> Retrieved:
        allowed, searched = self._allowed(filters)
        query = self._prepare(question)
        fused = self._fused(query, allowed, index)
        if allowed is None and self._catalog.count() != searched:
            # Somebody brought in papers meanwhile: the words of these are found, but they don't count as stored yet.
            allowed, searched = self._allowed(filters)
            fused = self._fused(query, allowed, index)
        depth = [paper_id for paper_id, _ in fused[: max(DEPTH, limit)]]
        stored = index.states.get(depth) if len(query.states) else {}
        states = {paper_id: (expand(found), found.sentences) for paper_id, found in stored.items()}
        likeness = {paper_id: word_likeness(query, found) for paper_id, (found, _) in states.items()}
        ranking = rerank(fused[: len(depth)], {i: weighted(query, found) for i, found in likeness.items()})[:limit]
        papers = {paper.paper_id: paper for paper in self._catalog.papers([paper_id for paper_id, _ in ranking])}
        hits = tuple(
            Hit(papers[paper_id], score, self._passages(query, papers[paper_id], states.get(paper_id)))
            for paper_id, score in ranking
            if paper_id in papers
        )
        matches: tuple[WordMatch, ...] = ()
        if hits and hits[0].paper.paper_id in likeness:
            best = likeness[hits[0].paper.paper_id]
            matches = tuple(
                WordMatch(word.text, float(met), query.weights[word.stem])
                for word, met in zip(query.words, best, strict=True)
            )
        return Retrieved(question, hits, query.weights, matches, searched)

    def _allowed(self, filters: Filters) -> tuple[set[int] | None, int]:
        """Return the ids that may be found (None: all of the index) and how many they are."""
        total = self._catalog.count()
        if not total:
            msg = f"The library {self._catalog.path.parent} holds no papers yet. Add some with: askpapers ingest PATH"
            raise EmptyLibraryError(msg)
        if not filters and self._catalog.count(indexed=True) == total:
            return None, total
        allowed = self._catalog.indexed_ids(filters)
        if not allowed:
            msg = "No paper passes the filters. Widen the years, or search without --origin."
            if not filters:
                msg = "No paper can be searched yet: an ingest was cut short. Finish it with: askpapers ingest PATH"
            raise EmptyLibraryError(msg)
        return allowed, len(allowed)

    def _prepare(self, question: str) -> Query:
        embedded = next(iter(self._embedder.embed([question])))
        words = content_words(question)
        stems = list(dict.fromkeys(word.stem for word in words))[:SEARCH_TERMS]
        frequency = self._catalog.document_frequency(stems)
        total = self._catalog.count()
        weights = {stem: inverse_document_frequency(frequency.get(stem, 0), total) for stem in stems}
        words = [word for word in words if word.stem in weights]
        tokens = project(embedded.tokens) if len(embedded.tokens) else embedded.tokens
        owners = np.full(len(tokens), -1)
        for number, word in enumerate(words):
            owners[(embedded.offsets[:, 0] >= word.start) & (embedded.offsets[:, 1] <= word.end)] = number
        sense = unit(tokens.mean(axis=0)) if len(tokens) else np.empty(0, np.float32)
        return Query(embedded, weights, words, sense, tokens[owners >= 0], owners[owners >= 0])

    def _fused(self, query: Query, allowed: set[int] | None, index: Index) -> list[tuple[int, float]]:
        dense = dict(index.vectors.nearest(query.embedded.vector, CANDIDATES, allowed))
        written = {word.stem: word.text for word in query.words}
        lexical = self._catalog.match(written.values(), CANDIDATES if allowed is None else CANDIDATES * 10)
        return fuse(dense, {i: score for i, score in lexical if allowed is None or i in allowed})

    def _passages(
        self, query: Query, paper: Paper, states: tuple[Matrix, NDArray[np.uint16]] | None
    ) -> tuple[Passage, ...]:
        """Return the sentences of a paper, the most like the question first."""
        spans = sentence_spans(paper.abstract)
        if states is not None:
            vectors, question = sentence_vectors(*states), query.sense
        else:
            texts = [paper.abstract[span.start : span.end] for span in spans]
            vectors = {n: found.vector for n, found in enumerate(self._embedder.embed(texts), start=1)}
            question = query.embedded.vector
        passages = [
            Passage(paper.abstract[start:end], start, end, float(vectors[n] @ question) if n in vectors else 0.0)
            for n, (start, end) in enumerate(spans, start=1)
        ]
        return tuple(sorted(passages, key=lambda passage: (-passage.score, passage.start)))


def check_question(question: str) -> None:
    """Raise QuestionError for a question that no search can make sense of."""
    if sum(character.isalnum() for character in question) < 2:
        msg = f"The question {question.strip()!r} is too short to search for: ask with a word or more."
        raise QuestionError(msg)
    if len(question) > LONGEST_QUESTION:
        msg = f"The question has {len(question):,} characters, at most {LONGEST_QUESTION:,} fit: shorten it."
        raise QuestionError(msg)


def inverse_document_frequency(frequency: int, total: int) -> float:
    """Return how telling a word is that occurs in `frequency` of `total` papers (BM25's form, never negative)."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return (id, score) of all candidates, best first: a convex combination of both scores.

    Cosines are min-max normalised over the candidates, BM25 between its floor 0 and its best; what one ranking did
    not find has 0 there (Bruch et al. 2023, An Analysis of Fusion Functions for Hybrid Retrieval).
    """
    near = dict(zip(dense, min_max(np.array(list(dense.values()))), strict=True)) if dense else {}
    best = max(lexical.values(), default=1.0)
    fused = {
        paper_id: DENSE_SHARE * float(near.get(paper_id, 0.0)) + (1 - DENSE_SHARE) * lexical.get(paper_id, 0.0) / best
        for paper_id in dense.keys() | lexical.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def rerank(fused: Sequence[tuple[int, float]], interaction: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return the candidates by fused score and late interaction, each min-max normalised over them.

    Without any interaction score the fused order stays.
    """
    if not fused:
        return []
    ids = [paper_id for paper_id, _ in fused]
    old = min_max(np.array([score for _, score in fused]))
    if interaction:
        lowest = min(interaction.values())
        new = min_max(np.array([interaction.get(paper_id, lowest) for paper_id in ids]))
        old = INTERACTION_SHARE * new + (1 - INTERACTION_SHARE) * old
    return sorted(zip(ids, old.tolist(), strict=True), key=lambda item: (-item[1], item[0]))


def min_max(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return scores stretched to 0..1; equal scores all become 1."""
    spread = scores.max() - scores.min()
    stretched: NDArray[np.float64] = (scores - scores.min()) / spread if spread > 0 else np.ones_like(scores)
    return stretched


def word_likeness(query: Query, states: Matrix) -> NDArray[np.float32]:
    """Return, for each word of the query, the mean best likeness of its tokens among a paper's (n, DIMENSION)."""
    best = best_likeness(query.states, states)
    counts = np.bincount(query.owners, minlength=len(query.words))
    sums = np.bincount(query.owners, weights=best, minlength=len(query.words))
    return (sums / np.maximum(counts, 1)).astype(np.float32)


def weighted(query: Query, likeness: NDArray[np.float32]) -> float:
    """Return the mean likeness of the query's words, telling words counting more."""
    weights = np.sqrt([query.weights[word.stem] for word in query.words])
    return float(likeness @ weights / weights.sum())


def top(hits: Sequence[Hit], passages: int) -> list[Hit]:
    """Return the hits with only their best passages."""
    return [replace(hit, passages=hit.passages[:passages]) for hit in hits]
