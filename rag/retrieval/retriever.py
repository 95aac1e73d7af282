"""From a question to the papers that may answer it: dense and lexical, fused, then compared word by word.

    1. the 100 nearest by whole-abstract vector, and the 100 best by BM25
    2. fused: both scores normalised, half and half
    3. the best 30 compared with the question word by word (late interaction), which gives .6 of the score
    4. where a reranker is set, the best 30 of these scored by it, which gives .6 of the final score

Every constant was measured on two collections (eval/RESULTS.md). Deterministic: ties go to the lower paper id.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmptyLibraryError, VectorsAwayError
from rag.models.embedders.base import Embedder
from rag.models.rerankers.base import NOT_RERANKED, Reranked, Reranker, reranked
from rag.records import Filters, Hit, Paper, Passage, Reading
from rag.retrieval.language_note import language_note
from rag.retrieval.late_interaction import (
    TokensOfPaper,
    compared,
    sentence_likeness,
    sentence_word_likeness,
    tokens_of,
    weighted_all,
    word_likenesses,
)
from rag.retrieval.query import Query, check_question, prepare
from rag.retrieval.ranking import fuse, rerank, rescore
from rag.retrieval.results import USUAL, Retrieved, WordMatch
from rag.retrieval.spelling import readings
from rag.retrieval.ties import Earlier, Seen, Ties, importance_of, ties_of
from rag.storage.allowed import Allowed
from rag.storage.base import Index, Storage
from rag.text.questions.readings import as_read
from rag.text.sentences import sentence_spans
from rag.text.titles import is_named
from rag.utils.arrays import Matrix
from rag.utils.threads import one_blas_thread

CANDIDATES = 100  # taken from each ranking
TOPMOST = 3  # papers that stand for what an earlier question was about
FIRST = 6  # papers that may answer; the scores of those behind them are what any paper has
DEPTH = 30  # papers compared word by word, and read by a reranker

Ranking = list[tuple[int, float]]  # (paper id, score), best first


class Candidates(NamedTuple):
    """What both rankings found, best first: cosines by vector, BM25 by words; and how many papers took part.

    `away`: what to tell when the nearest could not be asked for, and only those found by words have their cosines.
    """

    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    away: str
    searched: int


class Ranked(NamedTuple):
    """What the index and the catalog gave: the papers ranked, each with its tokens and how they meet the query."""

    query: Query
    candidates: Candidates
    ranking: Ranking
    papers: Mapping[int, Paper]
    tokens: Mapping[int, TokensOfPaper]
    cosines: Mapping[int, Matrix]
    likeness: Mapping[int, NDArray[np.float32]]
    background: float

    @property
    def best(self) -> tuple[int, ...]:
        """The ids of the papers ranked, best first."""
        return tuple(paper_id for paper_id, _ in self.ranking)


class Retriever:
    """Searches one library."""

    def __init__(self, storage: Storage, embedder: Embedder, reranker: Reranker | None = None) -> None:
        """Search with the index as `storage` lends it for each search: a retriever never holds an outdated one.

        `reranker` scores the best papers anew; when it fails they stay as they are, and what was found has a note.
        """
        self._storage = storage
        self._catalog = storage.catalog
        self._embedder = embedder
        self._reranker = reranker

    def reads(self, question: str) -> bool:
        """Tell whether the embedding model reads the language of a question, as far as that can be told."""
        return not language_note(question, self._embedder.name)

    def readings(self, question: str) -> tuple[Reading, ...]:
        """Return the words of a question that are read as words of the library. Raises StorageError."""
        return readings(question, self._embedder, self._catalog)

    def search(self, question: str, *, limit: int, filters: Filters = Filters(), as_written: bool = False) -> Retrieved:
        """Do what `retrieve` does, with mistyped words read as the library's unless `as_written`."""
        with self._catalog.database.moment():
            read = () if as_written else self.readings(question)
            found = self.retrieve(as_read(question, read), limit=limit, filters=filters)
        return replace(found, readings=read)

    def retrieve(self, question: str, *, limit: int, filters: Filters = Filters()) -> Retrieved:
        """Return the `limit` best papers for a question, each with its sentences, best first.

        Raises QuestionError for a question that can't be searched, EmptyLibraryError when there is nothing to search.
        """
        check_question(question)
        with self._looking() as index:
            ranked = self._ranked(question, limit, filters, index)
        # The index is back where it belongs: a reranker may take its time.
        ranking, told = self._rescored(question, ranked)
        with one_blas_thread():
            hits = tuple(
                Hit(ranked.papers[paper_id], score, self._passages(ranked, ranked.papers[paper_id]))
                for paper_id, score in ranking[:limit]
            )
            by_sentence = {hit.paper.paper_id: _met(ranked, hit.paper) for hit in hits}
        weights, searched = ranked.query.weights, ranked.candidates.searched
        background = ranked.background if self._reranker is None else _background(ranking)
        found = Retrieved(question, hits, weights, (), searched, told, met=by_sentence, background=background)
        if hits:
            best, dense = hits[0].paper.paper_id, ranked.candidates.dense
            # A paper found by words alone is no nearer than the last that was found by vector.
            cosine = dense.get(best, min(dense.values(), default=0.0))
            found = replace(found, matches=_matches(ranked, best), cosine=cosine)
        note, away = language_note(question, self._embedder.name), ranked.candidates.away
        return replace(found, language_note=note, away=away)

    def ties(self, question: str, earlier: Earlier, filters: Filters = Filters()) -> Ties | None:
        """Return what ties a question to an earlier one; None when nothing could: it has no telling words.

        None too with an embedding model that tells no token states. Raises what `retrieve` raises.
        """
        with self._looking() as index:
            ranked = self._ranked(question, DEPTH, filters, index)
            own = [ranked.likeness[paper_id] for paper_id in ranked.best if paper_id in ranked.likeness]
            before = earlier.papers or self._ranked(earlier.question, DEPTH, filters, index).best
            vector = ranked.query.embedded.vector
            nearest = index.nearest(vector, 1, set(before[:TOPMOST])) if own else []
            if not nearest:
                return None
            [asked] = self._embedder.embed([earlier.question], kind="query")
            cosines = (max(ranked.candidates.dense.values(), default=0.0), nearest[0][1], float(vector @ asked.vector))
            names = any(is_named(ranked.papers[paper_id].title, question) for paper_id in ranked.best[:TOPMOST])
            rank = ranked.best.index(before[0]) + 1 if before[0] in ranked.best else DEPTH
            return ties_of(ranked.query, Seen(own, cosines, rank, ranked.candidates.searched, names))

    @contextmanager
    def _looking(self) -> Iterator[Index]:
        """Lend the index to a search of one moment, on one thread."""
        with self._catalog.database.moment(), self._storage.reading() as index, one_blas_thread():
            yield index

    def _ranked(self, question: str, limit: int, filters: Filters, index: Index, width: int = CANDIDATES) -> Ranked:
        """Return the `limit` best papers, ranked; the candidates with it hold up to `width` of each ranking."""
        query = prepare(question, self._embedder, self._catalog)
        candidates = self._candidates(query, filters, index, width)
        lexical = islice(candidates.lexical.items(), CANDIDATES)
        fused = fuse(dict(islice(candidates.dense.items(), CANDIDATES)), dict(lexical))
        depth = [paper_id for paper_id, _ in fused[: max(DEPTH, limit)]]
        tokens = tokens_of(index.token_embeddings(depth)) if len(query.tokens) else {}
        cosines = compared(query, tokens)
        likeness = word_likenesses(query, cosines)
        scores = dict(zip(likeness, weighted_all(query, likeness.values()), strict=True))
        ranking = rerank(fused[: len(depth)], scores)
        background = _background(ranking)
        if self._reranker is None:
            ranking = ranking[:limit]
        papers = self._papers(paper_id for paper_id, _ in ranking)
        ranking = [one for one in ranking if one[0] in papers]
        return Ranked(query, candidates, ranking, papers, tokens, cosines, likeness, background)

    def _papers(self, paper_ids: Iterable[int]) -> dict[int, Paper]:
        return {paper.paper_id: paper for paper in self._catalog.papers(list(paper_ids))}

    def _rescored(self, question: str, ranked: Ranked) -> tuple[Ranking, Reranked]:
        """Return the ranking in which the reranker's scores count, and what they took; as it is when there are none."""
        best = [paper_id for paper_id, _ in ranked.ranking[:DEPTH]]
        if self._reranker is None or not best:
            return ranked.ranking, NOT_RERANKED
        told = reranked(self._reranker, question, [ranked.papers[paper_id] for paper_id in best])
        if told.note:
            return ranked.ranking, told
        return rescore(ranked.ranking, dict(zip(best, told.scores, strict=True))), told

    def _candidates(self, query: Query, filters: Filters, index: Index, width: int) -> Candidates:
        """Return the `width` best papers of both rankings."""
        allowed, searched = self._allowed(filters)
        found = self._both(query, allowed, index, width)
        if allowed is None and self._catalog.count() != searched:
            # Somebody brought in papers meanwhile: the words of these are found, but they don't count as stored yet.
            allowed, searched = self._allowed(filters)
            found = self._both(query, allowed, index, width)
        return Candidates(*found, searched)

    def _allowed(self, filters: Filters) -> tuple[Allowed | None, int]:
        """Return the papers that may be found (None: all of the index) and how many they are."""
        total = self._catalog.count()
        if not total:
            library = self._catalog.database.library
            msg = f"The library {library} holds no papers yet. Add some with: askpapers ingest PATH"
            raise EmptyLibraryError(msg)
        if not filters and self._catalog.count(indexed=True) == total:
            return None, total
        allowed = self._catalog.allowed(filters)
        if not allowed.ids:
            raise EmptyLibraryError(self._nothing_left(filters))
        return allowed, len(allowed.ids)

    def _nothing_left(self, filters: Filters) -> str:
        """Return why nothing can be searched under these filters, and what to do."""
        if not self._catalog.count(indexed=True):
            return "No paper can be searched yet: an ingest was cut short. Finish it with: askpapers ingest PATH"
        empty = [told for one in filters.alone() if not self._catalog.allowed(one).ids for told in one.told()]
        if empty:
            return f"No paper passes the filters: none is {' or '.join(empty)}; search without that."
        return f"No paper passes the filters together: {', '.join(filters.told())}; search without one of them."

    def _both(
        self, query: Query, allowed: Allowed | None, index: Index, width: int
    ) -> tuple[dict[int, float], dict[int, float], str]:
        ids, mask = allowed or (None, None)
        vector, written = query.embedded.vector, {word.stem: word.text for word in query.words}
        lexical = dict(self._catalog.full_text.match(written.values(), width, mask))
        try:
            return dict(index.nearest(vector, width, ids)), lexical, ""
        except VectorsAwayError as error:
            if not lexical and not error.near:  # an empty list would look as if there was nothing
                raise
            near = {**dict(error.near), **dict(index.nearest(vector, width, set(lexical)))}
            return dict(sorted(near.items(), key=lambda one: (-one[1], one[0]))[:width]), lexical, str(error)

    def _passages(self, ranked: Ranked, paper: Paper) -> tuple[Passage, ...]:
        """Return the sentences of a paper, the most like the question first."""
        query, tokens = ranked.query, ranked.tokens.get(paper.paper_id)
        spans = sentence_spans(paper.abstract)
        if tokens is not None:
            likeness = sentence_likeness(query, tokens)
        else:
            texts = [paper.abstract[span.start : span.end] for span in spans]
            embedded = enumerate(self._embedder.embed(texts), start=1)
            likeness = {n: float(one.vector @ query.embedded.vector) for n, one in embedded}
        passages = [
            Passage(paper.abstract[start:end], start, end, likeness.get(n, 0.0))
            for n, (start, end) in enumerate(spans, start=1)
        ]
        return tuple(sorted(passages, key=lambda passage: (-passage.score, passage.start)))


