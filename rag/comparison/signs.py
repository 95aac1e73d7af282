"""By which signs a sentence fills a column: what it is worth, as a log-odds; below 0 the cell stays empty."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.answering.sentence_ranking import EARLIER, OWN
from rag.comparison.columns import Usual
from rag.retrieval.late_interaction import weighted, word_likeness
from rag.retrieval.query import Query
from rag.utils.arrays import Matrix

STRONG, MORE, WEAK, AGAINST = 2.0, 0.4, 0.5, -1.3  # of the first strong sign, each further one, a weak one, any against
MOST = 3  # signs of a kind that count
SECTION, OTHER_SECTION = 2.2, -0.8  # it stands in a part of the abstract that is labelled so, or otherwise


class Sentence(NamedTuple):
    """A sentence `abstract[start:end]`, how far down it stands (0..1), the label of its part, its token states.

    These are None where the embedding model tells none.
    """

    text: str
    start: int
    end: int
    place: float
    section: str = ""
    tokens: Matrix | None = None


def usual_odds(sentence: Sentence, usual: Usual) -> float:
    """Return how likely a sentence fills a usual column."""
    strong = len({match[0].casefold() for match in usual.strong.finditer(sentence.text)})
    weak = len({match[0].casefold() for match in usual.weak.finditer(sentence.text)})
    section = SECTION if usual.sections.search(sentence.section) else OTHER_SECTION
    own = bool(OWN.search(sentence.text))
    return (
        usual.bias
        + (STRONG + MORE * (min(strong, MOST) - 1) if strong else 0.0)
        + WEAK * min(weak, MOST)
        + AGAINST * bool(usual.against.search(sentence.text))
        + (section if sentence.section else 0.0)
        + usual.own * own
        + usual.earlier * (not own and bool(EARLIER.search(sentence.text)))
        + usual.late * sentence.place
        + usual.number * any(map(str.isdigit, sentence.text))
    )


def asked_odds(sentences: Sequence[Sentence], query: Query) -> list[float]:
    """Return of each sentence of an abstract how likely it says what a reader asks for in words."""
    return [
        weighted(query, word_likeness(query, one.tokens)) - 0.6
        if one.tokens is not None and len(one.tokens) and len(query.tokens)
        else -1.0
        for one in sentences
    ]


def best_of(worths: Sequence[float]) -> int | None:
    """Return the place of the sentence to show, the first of the best; None when none is worth it."""
    if not worths or max(worths) < 0:
        return None
    return int(np.argmax(worths))
