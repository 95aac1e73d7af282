"""By which signs a sentence fills a column: what it is worth, as a log-odds; below 0 the cell stays empty."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.answering.sentence_signs import EARLIER, OWN
from rag.comparison.columns import Usual
from rag.retrieval.late_interaction import TokensOfPaper, weighted, word_likeness
from rag.retrieval.query import Query
from rag.text.words import stems
from rag.utils.arrays import unit

SURE, AGAINST = 1.5, -1.3  # of any such sign
STRONG, MORE, WEAK = 2.0, 0.4, 0.5  # of the first strong sign, each further one, each weak one
MOST = 3  # signs of a kind that count
SECTION, OTHER_SECTION = 2.2, -0.8  # it stands in a part of the abstract that is labelled so, or otherwise

# Of words of the reader: a logistic regression over sentences that answer questions, carry claims or hold a pair of
# words, and those of other papers, each kind of case counting the same (eval/RESULTS.md). Mean likeness of the words
# and that of the worst quarter, cosine of the whole, share of the telling words held, how far down, log of the length.
MET, WORST_MET, SENSE, SHARE, PLACE, LENGTH, BIAS = 0.7, 0.5, 1.2, 4.8, 1.8, 0.5, -5.5


class Sentence(NamedTuple):
    """A sentence `abstract[start:end]`, how far down it stands (0..1), the label of its part, its token states.

    These are None where the embedding model tells none.
    """

    text: str
    start: int
    end: int
    place: float
    section: str = ""
    tokens: TokensOfPaper | None = None


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
        + SURE * bool(usual.sure.search(sentence.text))
        + AGAINST * bool(usual.against.search(sentence.text))
        + (section if sentence.section else 0.0)
        + usual.own * own
        + usual.earlier * (not own and bool(EARLIER.search(sentence.text)))
        + usual.late * sentence.place
        + usual.number * any(map(str.isdigit, sentence.text))
    )


def asked_odds(sentences: Sequence[Sentence], query: Query) -> list[float]:
    """Return of each sentence of an abstract how likely it says what a reader asks for in words."""
    return [_asked(one, query) for one in sentences] if query.words else []


def _asked(sentence: Sentence, query: Query) -> float:
    held = set(stems(sentence.text))
    share = sum(weight for stem, weight in query.weights.items() if stem in held) / sum(query.weights.values())
    met, worst, sense = share, share, share / 2  # where the embedding model tells no token states
    if sentence.tokens is not None and len(sentence.tokens.states) and len(query.tokens):
        likeness = word_likeness(query, sentence.tokens)
        met = weighted(query, likeness)
        worst = float(np.sort(likeness)[: max(1, len(likeness) // 4)].mean())
        sense = float(unit(sentence.tokens.states.mean(axis=0)) @ query.sense[sentence.tokens.form])
    return (
        MET * met
        + WORST_MET * worst
        + SENSE * sense
        + SHARE * share
        + PLACE * sentence.place
        + LENGTH * math.log(len(sentence.text.split()) + 1)
        + BIAS
    )


def best_of(worths: Sequence[float]) -> int | None:
    """Return the place of the sentence to show, the first of the best; None when none is worth it."""
    if not worths or max(worths) < 0:
        return None
    return int(np.argmax(worths))
