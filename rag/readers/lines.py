"""Files as numbered lines of text, one bad line at a time.

A line that isn't UTF-8 becomes a Problem in its place, so that one broken byte costs one record.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 8_000_000  # bytes; a longer one is no record, and must not fill the memory


class Line(NamedTuple):
    """A line of text without its end, and its 1-based number."""

    number: int
    text: str


class Problem(NamedTuple):
    """A line that no record could be made of, and why."""

    number: int
    reason: str


def numbered_lines(file: BinaryIO) -> Iterator[Line | Problem]:
    """Yield every line of a file, decoded as UTF-8 (a byte order mark is dropped)."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            yield Problem(number, f"the line is longer than {LONGEST_LINE:,} bytes")
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            yield Problem(number, f"not UTF-8 text (byte 0x{raw[error.start]:02x} at column {error.start + 1})")
        else:
            yield Line(number, text.rstrip("\r\n"))


def clean(text: str) -> str:
    """Return a text on one line: control characters dropped, runs of white space made one space."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())


def without_controls(text: str) -> str:
    """Return a text without its control characters, otherwise as it is."""
    return "".join(c for c in text if c == "\t" or unicodedata.category(c) != "Cc")


def only_text(lines: Iterable[Line | Problem]) -> list[str]:
    """Return the texts of the lines that could be decoded: what a sniffer looks at."""
    return [line.text for line in lines if isinstance(line, Line)]
