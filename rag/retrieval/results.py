"""What a search found: papers with their scores and sentences, and how the question's words are met in the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rag.models.rerankers.base import NOT_RERANKED, Reranked
from rag.records import Hit, Reading
from rag.text.questions.readings import line_of

USUAL = 0.45  # how well a word is met in papers found for a question, in the mean

Met = Mapping[int, Mapping[int, Mapping[str, float]]]  # by paper id, start of the sentence, and stem


class WordMatch(NamedTuple):
    """How well one word of the question is met in a paper: its best likeness there (cosine), and its weight.

    `elsewhere`: how well it is met in the other papers compared, in the mean. `importance`: how much the embedding
    model makes of it, 0..1; 1 for the word that it makes most of.
    """

    word: str
    likeness: float
    weight: float
    elsewhere: float = USUAL
    importance: float = 1.0


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search found, and what an answerer needs to judge it.

    `hits`: best first. `weights`: how telling each stem of the query is (inverse document frequency). `matches`: how
    the words of the query are met in the best hit; empty when the embedding model tells no token states. `cosine`: of
    the query with the best hit's whole vector.
    `searched`: how many papers took part. `matching`: where the papers about something were asked for, how many match,
    of which the hits are the first, and `more` when others may that were not looked at; None for any other question.
    `reranked`: what a reranker took, and in its note why it could not be had. `language_note`: what to tell when the
    embedding model doesn't read the query's language. `readings`: words of what was looked for that were read as
    others; the query holds what they were read as. `met`: how each word of the query, by its stem, is met inside of
    each sentence of the hits (cosine), by the paper's id and the sentence's start; empty without token states.
    `background`: the mean score of the papers ranked behind the first few, from which those that answer stand out.
    `cosine`: of the query with the best paper's vector. `away`: what to tell when the nearest papers could not be asked
    for, so that only those that hold words of the question were looked at.
    """

    query: str
    hits: tuple[Hit, ...]
    weights: Mapping[str, float]
    matches: tuple[WordMatch, ...]
    searched: int
    reranked: Reranked = NOT_RERANKED
    language_note: str = ""
    matching: int | None = None
    more: bool = False
    readings: tuple[Reading, ...] = ()
    cosine: float = 0.0
    met: Met = field(default_factory=dict)
    background: float = 0.0
    away: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the search, a line each."""
        told = (line_of(self.readings), self.language_note, self.away, self.reranked.note)
        return tuple(note for note in told if note)

    def behind(self, hit: Hit) -> float:
        """Return how far a hit is behind the best one, on the way to the background: 0 for the best, 1 for any paper.

        Scores are stretched to 0..1 within one search, so that only this tells whether a paper stands out in it.
        """
        best = self.hits[0].score
        return min(1.0, (best - hit.score) / (best - self.background)) if best > self.background else 0.0


def top(hits: Sequence[Hit], passages: int) -> list[Hit]:
    """Return the hits with only their best passages."""
    return [replace(hit, passages=hit.passages[:passages]) for hit in hits]


def level(retrieved: Retrieved) -> Retrieved:
    """Return what was found with no paper behind another: of a list only the sentences are weighed."""
    return replace(retrieved, hits=tuple(replace(hit, score=1.0) for hit in retrieved.hits))
