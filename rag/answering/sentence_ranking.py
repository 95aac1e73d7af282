"""The sentences of the papers found, and what each is worth to the question. Both answerers draw on them.

rag.answering.extractive quotes the best, rag.answering.context shows them to a language model.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.records import Hit, Passage
from rag.retrieval.results import Retrieved
from rag.text.several import asks_for_several
from rag.text.titles import is_named
from rag.text.words import content_words, rarity, stems

# What a sentence's worth is made of: fitted to which sentences hold a fact of the development set's answers and which
# are the evidence for SciFact's claims, folds by document (python -m eval.benchmarks.fitting.sentence_choice).
WORDS_ASKED = 1.0  # share of the question's telling words that it holds
INSIDE = 3.5  # how well the words of this turn are met inside of it, rare words counting more
LIKENESS = 0.4  # its cosine with the question
PAPER = 6.0  # how far its paper is behind the best one (Retrieved.behind)
PAPER_OF_SEVERAL = 1.0  # the same, where several papers are asked for
OWN_WORK = 0.3  # it tells of the authors' own work
BACKGROUND = -0.25  # it tells of others' or earlier work
NUMBER_ASKED = 0.7  # it holds a number, and a number was asked for
LENGTH = 0.3  # log of its words: long sentences hold more (.7), but leave less room for others
POSITION = 1.3  # results stand at the end, 0..1
FIRST = -0.7  # the first sentence is seldom more than an opening
NOTICE = -3.0  # it only tells where the code lies; set by hand, for nobody asks for it by accident

COMMON_WORD = 0.3  # weight inside of a sentence of the commonest word, beside 1 of the rarest
HELD, NOT_HELD = 0.77, 0.33  # mean likeness of words that a sentence holds and lacks, where no token states tell it
EARLIER_WORDS = 0.3  # weight of a word that only an earlier question holds
PAPER_GAP = 0.2  # a paper that is further behind isn't drawn on, unless the question names it
SEVERAL_GAP = 0.4  # the same, where several papers are asked for
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

    Where it stands, what it is worth, whether its paper mustn't be left out (the question names it, or asks for several
    papers), and whether it has anything of the question: one of its words, or its sense.
    """

    rank: int
    hit: Hit
    passage: Passage
    worth: float
    wanted: bool
    touches: bool


def candidates_of(question: str, retrieved: Retrieved, papers: int, *, every: bool = False) -> list[Candidate]:
    """Return the sentences of the papers to draw on with their worth: at most `papers`, none far behind the best.

    With `every`, however far they are behind; so is a paper drawn on that the question names.
    """
    asked = _asked(question, retrieved)
    several = asks_for_several(question)
    gap, price = (SEVERAL_GAP, PAPER_OF_SEVERAL) if several else (PAPER_GAP, PAPER)
    candidates: list[Candidate] = []
    for rank, hit in enumerate(retrieved.hits[:papers]):
        behind = retrieved.behind(hit)
        named = is_named(hit.paper.title, retrieved.query)
        wanted = named or (several and behind <= gap)
        if every or wanted or behind <= gap:
            met = retrieved.met.get(hit.paper.paper_id, {})
            for passage in hit.passages:
                held = set(stems(passage.text))
                touches = passage.score > ALIKE or not asked.weights.keys().isdisjoint(held)
                inside = met_inside(asked.telling, held, met.get(passage.start, {}))
                value = _worth(asked, passage, hit, inside) - price * min(behind, gap)
                candidates.append(Candidate(rank, hit, passage, value, wanted, touches))
    return candidates


def asked_words(question: str, weights: Mapping[str, float]) -> dict[str, float]:
    """Return how much each stem of the query counts, adding up to 1: words of this question before earlier ones."""
    current = set(stems(question))
    counts = {stem: weight if stem in current else weight * EARLIER_WORDS for stem, weight in weights.items()}
    total = sum(counts.values())
    return {stem: count / total for stem, count in counts.items()} if total else {}


def telling_words(question: str, query: str, weights: Mapping[str, float]) -> dict[str, float]:
    """Return how much each stem of this turn counts inside of a sentence, adding up to 1: telling and rare ones more.

    `weights` are how telling the stems of the whole query are.
    """
    current = set(stems(question))
    counts = {
        word.stem: math.sqrt(weights[word.stem]) * (COMMON_WORD + (1 - COMMON_WORD) * rarity(word.text))
        for word in content_words(query)
        if word.stem in current and word.stem in weights
    }
    total = sum(counts.values())
    return {stem: count / total for stem, count in counts.items()} if total else {}


def met_inside(telling: Mapping[str, float], held: Collection[str], met: Mapping[str, float]) -> float:
    """Return the mean likeness (cosine) of words inside of a sentence, by weights that add up to 1.

    `held`: the stems that it holds. `met`: how each stem is met in it; where token states don't tell, those it holds
    are taken to be met as such words are in the mean.
    """
    return sum(weight * met.get(stem, HELD if stem in held else NOT_HELD) for stem, weight in telling.items())


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks for: its words by weight (asked_words, telling_words), a number, where something lies."""

    weights: Mapping[str, float]
    telling: Mapping[str, float]
    number: bool
    notice: bool


def _asked(question: str, retrieved: Retrieved) -> _Asked:
    return _Asked(
        asked_words(question, retrieved.weights),
        telling_words(question, retrieved.query, retrieved.weights),
        ASKS_FOR_NUMBER.search(question) is not None,
        ASKS_FOR_NOTICE.search(question) is not None,
    )


def _worth(asked: _Asked, passage: Passage, hit: Hit, inside: float) -> float:
    """Return how likely a sentence of the best paper is to answer, as a log-odds up to a constant."""
    number_asked = asked.number and any(character.isdigit() for character in passage.text)
    notice = NOTICES.search(passage.text) and not asked.notice
    return (
        WORDS_ASKED * words_held(passage, asked.weights)
        + INSIDE * inside
        + LIKENESS * passage.score
        + OWN_WORK * bool(OWN.search(passage.text))
        + BACKGROUND * bool(EARLIER.search(passage.text))
        + NUMBER_ASKED * number_asked
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
    """Return the best sentence of each paper that mustn't be left out, by rank: the best one, and those wanted.

    With `every`, of each paper that there is.
    """
    firsts: dict[int, Candidate] = {}
    for one in ranked:
        if every or one.wanted or one is ranked[0]:
            firsts.setdefault(one.rank, one)
    return firsts


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates by worth; those without anything of the question come last."""
    return sorted(candidates, key=lambda one: (not one.touches, -one.worth, one.rank, one.passage.start))
