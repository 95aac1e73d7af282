"""What ties a question to an earlier one: signs from their searches, for rag.conversation.gate to weigh.

A question that hangs on what came before finds little by itself, has few words of weight, and its searches lead to the
papers that the earlier question found. One about what no paper here holds finds little too; but a word of weight in it
is met nowhere.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.query import Query

STRONG = 12.0  # length of a content word's token state, as MiniLM gives it; a function word's is 2 to 5


class Earlier(NamedTuple):
    """An earlier question as it was searched for, and the ids of the papers found for it, best first, if known."""

    question: str
    papers: tuple[int, ...] = ()


class Seen(NamedTuple):
    """What the searches for both questions saw.

    `own`: how the later question's words are met in the papers that it finds alone, best first. `cosines`: of its
    vector with the nearest of the library, the nearest of the earlier question's best, and the earlier question itself.
    `rank`: of the earlier question's best paper in its own search. `papers`: how many were searched. `names`: whether
    the later question names one of the best.
    """

    own: list[NDArray[np.float32]]
    cosines: tuple[float, float, float]
    rank: int
    papers: int
    names: bool


class Ties(NamedTuple):
    """The signs. `words`: how many words of weight the question has, of full weight each.

    `cosine_gap`: the best cosine with the earlier question's best papers beyond that with any paper. `rank`: of the
    earlier question's best paper in its own search. `alone`: mean likeness of its words in its own best paper beyond
    the mean of what it finds, by the root of their rarity times their importance. `likeness`: of both questions.
    `unmet`: importance times rarity times what it lacks of being met anywhere, of the word that has most of it, 0 when
    all are met. `names`: whether it names a paper that it finds.
    """

    words: float
    cosine_gap: float
    rank: int
    alone: float
    likeness: float
    unmet: float
    names: bool


def importance_of(query: Query) -> NDArray[np.float64]:
    """Return how important each word of a question is, about 0..1: the length of its token states before scaling."""
    states, offsets = query.embedded.tokens, query.embedded.offsets
    lengths = np.linalg.norm(states, axis=1) / STRONG
    inside = [(offsets[:, 0] >= word.start) & (offsets[:, 1] <= word.end) for word in query.words]
    return np.array([lengths[held].mean() if held.any() else 0.0 for held in inside])


def ties_of(query: Query, seen: Seen) -> Ties:
    """Return the signs of a question that has words and finds something."""
    importance = importance_of(query)
    rarity = np.array([query.weights[word.stem] for word in query.words])
    weights = np.sqrt(rarity) * importance
    weights = weights / (weights.sum() or 1.0)
    alone, mean, best = seen.own[0], np.mean(seen.own, axis=0), np.max(seen.own, axis=0)
    nearest, nearest_before, asked = seen.cosines
    return Ties(
        words=float(importance.sum()),
        cosine_gap=nearest_before - nearest,
        rank=seen.rank,
        alone=float((alone - mean) @ weights),
        likeness=asked,
        unmet=float((importance * rarity * (1 - best)).max()) / math.log(1 + seen.papers),
        names=seen.names,
    )
