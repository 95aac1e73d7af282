r"""How entries of BibTeX begin, made such that bibtexparser takes them: any key or none, and what is commented out.

Keys hold parentheses, blanks and the signs of old DOIs (`(SICI)1097-4636(1998)43:4<338`), and EndNote writes none. What
stands in `@comment{...}`, or behind a `%` at the start of its line, is no entry.
"""

import re
from collections import deque
from collections.abc import Iterator

from rag.readers.inputs.source import Line, Problem

START = re.compile(r"\s*@\s?(\w+)\s{0,9}([{(])")
FIELD = r"[A-Za-z][\w:.+/-]{0,60}\s{0,9}=\s{0,9}"
# A file is told by an entry with a plain key, or any key and a field behind it, or no key, or by a definition.
SNIFFED = re.compile(
    r"^[ \t]*@[ ]?(?:\w+[ \t]*[{(](?:[^\s{}(),=]*[ \t]*,|"
    rf"\s{{0,99}}[^\s{{}}=,][^\n{{}},]{{0,300}},\s{{0,99}}(?:{FIELD}[\"{{\w]|[}})]))"
    rf"|[a-z]+[ \t]*\{{\s{{0,99}}{FIELD}[\"{{\d]|(?:string|preamble|comment)[ \t]*[{{(])",
    re.MULTILINE | re.IGNORECASE,
)
KEYLESS = re.compile(rf"\s{{0,99}}{FIELD}[\"{{\w]")
KEY = re.compile(rf"\s{{0,99}}([^\s,{{}}\"][^\n{{}}\"]{{0,1000}}?)\s{{0,99}},(?=\s{{0,99}}(?:,|$|[}})]|{FIELD}))")
ODD = re.compile(r"[()=,\\@]")
DOUBLED = re.compile(rf",\s{{0,99}}(?:,\s{{0,99}}){{1,9}}(?=[}})]|{FIELD})")
NO_ENTRIES = frozenset(("comment", "string", "preamble"))
STAND_IN = "\x02"  # about the number of a key that bibtexparser wouldn't take

COMMENTED_OUT = re.compile(r"\s{0,9}%[%\s]{0,9}@\s?\w+\s{0,9}[{(]")
PERCENT = re.compile(r"\s{0,9}%")
COMMENT = re.compile(r"\s*@\s?comment\s{0,9}\{", re.IGNORECASE)
BRACE = re.compile(r"(?<!\\)[{}]")
LONGEST_COMMENT = 100_000  # characters; what is longer was never closed


def with_plain_head(block: str, keys: list[str]) -> str:
    """Return the text of an entry with a head that bibtexparser takes: an odd key, put into `keys`, has a stand-in.

    The number of lines stays the same.
    """
    start = START.match(block)
    if start is None or start[1].lower() in NO_ENTRIES:
        return block
    block = DOUBLED.sub(lambda commas: "," + "\n" * commas[0].count("\n") + " ", block)
    end = start.end()
    if KEYLESS.match(block, end):
        return f"{block[:end]},{block[end:]}"
    key = KEY.match(block, end)
    if key is None or not ODD.search(key[1]):
        return block
    keys.append(key[1])
    return f"{block[: key.start(1)]}{STAND_IN}{len(keys) - 1}{STAND_IN}{block[key.end(1) :]}"


def original_key(key: str, keys: list[str]) -> str:
    """Return the key that stands in the file for one that bibtexparser gave."""
    number = key.strip(STAND_IN)
    is_stand_in = key.startswith(STAND_IN) and number.isdecimal() and int(number) < len(keys)
    return keys[int(number)] if is_stand_in else key


def uncommented(lines: Iterator[Line | Problem]) -> Iterator[Line | Problem]:
    """Yield the lines without what is commented out; a comment that is never closed has one line."""
    waiting = _Waiting(lines)
    unclosed_up_to = 0  # the line before which no closing brace was found
    percent = False
    for line in waiting:
        if isinstance(line, Problem):
            yield line
            continue
        percent = "%" in line.text and bool((PERCENT if percent else COMMENTED_OUT).match(line.text))
        if percent:
            continue
        here, end = line, 0
        while "@" in here.text and (opened := COMMENT.match(here.text, end)):
            held, closing, end = _comment(here, opened.end(), waiting, spans=here.number >= unclosed_up_to)
            if closing is None:
                unclosed_up_to = max(unclosed_up_to, held[-1].number if held else 0)
                waiting.give_back(held)
                break
            here = closing
        else:
            if not end:
                yield line
            elif here.text[end:].strip():
                yield Line(here.number, here.text[end:])


class _Waiting(Iterator[Line | Problem]):
    """Lines to go on with, of which some can be given back."""

    def __init__(self, lines: Iterator[Line | Problem]) -> None:
        self._lines = lines
        self._given_back: deque[Line | Problem] = deque()

    def __next__(self) -> Line | Problem:
        return self._given_back.popleft() if self._given_back else next(self._lines)

    def give_back(self, lines: list[Line | Problem]) -> None:
        self._given_back.extendleft(reversed(lines))


def _comment(line: Line, start: int, lines: _Waiting, *, spans: bool) -> tuple[list[Line | Problem], Line | None, int]:
    """Return the lines after the first that a comment was looked for in, and where it ends: a line, a place in it.

    The line is None where no brace closes it.
    """
    depth, size, held, here = 1, 0, list[Line | Problem](), line
    while True:
        for brace in BRACE.finditer(here.text, start):
            depth += 1 if brace[0] == "{" else -1
            if depth == 0:
                return held, here, brace.end()
        size += len(here.text) + 1
        start = 0
        following = next(lines, None) if spans and size < LONGEST_COMMENT else None
        while isinstance(following, Problem):
            held.append(following)
            following = next(lines, None)
        if following is None:
            return held, None, 0
        held.append(following)
        here = following
