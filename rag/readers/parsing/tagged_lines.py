"""Records of lines that begin with a tag, as RIS, MEDLINE and many others have them: one at a time, of any file.

A line without a tag goes on with the text of the line before. What a tag means is the
format's.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rag.readers.inputs.source import Line, Problem, Source
from rag.records import Record

LONGEST = 1_000_000  # characters of a record

Tagger = Callable[[str], tuple[str, str]]  # takes a line apart into tag (empty when it has none) and text


class Tagged(NamedTuple):
    """A record: the 1-based line on which it starts, and the texts of each tag, in pieces."""

    line: int
    pieces: dict[str, list[list[str]]]

    def all(self, *tags: str) -> list[str]:
        """Return the texts of the first of these tags that is there."""
        for tag in tags:
            if tag in self.pieces:
                return [" ".join(pieces) if len(pieces) > 1 else pieces[0] for pieces in self.pieces[tag]]
        return []

    def each(self, *tags: str) -> list[str]:
        """Return the texts of all of these tags, in the order of the tags."""
        return [text for tag in tags if tag in self.pieces for text in self.all(tag)]

    def lines(self, *tags: str) -> list[str]:
        """Return the lines of the first of these tags that is there, in formats where each is a text by itself."""
        found = next((self.pieces[tag] for tag in tags if tag in self.pieces), [])
        return [line for pieces in found for line in pieces]

    def first(self, *tags: str) -> str:
        """Return the first text that isn't empty of the first of these tags that has one; else an empty one."""
        for tag in tags:
            if tag in self.pieces:
                for text in self.all(tag):
                    if text.strip():
                        return text
        return ""

    def joined(self, *tags: str) -> str:
        """Return all texts of the first of these tags that has any as one."""
        for tag in tags:
            if tag in self.pieces and (text := " ".join(self.all(tag))).strip():
                return text
        return ""


def tag_and_text(tag: re.Pattern[str], line: str) -> tuple[str, str]:
    """Take a line apart at a tag, the first group of `tag` where that matches the line's beginning.

    >>> tag_and_text(re.compile("%(.) "), "%T On dunes"), tag_and_text(re.compile("%(.) "), "that wander")
    (('T', 'On dunes'), ('', 'that wander'))
    """
    found = tag.match(line)
    return (found[1], line[found.end() :]) if found else ("", line)


def read_tagged(  # noqa: PLR0913  (what a format of tagged lines is)
    source: Source,
    tagged: Tagger,
    made: Callable[[Tagged], Record | Problem],
    first: str,
    last: str = "",
    *,
    prepared: Callable[[Iterator[Line | Problem]], Iterator[Line | Problem]] = iter,
) -> Iterator[Record | Problem | str]:
    """Yield what `made` makes of each record of a file, a Problem for one that can't be read; then the file's remarks.

    `tagged`, `first` and `last` are those of `records`. `prepared` is what the lines go through before.
    """
    for found in records(prepared(source.lines(windows=True)), tagged, first, last):
        yield found if isinstance(found, Problem) else made(found)
    yield from source.remarks


def records(lines: Iterator[Line | Problem], tagged: Tagger, first: str, last: str = "") -> Iterator[Tagged | Problem]:
    """Yield each record from a line with the tag `first` to the next one, or to `last`.

    A record that holds a line which is none is a Problem; what stands between records is left out.
    """
    record: Tagged | None = None
    problem: Problem | None = None
    pieces: list[str] = []
    size = 0
    edges = {first, last} - {""}
    for line in lines:
        if isinstance(line, Problem):
            if record is None:
                yield line
            problem = problem or line
            continue
        tag, text = tagged(line.text)
        if tag in edges:
            if record is not None:
                yield problem or record
            record, problem, size = (Tagged(line.number, {}) if tag == first else None), None, 0
        if record is None:
            continue
        size += len(text)
        if size > LONGEST:
            problem = problem or Problem(record.line, f"a record of over {LONGEST:,} characters")
        elif not tag:
            pieces.append(text)
        else:
            pieces = [text]
            record.pieces.setdefault(tag, []).append(pieces)
    if record is not None:
        yield problem or record
