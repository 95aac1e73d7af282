"""From a question to the papers that may answer it: dense and lexical, fused, then compared word by word.

    1. the 100 nearest by whole-abstract vector, and the 100 best by BM25
    2. fused: both scores normalised, half and half
    3. the best 30 compared with the question word by word (late interaction), which gives .6 of the final score

Every constant was measured on two collections (eval/RESULTS.md). Deterministic: ties go to the lower paper id.
"""

from collections.abc import Sequence

from rag.errors import EmptyLibraryError
from rag.models.embedders.base import Embedder
from rag.models.rerankers.base import Reranker
from rag.records import Filters, Hit, Paper, Passage
from rag.retrieval.late_interaction import TokensOfPaper, sentence_likeness, tokens_of, weighted, word_likeness
from rag.retrieval.query import Query, check_question, prepare
from rag.retrieval.ranking import fuse, rerank
from rag.retrieval.results import Retrieved, WordMatch
from rag.storage.base import Index, Storage
from rag.text.sentences import sentence_spans
from rag.utils.threads import one_blas_thread

CANDIDATES = 100  # taken from each ranking
DEPTH = 30  # papers compared word by word


class Retriever:
    """Searches one library."""

    def __init__(self, storage: Storage, embedder: Embedder, reranker: Reranker | None = None) -> None:
        """Search with the index as `storage` lends it for each search: a retriever never holds an outdated one.

        `reranker` takes the place of late interaction in the final score.
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
            return self._retrieve(question, limit, filters, index)

    def _retrieve(self, question: str, limit: int, filters: Filters, index: Index) -> Retrieved:
        query = prepare(question, self._embedder, self._catalog)
        fused, searched = self._candidates(query, filters, index)
        depth = [paper_id for paper_id, _ in fused[: max(DEPTH, limit)]]
        tokens = tokens_of(index.token_embeddings(depth)) if len(query.tokens) else {}
        likeness = {paper_id: word_likeness(query, found) for paper_id, (found, _) in tokens.items()}
        scores = {paper_id: weighted(query, found) for paper_id, found in likeness.items()}
        if self._reranker is not None:
            scores = self._reranked(question, depth, self._reranker)
        ranking = rerank(fused[: len(depth)], scores)[:limit]
        papers = {paper.paper_id: paper for paper in self._catalog.papers([paper_id for paper_id, _ in ranking])}
        hits = tuple(
            Hit(papers[paper_id], score, self._passages(query, papers[paper_id], tokens.get(paper_id)))
            for paper_id, score in ranking
            if paper_id in papers
        )
        met = likeness.get(hits[0].paper.paper_id) if hits else None
        matches = () if met is None else _matches(query, met.tolist())
        return Retrieved(question, hits, query.weights, matches, searched)

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
            msg = "No paper passes the filters. Widen the years, or search without --origin."
            if not filters:
                msg = "No paper can be searched yet: an ingest was cut short. Finish it with: askpapers ingest PATH"
            raise EmptyLibraryError(msg)
        return allowed, len(allowed)

    def _fused(self, query: Query, allowed: set[int] | None, index: Index) -> list[tuple[int, float]]:
        dense = dict(index.nearest(query.embedded.vector, CANDIDATES, allowed))
        written = {word.stem: word.text for word in query.words}
        lexical = self._catalog.full_text.match(written.values(), CANDIDATES if allowed is None else CANDIDATES * 10)
        return fuse(dense, {i: score for i, score in lexical if allowed is None or i in allowed})

    def _reranked(self, question: str, paper_ids: Sequence[int], reranker: Reranker) -> dict[int, float]:
        papers = self._catalog.papers(paper_ids)
        found = reranker.score(question, papers)
        return {paper.paper_id: score for paper, score in zip(papers, found, strict=True)}

    def _passages(self, query: Query, paper: Paper, tokens: TokensOfPaper | None) -> tuple[Passage, ...]:
        """Return the sentences of a paper, the most like the question first."""
        spans = sentence_spans(paper.abstract)
        if tokens is not None:
            likeness = sentence_likeness(query, tokens)
        else:
            texts = [paper.abstract[span.start : span.end] for span in spans]
            embedded = enumerate(self._embedder.embed(texts), start=1)
            likeness = {n: float(found.vector @ query.embedded.vector) for n, found in embedded}
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
