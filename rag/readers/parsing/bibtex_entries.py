"""The entries of a BibTeX file one after the other, taken apart by bibtexparser, whatever the size of the file.

bibtexparser is handed some entries at a time. What `@string` names and `#` joins is put together here, because its own
parts know neither `#` nor definitions of another piece. What the fields
mean is rag.readers.formats.bibtex's.
"""

import logging
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from rag.readers.inputs.source import Line, Problem
from rag.readers.parsing.bibtex_heads import START, original_key, uncommented, with_plain_head

GROUP = 100_000  # characters handed to bibtexparser at a time
LONGEST_ENTRY = 1_000_000  # characters
JOINED = re.compile(r"""[}"\w]\s*\#\s*[{"\w]""")
MOST_LOOKED_AT = 20  # places in a value that look like the start of a field
NEXT_FIELD = re.compile(r"""[}"]\s{0,100}([A-Za-z][\w-]{0,40})\s{0,9}=\s{0,9}["{\d]""")
PART = re.compile(r'[{}"#]')


class Entry(NamedTuple):
    """An entry as it stands in the file: kind and names of fields in lower case, values as they are."""

    line: int
    kind: str
    key: str
    fields: dict[str, str]


def entries(lines: Iterator[Line | Problem]) -> Iterator[Entry | Problem]:
    """Yield every entry, and a Problem for each that is broken or holds a line that is none."""
    strings: dict[str, str] = {}
    for group in _groups(lines):
        if isinstance(group, Problem):
            yield group
        else:
            yield from _taken_apart(group, strings)


def outside_braces(separator: re.Pattern[str], text: str) -> list[str]:
    r"""Return the parts of a text between separators that stand in no braces.

    >>> outside_braces(re.compile(" and "), "A and {B and C}")
    ['A', '{B and C}']
    """
    if "{" not in text:
        return separator.split(text)
    parts, depth, start = [], 0, 0
    for match in re.finditer(rf"\\.|[{{}}]|{separator.pattern}", text, separator.flags):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif match[0][0] != "\\" and depth <= 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _groups(lines: Iterator[Line | Problem]) -> Iterator[list[list[Line]] | Problem]:
    """Yield some entries at a time, each as its lines."""
    group: list[list[Line]] = []
    size = 0
    for block in _blocks(uncommented(lines)):
        if isinstance(block, Problem):
            yield block
            continue
        group.append(block)
        size += sum(len(line.text) for line in block)
        if size > GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _blocks(lines: Iterator[Line | Problem]) -> Iterator[list[Line] | Problem]:
    """Yield the lines from the start of each entry to that of the next; a Problem for those that hold one."""
    block: list[Line] = []
    problem: Problem | None = None
    size = 0
    for line in lines:
        if isinstance(line, Problem):
            if block and problem is None and _is_closed(block):  # the line belongs to the next entry
                yield block
                block = []
            problem = problem or line
            continue
        if "@" in line.text and START.match(line.text):
            yield problem or block
            block, problem, size = [], None, 0
        size += len(line.text)
        if size <= LONGEST_ENTRY:
            block.append(line)
        elif problem is None:
            problem = Problem(block[0].number if block else line.number, f"over {LONGEST_ENTRY:,} characters")
    yield problem or block


def _is_closed(block: list[Line]) -> bool:
    """Tell whether the entry that these lines begin is whole."""
    text = "".join(line.text for line in block)
    opened = START.match(text)
    closing = {"{": "}", "(": ")"}[opened[0][-1]] if opened else ""
    return not opened or text.count(opened[0][-1]) <= text.count(closing)


def _taken_apart(group: list[list[Line]], strings: dict[str, str]) -> Iterator[Entry | Problem]:
    """Yield the entries of a group; `strings` keeps what is defined on the way."""
    from bibtexparser.model import Entry as Found
    from bibtexparser.model import ParsingFailedBlock, String
    from bibtexparser.splitter import Splitter

    logging.getLogger("bibtexparser").setLevel(logging.ERROR)  # what is wrong in a file is told as a Problem
    keys: list[str] = []
    numbers = [line.number for block in group for line in block]
    text = "\n".join(with_plain_head("\n".join(line.text for line in block), keys) for block in group if block)
    for block in Splitter(text).split().blocks:
        number = numbers[block.start_line or 0]
        # A key or field that is there twice breaks nothing here: what is meant stands in the failed block.
        entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(entry, Found):
            values = {field.key.lower(): _value(field.value, strings) for field in reversed(entry.fields)}
            swallowed = next((name for field in entry.fields if (name := _next_field(field.value))), None)
            if swallowed:
                yield Problem(number, f"a broken entry (no comma before {swallowed!r})")
            else:
                yield Entry(number, entry.entry_type.lower(), original_key(entry.key, keys), values)
        elif isinstance(entry, String):
            strings[entry.key.lower()] = _value(entry.value, strings)
        elif isinstance(block, ParsingFailedBlock):
            yield Problem(number, f"a broken entry ({_reason(block.error)})")


def _reason(error: Exception) -> str:
    return " ".join(str(getattr(error, "abort_reason", error)).split())


def _next_field(value: str) -> str | None:
    """Return the name of the field that a value goes on with, because there is no comma between the two."""
    if "=" not in value or value[:1] not in {"{", '"'}:
        return None
    for match in islice(NEXT_FIELD.finditer(value), MOST_LOOKED_AT):
        before = value[: match.start() + 1]
        if before.count("{") == before.count("}"):
            return match[1]
    return None


def _value(value: str, strings: dict[str, str]) -> str:
    """Return the text that a value stands for: without what encloses it, names replaced, joined parts put together."""
    if value[:1] in {"{", '"'} and ("#" not in value or not JOINED.search(value)):
        return value[1:-1]
    return "".join(
        part[1:-1] if part[:1] in {"{", '"'} else strings.get(part.lower(), part)
        for part in map(str.strip, _parts(value))
    )


def _parts(value: str) -> Iterator[str]:
    """Yield what `#` joins, outside braces and quotes."""
    depth, quoted, start = 0, False, 0
    for match in PART.finditer(value):
        if match[0] == '"':
            quoted ^= depth == 0
        elif match[0] == "#":
            if depth == 0 and not quoted:
                yield value[start : match.start()]
                start = match.end()
        else:
            depth += 1 if match[0] == "{" else -1
    yield value[start:]
