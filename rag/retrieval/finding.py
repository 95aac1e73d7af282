"""Every paper about something: counted, ranked as a search ranks, and told a page at a time.

    1. the WIDE nearest by vector and the WIDE best by BM25
    2. of these the papers that belong (belonging.py), which are counted
    3. in the order of a search where that looked closely, then the surest first

However many papers a library holds, no more than these candidates are looked at: where the last of them still belong,
others may, and `Found.more` says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.models.rerankers.base import NOT_RERANKED
from rag.records import Filters, Found, Hit
from rag.retrieval.belonging import SAMPLE, Signs, background_of, confidence_by, signs_of
from rag.retrieval.late_interaction import compared, tokens_of, word_likenesses
from rag.retrieval.query import check_question
from rag.retrieval.results import Retrieved, top
from rag.retrieval.retriever import DEPTH, Ranked, Retriever
from rag.storage.base import Index
from rag.text.questions.listing import listed_in
from rag.text.questions.readings import as_read

WIDE = 300  # candidates of each ranking
LAST = 10  # of a ranking that is full; where any of these belongs, others behind it may
BELONGS = 0.5  # confidence from which on a paper counts
NEAREST = 3  # papers told when none belongs
NONE_MATCHES = "No paper matches; these come nearest."


@dataclass(frozen=True, slots=True)
class _Counted:
    """The papers ranked as a search ranks them, and how sure it is of each candidate that it belongs."""

    ranked: Ranked
    confidence: Mapping[int, float]

    @property
    def belonging(self) -> list[int]:
        """The ids of the papers that belong, the surest first."""
        found = [paper_id for paper_id, sure in self.confidence.items() if sure >= BELONGS]
        return sorted(found, key=lambda paper_id: (-self.confidence[paper_id], paper_id))

    @property
    def more(self) -> bool:
        """True when the library may hold others that nobody looked at."""
        rankings = (list(self.ranked.candidates.dense), list(self.ranked.candidates.lexical))
        last = [paper_id for ids in rankings if len(ids) >= WIDE for paper_id in ids[-LAST:]]
        return any(self.confidence.get(paper_id, 0.0) >= BELONGS for paper_id in last)


class Finder(Retriever):
    """Finds every paper about something in one library."""

    def find(  # noqa: PLR0913  (what a caller can ask for)
        self, query: str, *, filters: Filters, limit: int, offset: int, sentences: int, as_written: bool = False
    ) -> Found:
        """Return a page of the papers about `query`, each with its best sentences, and how many there are in all.

        Of a question that asks for a list, what it wants listed counts. Mistyped words are read as the library's, and
        a note tells so, unless `as_written`. Raises what `retrieve` raises.
        """
        read = () if as_written else self.readings(query)
        asked = as_read(query, read)
        found = self.matching(listed_in(asked) or asked, limit=limit, offset=offset, filters=filters)
        found = replace(found, readings=read)
        notes = found.notes if found.matching else (NONE_MATCHES, *found.notes)
        return Found(query, tuple(top(found.hits, sentences)), found.matching or 0, found.searched, notes, found.more)

    def matching(self, topic: str, *, limit: int, offset: int = 0, filters: Filters = Filters()) -> Retrieved:
        """Return a page of the papers about something, and how many match: none, with those that come nearest, or more.

        Raises what `retrieve` raises.
        """
        check_question(topic)
        with self._looking() as index:
            counted = self._counted(topic, filters, index)
        ranked, belonging = counted.ranked, counted.belonging
        closely = [paper_id for paper_id, _ in ranked.ranking[:DEPTH]]
        told = NOT_RERANKED
        if not belonging or offset < len(set(belonging).intersection(closely)):  # else a reranker works for nothing
            rescored, told = self._rescored(topic, ranked)
            closely = [paper_id for paper_id, _ in rescored[:DEPTH]]
        order = _ordered(closely, belonging) if belonging else closely[:NEAREST]
        with self._looking() as index:
            hits = tuple(self._shown(counted, order[offset : offset + limit], index))
        weights, searched = ranked.query.weights, ranked.candidates.searched
        return Retrieved(topic, hits, weights, (), searched, told, matching=len(belonging), more=counted.more)

    def signs(self, topic: str) -> dict[int, Signs]:
        """Return what tells of each candidate whether it belongs, which the constants of belonging.py are fitted to.

        Raises what `retrieve` raises.
        """
        check_question(topic)
        with self._looking() as index:
            return self._looked_at(topic, Filters(), index)[1]

    def _counted(self, query: str, filters: Filters, index: Index) -> _Counted:
        ranked, signs = self._looked_at(query, filters, index)
        return _Counted(ranked, {paper_id: confidence_by(own) for paper_id, own in signs.items()})

    def _looked_at(self, query: str, filters: Filters, index: Index) -> tuple[Ranked, dict[int, Signs]]:
        ranked = self._ranked(query, DEPTH, filters, index, WIDE)
        prepared, candidates = ranked.query, ranked.candidates
        likeness, background = dict(ranked.likeness), 0.0
        if len(prepared.tokens):
            new = (candidates.dense.keys() | candidates.lexical.keys()) - likeness.keys()
            drawn = self._catalog.drawn(SAMPLE)
            tokens = tokens_of(index.token_embeddings(sorted(new | set(drawn) - likeness.keys())))
            likeness |= word_likenesses(prepared, compared(prepared, tokens))
            background = background_of(prepared, [likeness[one] for one in drawn if one in likeness])
        return ranked, signs_of(prepared, background, likeness, candidates.dense, candidates.lexical)

    def _shown(self, counted: _Counted, page: Sequence[int], index: Index) -> Iterator[Hit]:
        ranked = counted.ranked
        tokens = tokens_of(index.token_embeddings(page)) if len(ranked.query.tokens) else {}
        ranked = ranked._replace(papers=self._papers(page), tokens=tokens)
        for paper_id in page:
            if paper := ranked.papers.get(paper_id):
                yield Hit(paper, round(counted.confidence[paper_id], 4), self._passages(ranked, paper))


def _ordered(closely: Sequence[int], belonging: Sequence[int]) -> list[int]:
    """Return the papers that belong: as the search ranks them where it looked closely, then the surest first."""
    found, looked_at = set(belonging), set(closely)
    return [one for one in closely if one in found] + [one for one in belonging if one not in looked_at]
