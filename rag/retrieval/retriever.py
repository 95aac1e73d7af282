"""From a question to the papers that may answer it: dense and lexical, fused, then compared word by word.

    1. the 100 nearest by whole-abstract vector, and the 100 best by BM25
    2. fused: both scores normalised, half and half
    3. the best 30 compared with the question word by word (late interaction), which gives .6 of the score
    4. where a reranker is set, the best 30 of these scored by it, which gives .6 of the final score

Every constant was measured on two collections (eval/RESULTS.md). Deterministic: ties go to the lower paper id.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmptyLibraryError
from rag.models.embedders.base import Embedder
from rag.models.rerankers.base import NOT_RERANKED, Reranked, Reranker, reranked
from rag.records import Filters, Hit, Paper, Passage
from rag.retrieval.language_note import language_note
from rag.retrieval.late_interaction import TokensOfPaper, sentence_likeness, tokens_of, weighted, word_likeness
from rag.retrieval.query import Query, check_question, prepare
from rag.retrieval.ranking import fuse, rerank, rescore
from rag.retrieval.results import Retrieved, WordMatch
from rag.storage.base import Index, Storage
from rag.text.sentences import sentence_spans
from rag.utils.threads import one_blas_thread

CANDIDATES = 100  # taken from each ranking
DEPTH = 30  # papers compared word by word, and read by a reranker

Ranking = list[tuple[int, float]]  # (paper id, score), best first


class Found(NamedTuple):
    """What the index and the catalog gave: the papers ranked, each with its tokens and how they meet the query."""

    query: Query
    ranking: Ranking
    papers: Mapping[int, Paper]
    tokens: Mapping[int, TokensOfPaper]
    likeness: Mapping[int, NDArray[np.float32]]
    searched: int


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

    def retrieve(self, question: str, *, limit: int, filters: Filters = Filters()) -> Retrieved:
        """Return the `limit` best papers for a question, each with its sentences, best first.

        Raises QuestionError for a question that can't be searched, EmptyLibraryError when there is nothing to search.
        """
        check_question(question)
        with self._storage.reading() as index, one_blas_thread():
            found = self._found(question, limit, filters, index)
        # The index is back where it belongs: a reranker may take its time.
        ranking, told = self._rescored(question, found)
        with one_blas_thread():
            hits = tuple(
                Hit(found.papers[paper_id], score, self._passages(found, found.papers[paper_id]))
                for paper_id, score in ranking[:limit]
            )
        met = found.likeness.get(hits[0].paper.paper_id) if hits else None
        matches = () if met is None else _matches(found.query, met.tolist())
        note = language_note(question, self._embedder.name)
        return Retrieved(question, hits, found.query.weights, matches, found.searched, told, note)

    def _found(self, question: str, limit: int, filters: Filters, index: Index) -> Found:
        query = prepare(question, self._embedder, self._catalog)
        fused, searched = self._candidates(query, filters, index)
        depth = [paper_id for paper_id, _ in fused[: max(DEPTH, limit)]]
        tokens = tokens_of(index.token_embeddings(depth)) if len(query.tokens) else {}
        likeness = {paper_id: word_likeness(query, found) for paper_id, (found, _) in tokens.items()}
        scores = {paper_id: weighted(query, found) for paper_id, found in likeness.items()}
        ranking = rerank(fused[: len(depth)], scores)
        if self._reranker is None:
            ranking = ranking[:limit]
        papers = {paper.paper_id: paper for paper in self._catalog.papers([paper_id for paper_id, _ in ranking])}
        return Found(query, [one for one in ranking if one[0] in papers], papers, tokens, likeness, searched)

    def _rescored(self, question: str, found: Found) -> tuple[Ranking, Reranked]:
        """Return the ranking in which the reranker's scores count, and what they took; as it is when there are none."""
        best = [paper_id for paper_id, _ in found.ranking[:DEPTH]]
        if self._reranker is None or not best:
            return found.ranking, NOT_RERANKED
        told = reranked(self._reranker, question, [found.papers[paper_id] for paper_id in best])
        if told.note:
            return found.ranking, told
        return rescore(found.ranking, dict(zip(best, told.scores, strict=True))), told

    def _candidates(self, query: Query, filters: Filters, index: Index) -> tuple[list[tuple[int, float]], int]:
        """Return (id, fused score) of the papers that both rankings found, best first, and how many took part."""
        allowed, searched = self._allowed(filters)
        fused = self._fused(query, allowed, index)
        if allowed is None and self._catalog.count() != searched:
            # Somebody brought in papers meanwhile: the words of these are found, but they don't count as stored yet.
            allowed, searched = self._allowed(filters)
            fused = self._fused(query, allowed, index)
        return fused, searched

    def _allowed(self, filters: Filters) -> tuple[set[int] | None, int]:
        """Return the ids that may be found (None: all of the index) and how many they are."""
        total = self._catalog.count()
        if not total:
            library = self._catalog.database.library
            msg = f"The library {library} holds no papers yet. Add some with: askpapers ingest PATH"
            raise EmptyLibraryError(msg)
        if not filters and self._catalog.count(indexed=True) == total:
            return None, total
        allowed = self._catalog.indexed_ids(filters)
        if not allowed:
            raise EmptyLibraryError(self._nothing_left(filters))
        return allowed, len(allowed)

    def _nothing_left(self, filters: Filters) -> str:
        """Return why nothing can be searched under these filters, and what to do."""
        if not self._catalog.count(indexed=True):
            return "No paper can be searched yet: an ingest was cut short. Finish it with: askpapers ingest PATH"
        empty = [told for one in filters.alone() if not self._catalog.indexed_ids(one) for told in one.told()]
        if empty:
            return f"No paper passes the filters: none is {' or '.join(empty)}; search without that."
        return f"No paper passes the filters together: {', '.join(filters.told())}; search without one of them."

    def _fused(self, query: Query, allowed: set[int] | None, index: Index) -> list[tuple[int, float]]:
        dense = dict(index.nearest(query.embedded.vector, CANDIDATES, allowed))
        written = {word.stem: word.text for word in query.words}
        lexical = self._catalog.full_text.match(written.values(), CANDIDATES if allowed is None else CANDIDATES * 10)
        return fuse(dense, {i: score for i, score in lexical if allowed is None or i in allowed})

    def _passages(self, found: Found, paper: Paper) -> tuple[Passage, ...]:
        """Return the sentences of a paper, the most like the question first."""
        query, tokens = found.query, found.tokens.get(paper.paper_id)
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


def _matches(query: Query, likeness: Sequence[float]) -> tuple[WordMatch, ...]:
    """Return how each word of the query is met in a paper."""
    return tuple(
        WordMatch(word.text, met, query.weights[word.stem]) for word, met in zip(query.words, likeness, strict=True)
    )