def _background(ranking: Ranking) -> float:
    """Return the mean score of the papers ranked behind the first few, as far as they were looked at; 0 without any."""
    scores = [score for _, score in ranking[FIRST:DEPTH]]
    return sum(scores) / len(scores) if scores else 0.0


def _met(ranked: Ranked, paper: Paper) -> dict[int, dict[str, float]]:
    """Return how each word of the query is met in each sentence of a paper, by the sentence's start, if states tell."""
    tokens, cosines = ranked.tokens.get(paper.paper_id), ranked.cosines.get(paper.paper_id)
    if tokens is None or cosines is None:
        return {}
    stems, starts = [word.stem for word in ranked.query.words], [0, *(at for at, _ in sentence_spans(paper.abstract))]
    return {
        starts[number]: dict(zip(stems, met.tolist(), strict=True))
        for number, met in sentence_word_likeness(ranked.query, cosines, tokens.sentences).items()
        if 0 < number < len(starts)
    }


def _matches(ranked: Ranked, paper_id: int) -> tuple[WordMatch, ...]:
    """Return how each word of the query is met in a paper, beside the others of the DEPTH best before reranking.

    Where there are fewer, the rest are taken to meet a word as papers usually do: the few papers of a small library
    would make any answer stand out.
    """
    met = ranked.likeness.get(paper_id)
    if met is None:
        return ()
    query = ranked.query
    others = [likeness for other, likeness in islice(ranked.likeness.items(), DEPTH) if other != paper_id]
    lacking = max(DEPTH - 1 - len(others), 0)
    elsewhere = (np.sum([*others, np.zeros_like(met)], axis=0) + USUAL * lacking) / (len(others) + lacking)
    importance = importance_of(query)
    importance = importance / (importance.max(initial=0.0) or 1.0)
    return tuple(
        WordMatch(word.text, likeness, query.weights[word.stem], other, important)
        for word, likeness, other, important in zip(
            query.words, met.tolist(), elsewhere.tolist(), importance.tolist(), strict=True
        )
    )
