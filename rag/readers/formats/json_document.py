"""One JSON document: a list of papers, an object that holds such a list, one paper, or papers one after another.

Read as it comes, a paper at a time, so that a list of 2 GB needs no more memory than its longest paper. What is broken
costs itself: reading goes on where something begins as the first paper did.
"""

import re
from collections.abc import Generator, Iterator

from rag.readers.formats import jsonl
from rag.readers.inputs.source import LONGEST_LINE, Problem, Source
from rag.readers.json_shapes.shapes import DEEPEST, HOLDERS, LISTS, record_of
from rag.readers.parsing.json_stream import Broken, Window
from rag.records import Record

NAME = "JSON"
OBJECT = re.compile(r'\{\s{0,200}"((?:[^"\\]|\\.){0,100})"\s{0,9}:')


Papers = Generator[Record | Problem, None, Broken | None]


def sniff(head: str) -> bool:
    """Tell whether a file begins as a document, and not with an object a line."""
    start = head.lstrip()[:1_000]
    if start.startswith("["):
        return start[1:].lstrip()[:1] in {"", "{", "[", "]", '"'}
    return start.startswith("{") and start[1:].lstrip()[:1] in {"", '"'} and not jsonl.sniff(head)


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record or a Problem for each paper, and a Problem for what is broken or ends too early."""
    window = Window(source.pieces())
    yield from _sequence(window, depth=0)


def _sequence(window: Window, depth: int) -> Generator[Record | Problem, None, bool]:
    """Yield what stands in a list up to its end, or what stands in the file (depth 0); return whether it ended well."""
    again: re.Pattern[str] | None = None
    while sign := window.sign():
        again = again or _beginning(window)
        line, passed = window.line, window.passed
        if sign == "]" and depth:
            window.pass_sign()
            return True
        if sign == "[" and not depth:
            window.pass_sign()
            yield from _sequence(window, depth=1)
            continue
        trouble = yield from _one(window) if depth else _object(window, depth=1)
        if trouble is None:
            continue
        yield Problem(line, f"not JSON ({trouble})")
        if (window.passed == passed or not depth) and not window.seek(again or OBJECT):
            return False
    if depth:
        yield Problem(window.line, "the file ends inside a list")
    return not depth


def _one(window: Window) -> Papers:
    """Yield what is made of the next value; return why it is none."""
    line = window.line
    value = window.value()
    if isinstance(value, Broken):
        return value
    yield record_of(value, line)
    return None


def _object(window: Window, depth: int) -> Papers:
    """Yield the papers that an object holds, or the one that it is; return why it can't be read to its end."""
    if window.sign() != "{":
        return (yield from _one(window))
    line, begun, fields, held = window.line, window.passed, dict[str, object](), False
    window.pass_sign()
    while window.sign() != "}":
        name = window.value()
        if not isinstance(name, str) or isinstance(name, Broken) or window.sign() != ":":
            return name if isinstance(name, Broken) else Broken("a name and a colon are missing")
        window.pass_sign()
        sign, alone, trouble = window.sign(), "title" not in fields, None
        if alone and sign == "[" and name in LISTS:
            window.pass_sign()
            held = True
            if not (yield from _sequence(window, depth=1)):
                return None
            begun = window.passed
        elif alone and sign == "{" and name in HOLDERS and depth < DEEPEST:
            held = True
            trouble = yield from _object(window, depth + 1)
            begun = window.passed
        else:
            fields[name] = value = window.value()
            trouble = value if isinstance(value, Broken) else None
        if trouble is not None or window.passed - begun > LONGEST_LINE:
            return trouble or Broken(f"longer than {LONGEST_LINE:,} characters")
    window.pass_sign()
    if not held:
        yield record_of(fields, line)
    return None


def _beginning(window: Window) -> re.Pattern[str] | None:
    """Return what finds the next object that begins with the same name as the one that begins here."""
    match = window.begins(OBJECT)
    return re.compile(rf'\{{\s{{0,200}}"{re.escape(match[1])}"\s{{0,9}}:') if match else None
