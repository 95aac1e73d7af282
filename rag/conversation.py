"""A follow-up made to stand alone, without a model: what was asked before is said again in front of it.

"and does it still use momentum?" can't be searched for; after "what does Adafactor store?" it can. Only questions
are carried over: an earlier answer's many words would drown the new one.
"""

from collections.abc import Sequence

from rag.datatypes import Turn

TURNS = 2  # earlier questions carried over; older ones are seldom what "it" means


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the text to search for: the question after the last earlier ones, or the question itself."""
    return " ".join([*(turn.question.strip() for turn in history[-TURNS:]), question.strip()])
