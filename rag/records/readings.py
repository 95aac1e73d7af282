"""What became of a question before it was searched for: words read as others, and how a reader is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reading:
    """A word of a question that was read as another: as written, as read, and its place in the question as written."""

    written: str
    read: str
    start: int

    def __str__(self) -> str:
        return f'Read "{self.written}" as "{self.read}".'

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Return the reading of plain values. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(str(value["written"]), str(value["read"]), int(value["start"]))


def told(readings: Iterable[Reading]) -> str:
    """Return what a reader is told of words that were read as others, in one line; nothing without any.

    >>> told([Reading("dropuot", "dropout", 8), Reading("wieghts", "weights", 20)])
    'Read "dropuot" as "dropout", "wieghts" as "weights".'
    """
    pairs = ", ".join(dict.fromkeys(f'"{one.written}" as "{one.read}"' for one in readings))
    return f"Read {pairs}." if pairs else ""
