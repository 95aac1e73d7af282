"""The sentences of the papers found, and what each is worth to the question. Both answerers draw on them.

rag.answering.extractive quotes the best, rag.answering.context shows them to a language model.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.records import Hit, Passage
from rag.retrieval.results import Retrieved
from rag.text.titles import is_named
from rag.text.words import stems

# What a sentence's worth is made of: a logistic regression over the sentences of the papers found for the development
# set, rounded (eval/RESULTS.md).
WORDS_ASKED = 2.4  # share of the question's telling words that it holds
LIKENESS = 0.65  # its cosine with the question
PAPER = 6.0  # how far its paper's score is behind the best one's
OWN_WORK = 0.55  # it tells of the authors' own work
BACKGROUND = -0.35  # it tells of others' or earlier work
NUMBER_ASKED = 0.5  # it holds a number, and a number was asked for
LENGTH = 0.8  # log of its words: long sentences hold more
POSITION = 1.0  # results stand at the end, 0..1
FIRST = -0.55  # the first sentence is seldom more than an opening
NOTICE = -2.0  # it only tells where the code lies; set by hand, for nobody asks for it by accident

EARLIER_WORDS = 0.3  # weight of a word that only an earlier question holds
PAPER_GAP = 0.15  # a paper whose score is further behind isn't drawn on, unless the question names it
ALIKE = 0.4  # cosine above which a sentence may answer without a word of the question

OWN = re.compile(r"\b(we|our|ours|this (paper|work|article|study|report))\b", re.IGNORECASE)
EARLIER = re.compile(
    r"\b(however|recent(ly)?|existing|typically|often|traditional\w*|previous\w*|prior|although|despite|remain\w*|"
    r"challeng\w*|ha(s|ve) been|are (widely|commonly))\b",
    re.IGNORECASE,
)
ASKS_FOR_NUMBER = re.compile(
    r"\b(how (many|much|big|large|small|far|long|fast|close|accurate|often|good|well)|number|numbers|rate|score|"
    r"accuracy|error|speed-?ups?|time|cost|costs|gain|percent\w*|fraction|share|better|faster|cheaper|years?|when)\b",
    re.IGNORECASE,
)

NOTICES = re.compile(
    r"https?://|\b(code|project page|models?|data\w*|implementation)\b.{0,60}\b(available|released|found)\b",
    re.IGNORECASE,
)
ASKS_FOR_NOTICE = re.compile(r"\b(code|available|github|release\w*|open-source\w*|url|link|where)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could go into the answer.

    Where it stands, what it is worth, whether the question names its paper, and whether it has anything of the
    question: one of its words, or its sense.
    """

    rank: int
    hit: Hit
    passage: Passage
    worth: float
    named: bool
    touches: bool


def candidates_of(question: str, retrieved: Retrieved, papers: int, *, gap: float = PAPER_GAP) -> list[Candidate]:
    """Return the sentences of the papers to draw on with their worth: at most `papers`, none further behind than `gap`.

    A paper that the question names is drawn on however far it is behind.
    """
    weights = asked_words(question, retrieved.weights)
    best = retrieved.hits[0].score
    candidates: list[Candidate] = []
    for rank, hit in enumerate(retrieved.hits[:papers]):
        behind = best - hit.score
        named = is_named(hit.paper.title, retrieved.query)
        if behind <= gap or named:
            for passage in hit.passages:
                touches = passage.score > ALIKE or not weights.keys().isdisjoint(stems(passage.text))
                value = worth(question, passage, hit, weights, min(behind, PAPER_GAP))
                candidates.append(Candidate(rank, hit, passage, value, named, touches))
    return candidates


def asked_words(question: str, weights: Mapping[str, float]) -> dict[str, float]:
    """Return how much each stem of the query counts, adding up to 1: words of this question before earlier ones."""
    current = set(stems(question))
    counts = {stem: weight if stem in current else weight * EARLIER_WORDS for stem, weight in weights.items()}
    total = sum(counts.values())
    return {stem: count / total for stem, count in counts.items()} if total else {}


def worth(question: str, passage: Passage, hit: Hit, weights: Mapping[str, float], behind: float) -> float:
    """Return how likely a sentence is to answer, as a log-odds up to a constant.

    `weights` are those of `asked_words`; `behind` is how far the paper's score is behind the best one's.
    """
    number_asked = ASKS_FOR_NUMBER.search(question) and any(character.isdigit() for character in passage.text)
    notice = NOTICES.search(passage.text) and not ASKS_FOR_NOTICE.search(question)
    return (
        WORDS_ASKED * words_held(passage, weights)
        + LIKENESS * passage.score
        - PAPER * behind
        + OWN_WORK * bool(OWN.search(passage.text))
        + BACKGROUND * bool(EARLIER.search(passage.text))
        + NUMBER_ASKED * bool(number_asked)
        + LENGTH * math.log(len(passage.text.split()))
        + POSITION * passage.start / len(hit.paper.abstract)
        + FIRST * (passage.start == 0)
        + NOTICE * bool(notice)
    )


def words_held(passage: Passage, weights: Mapping[str, float]) -> float:
    """Return how much of the words asked for a sentence holds, by weights that add up to 1."""
    held = set(stems(passage.text))
    return sum(weight for stem, weight in weights.items() if stem in held)


def firsts_of(ranked: Sequence[Candidate], *, every: bool = False) -> dict[int, Candidate]:
    """Return the best sentence of each paper that mustn't be left out, by rank: the best paper, and those named.

    With `every`, of each paper that there is.
    """
    firsts: dict[int, Candidate] = {}
    for one in ranked:
        if every or one.named or one is ranked[0]:
            firsts.setdefault(one.rank, one)
    return firsts


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates by worth; those without anything of the question come last."""
    return sorted(candidates, key=lambda one: (not one.touches, -one.worth, one.rank, one.passage.start))
