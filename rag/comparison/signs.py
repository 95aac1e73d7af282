"""By which signs a sentence fills a column: what it is worth, as a log-odds; below 0 the cell stays empty."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.answering.sentence_ranking import OWN
from rag.comparison.columns import Usual
from rag.retrieval.late_interaction import weighted, word_likeness
from rag.retrieval.query import Query
from rag.utils.arrays import Matrix


class Sentence(NamedTuple):
    """A sentence `abstract[start:end]`, how far down it stands (0..1), and its token states (None: not known)."""

    text: str
    start: int
    end: int
    place: float
    tokens: Matrix | None


def odds(sentences: Sequence[Sentence], usual: Usual | None, query: Query | None) -> NDArray[np.float64]:
    """Return of each sentence how likely it fills a column, as a log-odds: a usual one, or words made a query."""
    if usual:
        return np.array([_usual(one, usual) for one in sentences])
    return np.array([_words(one, query) for one in sentences])


def _words(sentence: Sentence, query: Query | None) -> float:
    if query is None or sentence.tokens is None:
        return -1.0
    return weighted(query, word_likeness(query, sentence.tokens)) - 0.6


def _usual(sentence: Sentence, usual: Usual) -> float:
    strong = bool(usual.strong and usual.strong.search(sentence.text))
    return 2 * strong - 1 + usual.late * sentence.place + usual.own * bool(OWN.search(sentence.text))
