"""What became of a question before it was searched for: words read as others, and how a reader is told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reading:
    """A word of a question that was read as another: as written, as read, and its place in the question as written."""

    written: str
    read: str
    start: int

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Return the reading of plain values. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(str(value["written"]), str(value["read"]), int(value["start"]))


def line_of(readings: Iterable[Reading]) -> str:
    """Return what a reader is told of words that were read as others, in one line; nothing without any.

    >>> line_of([Reading("dropuot", "dropout", 8), Reading("wieghts", "weights", 20)])
    'Read "dropuot" as "dropout", "wieghts" as "weights".'
    """
    pairs = ", ".join(dict.fromkeys(f'"{one.written}" as "{one.read}"' for one in readings))
    return f"Read {pairs}." if pairs else ""


def as_read(question: str, readings: Iterable[Reading]) -> str:
    """Return a question with what was read in the place of what is written.

    >>> as_read("What is dropuot?", [Reading("dropuot", "dropout", 8)])
    'What is dropout?'
    """
    text, behind = "", 0
    for one in readings:
        text += question[behind : one.start] + one.read
        behind = one.start + len(one.written)
    return text + question[behind:]


def mended(text: str, readings: Iterable[Reading]) -> str:
    """Return another text in which words that were read as others are replaced wherever they stand.

    >>> mended("What does dropuot do?", [Reading("dropuot", "dropout", 8)])
    'What does dropout do?'
    """
    read = {one.written: one.read for one in readings}
    return re.sub(r"[^\W_]+", lambda word: read.get(word[0], word[0]), text) if read else text


def with_readings(question: str, readings: Iterable[Reading]) -> str:
    """Return a question as written and, where words of it were read as others, how: for a language model to judge.

    >>> with_readings("What is dropuot?", [Reading("dropuot", "dropout", 8)])
    'What is dropuot? (Read "dropuot" as "dropout".)'
    """
    return " ".join(filter(None, (question.strip(), f"({line})" if (line := line_of(readings)) else "")))
