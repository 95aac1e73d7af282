"""A saved Hugging Face Papers page: two header lines, then a title line and an abstract line in turn.

The first title is glued to the word `Subscribe` of the page's header.
"""

from collections.abc import Iterator
from itertools import chain

from rag.readers.cleaning.abstracts import abstract_of
from rag.readers.cleaning.text import clean, without_controls
from rag.readers.inputs.source import Line, Problem, Source
from rag.records import Record

NAME = "saved Hugging Face Papers page"
GLUE = "Subscribe"
HEADER = "trending papers in your email inbox"
LONGEST_TITLE = 400  # characters; the shortest abstracts seen have 260, the longest titles 185
SHORTEST_ABSTRACT = 200


def sniff(head: str) -> bool:
    """Tell whether a file begins as such a page."""
    return any(HEADER in line for line in head.splitlines()[:3])


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each title and abstract, a Problem for each title or line that has no partner."""
    title: Line | None = None
    for line in chain(_body(source.lines()), [None]):
        if line is None or isinstance(line, Problem):
            if title is not None:
                yield Problem(title.number, f"the title {_short(title)} has no abstract")
            if line is not None:
                yield line
            title = None
        elif title is None:
            if len(line.text) > LONGEST_TITLE:
                yield Problem(line.number, f"an abstract without a title: {_short(line)}")
            elif line.text.strip():
                title = line
        elif not line.text.strip() or _is_title(line.text):
            yield Problem(title.number, f"the title {_short(title)} has no abstract")
            title = line if line.text.strip() else None
        else:
            yield _record(title, line)
            title = None


def _record(title: Line, abstract: Line) -> Record | Problem:
    shown = without_controls(title.text).strip()
    own, instead = abstract_of(abstract.text, shown)
    if own or not instead:
        return Record(title=shown, abstract=own or clean(abstract.text), line=title.number)
    return Problem(title.number, f"the title {_short(title)} has no abstract, only {instead[:60]!r}")


def _body(lines: Iterator[Line | Problem]) -> Iterator[Line | Problem]:
    """Yield what comes after the header lines; the first title is freed from its glue."""
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif HEADER not in line.text:
            yield Line(line.number, line.text.removeprefix(GLUE))
        else:
            continue
        yield from lines


def _is_title(text: str) -> bool:
    return len(text) < SHORTEST_ABSTRACT and not text.rstrip().endswith(".")


def _short(line: Line) -> str:
    return repr(line.text if len(line.text) <= 60 else f"{line.text[:59]}…")
