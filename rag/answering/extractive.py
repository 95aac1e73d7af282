"""Answers without an LLM: the sentences of the abstracts that answer the question, verbatim, each with its citation.

Faithful by construction: nothing is written that no abstract says. What it can't do is put two papers together in
its own words, or turn "it" into a name.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from time import perf_counter

from rag.answering.abstaining import outcome_of
from rag.answering.base import Draft
from rag.answering.sentence_ranking import Candidate, best_first, candidates_of, firsts_of
from rag.answering.sentence_signs import asked_words, words_held
from rag.citations.numbering import cite
from rag.citations.rendering import Part, pieces_of, quoted, render
from rag.citations.support import verified
from rag.models.cancellation import Cancellation
from rag.records import Claim, Outcome, Turn
from rag.records.answers import EXTRACTIVE
from rag.retrieval.results import Retrieved, level
from rag.text.words import stems

WORTH_GAP = 2.5  # a sentence worth this much less than the best isn't quoted: it would only fill
FEWEST = 2  # sentences
LISTED = 8  # papers quoted where a list was asked for


class ExtractiveAnswerer:
    """Quotes sentences: at most `sentences` of them and about `words` words, from at most `papers` papers."""

    name = EXTRACTIVE

    def __init__(self, *, papers: int, sentences: int, words: int) -> None:
        self._papers = papers
        self._sentences = sentences
        self._words = words

    def outlook(self, retrieved: Retrieved) -> Outcome:
        """Return whether the best paper seems to answer: quotes can't say that it doesn't."""
        return outcome_of(retrieved)

    def stream(  # noqa: PLR0913  (all that an answer is written from)
        self,
        question: str,
        retrieved: Retrieved,
        history: Sequence[Turn],
        stop: Cancellation,
        *,
        check: bool | None = None,
        shown: str = "",
    ) -> Generator[str | Draft, None, None]:
        """Yield the sentences that answer, in the order of their papers and places, one by one; then the draft."""
        started = perf_counter()
        if retrieved.matching is None:
            candidates = candidates_of(question, retrieved, self._papers)
            chosen = choose(candidates, sentences=self._sentences, words=self._words)
        else:
            chosen = one_of_each(retrieved)
        written = perf_counter()
        parts: list[Part] = []
        for candidate in chosen:
            passage = candidate.passage
            citation = cite(0, candidate.hit.paper, passage.start, passage.end)
            same_paper = parts and parts[-1].citations[0].paper.paper_id == citation.paper.paper_id
            lead = " " if same_paper else "\n\n" if parts else ""
            parts.append(quoted(verified(Claim(passage.text, (citation,))), lead))
        timings = {"answer": written - started, "verify": perf_counter() - written}
        yield from pieces_of(render(parts, history))
        yield Draft(tuple(parts), timings=timings)


def choose(candidates: Sequence[Candidate], *, sentences: int, words: int) -> list[Candidate]:
    """Return the sentences worth most, within the bounds, in reading order; first come those of named papers."""
    ranked = best_first(candidates)
    best = ranked[0]
    firsts = firsts_of(ranked)
    chosen: list[Candidate] = []
    total = 0
    for candidate in sorted(ranked, key=lambda one: firsts.get(one.rank) is not one):
        length = len(candidate.passage.text.split())
        first = firsts.get(candidate.rank) is candidate
        filler = not first and (not candidate.touches or candidate.worth < best.worth - WORTH_GAP)
        if len(chosen) >= FEWEST and (filler or len(chosen) >= sentences or total + length > words):
            continue
        chosen.append(candidate)
        total += length
    return sorted(chosen, key=lambda one: (one.rank, one.passage.start))


def one_of_each(retrieved: Retrieved) -> list[Candidate]:
    """Return the sentence of each paper that says best that it is about what was asked for, in the order of the papers.

    The paper belongs already: nothing but what the sentence holds of the topic counts, its words and its sense.
    """
    first = level(replace(retrieved, hits=retrieved.hits[:LISTED]))
    weights = asked_words(retrieved.query, retrieved.weights)
    candidates = candidates_of(retrieved.query, first, LISTED)
    said = [
        replace(one, worth=words_held(set(stems(one.passage.text)), weights) + one.passage.score) for one in candidates
    ]
    firsts = firsts_of(best_first(said), every=True)
    return [firsts[rank] for rank in sorted(firsts)]
