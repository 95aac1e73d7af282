"""Does a question ask for a detail: a number, a dataset, a machine, a program? And does a text hold any number?

By the forms of English. Such details stand in the body of a paper, and often not in its abstract.
"""

import re
from typing import NamedTuple

from rag.text.words import Word, content_words, stem

# "How many of the TPU hours", "what test error", "on which GPU": the words right behind are what the detail is. A
# closed table: what English counts by, what it calls an amount, and what else experiments are told by.
HOW = re.compile(
    r"\bhow (?:many|much|long|large|big|fast|high|low|far|often|deep|wide|small|quickly|slow|heavy|expensive|old|"
    r"accurate|accurately)\b",
    re.IGNORECASE,
)
WHAT = re.compile(r"\b(?:what|which)\b", re.IGNORECASE)
AMOUNTS = frozenset(
    map(
        stem,
        "number amount size score accuracy error rate speed speedup time runtime cost price factor ratio value percent "
        "percentage share fraction length width depth dimension temperature gain year".split(),
    )
)
THINGS = frozenset(
    map(
        stem,
        "dataset data corpus benchmark hardware gpu cpu tpu machine device processor software package library code "
        "repository implementation language licence license".split(),
    )
)
JOINING = frozenset({"", "-"})  # what may stand between words of one thing
LEADING = JOINING | {"of", "the", "of the"}  # what may stand before the first
MOST = 4  # words of one thing
NUMBER = re.compile(
    r"(?<![A-Za-z\d.-])\d+(?!\.?\d*[dD]\b)|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|"
    r"thirty|forty|fifty|sixty|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|halves|halved|twice|"
    r"double[sd]?|triple[sd]?|percent|orders? of magnitude)\b",
    re.IGNORECASE,
)


class Detail(NamedTuple):
    """A detail that a question asks for: its words (none after "how long"), and whether it is a number."""

    words: tuple[Word, ...]
    number: bool


def detail_asked(question: str) -> Detail | None:
    """Return the details that a question asks for as one; None when it asks for none.

    >>> [word.text for word in detail_asked("On how many GPU hours was it trained?").words]
    ['GPU', 'hours']
    >>> detail_asked("What test error does it reach?").number, detail_asked("Which GPUs does it need?").number
    (True, False)
    >>> detail_asked("How long does it take?"), detail_asked("What is dropout?")
    (Detail(words=(), number=True), None)
    """
    words = content_words(question)
    counted = [_behind(how.end(), question, words) for how in HOW.finditer(question)]
    called = [_behind(what.end(), question, words) for what in WHAT.finditer(question)]
    amounts = [thing for thing in called if any(word.stem in AMOUNTS for word in thing)]
    things = [thing for thing in called if any(word.stem in THINGS for word in thing)]
    asked = [word for thing in (*counted, *amounts, *things) for word in thing]
    if not (counted or asked):
        return None
    return Detail(tuple(dict.fromkeys(asked)), number=bool(counted or amounts))


def holds_number(text: str) -> bool:
    """Tell whether a text holds a number that isn't part of a name.

    >>> holds_number("ResNet-50 on CIFAR10 in 3D"), holds_number("4.5 times less"), holds_number("twice as fast")
    (False, True, True)
    """
    return bool(NUMBER.search(text))


def _behind(place: int, text: str, words: list[Word]) -> list[Word]:
    """Return the words of one thing that stand right behind a place."""
    thing: list[Word] = []
    for word in words:
        if word.start >= place:
            between = text[thing[-1].end if thing else place : word.start].strip().lower()
            if between not in (JOINING if thing else LEADING) or len(thing) == MOST:
                break
            thing.append(word)
    return thing
