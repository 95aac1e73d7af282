"""A follow-up made to stand alone, without a model: what was asked before is said again in front of it.

"and does it still use momentum?" can't be searched for; after "what does Adafactor store?" it can. A question that
stands by itself is left alone: with an unrelated question in front of it, its paper came first in .38 of the cases
instead of .89 (eval/RESULTS.md). Only questions are carried over: an answer's many words would drown the new one.
"""

import re
from collections.abc import Sequence

from rag.datatypes import Turn
from rag.words import stems

TURNS = 4  # earlier questions carried over at most; the last one that stood by itself ends the walk back
SHORT = 6  # telling words; a question with more of them names what it is about
BARE = 2  # telling words; with no more than these, even a question without "it" hangs on what came before

POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|theirs|he|she|his|her|that|this|those|these|there|one|ones|same|former|latter)\b"
    r"|^\W*(and|but|so|then|what about|how about)\b",
    re.IGNORECASE,
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the text to search for: a follow-up after what it hangs on, any other question itself."""
    parts = [question.strip()]
    for turn in reversed(history[-TURNS:]):
        if not is_follow_up(parts[0]):
            break
        parts.insert(0, turn.question.strip())
    return " ".join(parts)


def is_follow_up(question: str) -> bool:
    """Tell whether a question asked in a conversation hangs on what came before."""
    telling = len(stems(question))
    return telling <= BARE or (telling <= SHORT and bool(POINTS_BACK.search(question)))
