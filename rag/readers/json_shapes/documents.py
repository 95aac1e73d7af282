"""The papers of a JSON text of any length, one at a time, wherever in it they are.

Lists are read paper by paper and objects field by field, so that 2 GB need no more memory than the longest paper. What
is broken costs itself: reading goes on where something begins as the first paper did. A table by column is known only
when its last column is: it has to fit into memory, up to LONGEST_TABLE.
"""

import re
from collections.abc import Generator
from typing import Any

from rag.readers.inputs.source import LONGEST_LINE, Problem
from rag.readers.json_shapes.holding import (
    DEEPEST,
    LIST,
    by_column,
    is_by_column,
    is_header,
    is_of_papers,
    names_among,
    records_of,
)
from rag.readers.json_shapes.names import say
from rag.readers.json_shapes.shapes import is_left_out, is_paper, is_shelf, is_wrapper, record_of, unwrapped
from rag.readers.parsing.json_stream import Broken, Window
from rag.records import Record

OBJECT = re.compile(r'\{\s{0,200}"((?:[^"\\]|\\.){0,100})"\s{0,9}:')
FIRST_ROW = re.compile(r'\{\s{0,200}"\d{1,9}"\s{0,9}:')  # how a column begins, as pandas writes it
LONGEST_TABLE = 50_000_000  # characters of a table by column
TOO_LONG = f"longer than {LONGEST_LINE:,} characters"
LONG_TABLE = Broken(
    f"papers by column are read up to {LONGEST_TABLE:,} characters; "
    "write one a line: in pandas to_json(orient='records', lines=True)"
)

MOST_BROKEN = 200  # one after another; what is nested too deep is tried again at each of its levels
NOWHERE = re.compile(r"(?!)")
ENDED = Broken("")  # told already
Found = Record | Problem
Reading = Generator[Found, None, Broken | None]  # returns why what is read can't be read to its end


class _Holder:
    """What an object holds besides the papers that were found in it, and whether there were any (`held`)."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.held = False
        self._by_name = False  # whether papers stand in it by name: `{"0": {"title": ...}, "1": ...}`
        self._untold: list[tuple[int, dict[str, Any]]] = []  # what may be such a paper, though it lacks an abstract

    def take(self, name: str, inner: "_Holder", line: int) -> Generator[Found, None, None]:
        """Keep the object that a field is, or yield the record of the paper or the table that it is."""
        self.held = self.held or inner.held
        if inner.held:
            return
        values = inner.values
        if is_by_column(values):
            self.held = True
            yield from (record_of(row, line) for row in by_column(values))
        elif not is_wrapper(name) and say(paper := unwrapped(values), "title") and (self._by_name or is_paper(paper)):
            self.held = self._by_name = True
            yield from [] if is_left_out(values) else [record_of(values, line)]
        else:
            self.values[name] = values
            self._untold += [(line, values)] if not is_wrapper(name) and say(values, "title") else []

    def rest(self) -> Generator[Found, None, None]:
        """Yield what stands among papers by name and is one that lacks its abstract."""
        yield from (record_of(values, line) for line, values in self._untold if self._by_name)


def papers_in(window: Window) -> Generator[Found, None, None]:
    """Yield a record or a Problem for each paper of a text, and a Problem for what is broken or ends too early."""
    yield from _sequence(window, depth=0)


def _sequence(window: Window, depth: int, names: list[str] | None = None) -> Generator[Found, None, bool]:
    """Yield what stands in a list up to its end, or what stands in the file (depth 0); return whether it ended well.

    `names` are those of the columns where a list holds rows.
    """
    again: re.Pattern[str] | None = None
    names, broken = names or [], 0
    while sign := window.sign():
        again = again or _beginning(window)
        line, passed = window.line, window.passed
        if sign == "]" and depth:
            window.pass_sign()
            return True
        trouble = yield from (_row(window, names) if depth else _alone(window))
        broken = 0 if trouble is None or trouble is ENDED else broken + 1
        if not broken:
            continue
        yield Problem(line, str(trouble) if trouble is LONG_TABLE else f"not JSON ({trouble})")
        if broken > MOST_BROKEN:
            yield Problem(window.line, f"more than {MOST_BROKEN:,} broken one after another; the rest is left out")
            window.seek(NOWHERE)
        elif (window.passed != passed and depth) or window.seek(again or OBJECT):
            continue
        return False
    if depth:
        yield Problem(window.line, "the file ends inside a list")
    return not depth


def _row(window: Window, names: list[str]) -> Reading:
    """Yield what is made of the next value of a list, or take it as the names of columns; return what is wrong."""
    line, value = window.line, window.value()
    if isinstance(value, Broken):
        return value
    if not names and is_header(value):
        names += names_among(value)
    else:
        yield from records_of(value, line, names)
    return None


def _alone(window: Window) -> Reading:
    """Yield the papers of a list or an object of the file, or the one that it is; return what is wrong with it."""
    sign, line, holder = window.sign(), window.line, _Holder()
    if sign == "[":
        window.pass_sign()
        yield from _sequence(window, depth=1)
        return None
    if sign != "{":
        return (yield from _row(window, []))
    trouble = yield from _object(window, holder, depth=1)
    values = holder.values
    if trouble is not None or is_left_out(values):
        return trouble
    if is_by_column(values):
        yield from (record_of(row, line) for row in by_column(values))
    elif not holder.held or (is_paper(values) and not is_shelf(values)):
        yield record_of(values, line, LIST)
    return None


def _object(window: Window, holder: _Holder, depth: int) -> Reading:
    """Yield the papers that an object holds, and keep what else is in it; return what is wrong with it."""
    begun, longest = window.passed, LONGEST_TABLE if window.begins(FIRST_ROW) else LONGEST_LINE
    window.pass_sign()
    while window.sign() != "}":
        name = window.value()
        if not isinstance(name, str) or isinstance(name, Broken) or window.sign() != ":":
            return name if isinstance(name, Broken) else Broken("a name and a colon are missing")
        window.pass_sign()
        window.sign()
        kept = len(holder.values)
        longest = LONGEST_TABLE if window.begins(FIRST_ROW) else longest
        trouble = yield from _field(window, holder, name, depth)
        begun = begun if len(holder.values) > kept else window.passed
        if trouble is None and window.passed - begun > longest:
            trouble = LONG_TABLE if longest == LONGEST_TABLE else Broken(TOO_LONG)
        if trouble is not None:
            return trouble
    window.pass_sign()
    yield from holder.rest()
    return None


def _field(window: Window, holder: _Holder, name: str, depth: int) -> Reading:
    """Yield the papers that a field holds, or keep its value; return what is wrong with it."""
    sign, line = window.sign(), window.line
    if sign == "[" and is_of_papers(name, [window.first()], holder.values):
        window.pass_sign()
        holder.held = True
        ended = yield from _sequence(window, depth, names_among(holder.values.get("columns")))
        return None if ended else ENDED
    if sign == "{" and depth < DEEPEST and not say(holder.values, "title"):
        inner = _Holder()
        trouble = yield from _object(window, inner, depth + 1)
        if trouble is None:
            yield from holder.take(name, inner, line)
        return trouble
    value = window.value()
    if not isinstance(value, Broken):
        holder.values[name] = value
    return value if isinstance(value, Broken) else None


def _beginning(window: Window) -> re.Pattern[str] | None:
    """Return what finds the next object that begins with the same name as the one that begins here."""
    match = window.begins(OBJECT)
    return re.compile(rf'\{{\s{{0,200}}"{re.escape(match[1])}"\s{{0,9}}:') if match else None
