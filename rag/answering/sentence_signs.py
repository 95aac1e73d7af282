"""What speaks for a sentence as a part of an answer: signs, and what each weighs. Pure functions."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rag.records import Hit, Passage
from rag.retrieval.results import Retrieved
from rag.text.words import content_words, rarity, stems

COMMON_WORD = 0.3  # weight inside of a sentence of the commonest word, beside 1 of the rarest
HELD, NOT_HELD = 0.77, 0.33  # mean likeness of words that a sentence holds and lacks, where no token states tell it
EARLIER_WORDS = 0.3  # weight of a word that only an earlier question holds

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


class Signs(NamedTuple):
    """The signs of one sentence; or what each weighs, as a part of the log-odds that it answers.

    `words`: share of the question's telling words that it holds. `inside`: how well the words of this turn are met
    inside of it (cosine). `likeness`: its cosine with the question. `behind`: how far its paper is behind the best
    (Retrieved.behind). 1 or 0: `own`: it tells of the authors' own work, `background`: of others' or earlier work,
    `number`: it holds one, and one was asked for, `first`: it opens the abstract, `notice`: it only tells where the
    code lies. `length`: log of its words. `position`: where it stands in the abstract, 0..1.
    """

    words: float
    inside: float
    likeness: float
    behind: float
    own: float
    background: float
    number: float
    length: float
    position: float
    first: float
    notice: float

    def weighed(self, weights: "Signs") -> float:
        """Return the signs times their weights, added up."""
        return sum(sign * weight for sign, weight in zip(self, weights, strict=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: its words by weight (asked_words, telling_words), a number, where something lies."""

    weights: Mapping[str, float]
    telling: Mapping[str, float]
    number: bool
    notice: bool


def asked(question: str, retrieved: Retrieved) -> Asked:
    """Return what a question asks for, as its search weighed the words."""
    return Asked(
        asked_words(question, retrieved.weights),
        telling_words(question, retrieved.query, retrieved.weights),
        ASKS_FOR_NUMBER.search(question) is not None,
        ASKS_FOR_NOTICE.search(question) is not None,
    )


def signs_of(wanted: Asked, passage: Passage, hit: Hit, behind: float, met: Mapping[str, float]) -> Signs:
    """Return the signs of a sentence; `met`: how each stem of the query is met in it, as far as token states tell."""
    held = set(stems(passage.text))
    return Signs(
        words=words_held(held, wanted.weights),
        inside=met_inside(wanted.telling, held, met),
        likeness=passage.score,
        behind=behind,
        own=float(OWN.search(passage.text) is not None),
        background=float(EARLIER.search(passage.text) is not None),
        number=float(wanted.number and any(character.isdigit() for character in passage.text)),
        length=math.log(len(passage.text.split())),
        position=passage.start / len(hit.paper.abstract),
        first=float(passage.start == 0),
        notice=float(NOTICES.search(passage.text) is not None and not wanted.notice),
    )


def asked_words(question: str, weights: Mapping[str, float]) -> dict[str, float]:
    """Return how much each stem of the query counts, adding up to 1: words of this question before earlier ones."""
    current = set(stems(question))
    return _shares({stem: weight if stem in current else weight * EARLIER_WORDS for stem, weight in weights.items()})


def telling_words(question: str, query: str, weights: Mapping[str, float]) -> dict[str, float]:
    """Return how much each stem of this turn counts inside of a sentence, adding up to 1: telling and rare ones more.

    `weights` are how telling the stems of the whole query are.
    """
    current = set(stems(question))
    return _shares(
        {
            word.stem: math.sqrt(weights[word.stem]) * (COMMON_WORD + (1 - COMMON_WORD) * rarity(word.text))
            for word in content_words(query)
            if word.stem in current and word.stem in weights
        }
    )


def words_held(held: Collection[str], weights: Mapping[str, float]) -> float:
    """Return how much of the words asked for a sentence with these stems holds, by weights that add up to 1."""
    return sum(weight for stem, weight in weights.items() if stem in held)


def met_inside(telling: Mapping[str, float], held: Collection[str], met: Mapping[str, float]) -> float:
    """Return the mean likeness (cosine) of words inside of a sentence, by weights that add up to 1.

    `held`: the stems that it holds. `met`: how each stem is met in it; where token states don't tell, those it holds
    are taken to be met as such words are in the mean, and the others too.
    """
    return sum(weight * met.get(stem, HELD if stem in held else NOT_HELD) for stem, weight in telling.items())


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {stem: count / total for stem, count in counts.items()} if total else {}
