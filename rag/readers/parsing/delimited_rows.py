"""Lines of text to rows of cells: CSV and its kin, as programs and people really write them.

A row ends where its quotes are closed, be it on another line. Where quotes or delimiters make no sense, the line is
read in whatever way gives it as many cells as the header has: with quotes that are part of a text
(`a;"Smart" grids;b`), with delimiters that are (`a|on| and on|b`: none that a space stands beside). One that can't be
read costs only itself.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rag.readers.inputs.source import Line, Problem
from rag.readers.parsing.table_rows import Row

MOST_LINES = 200  # of a row
LONGEST_ROW = 1_000_000  # characters
NEVER_CLOSED = "a quote that is never closed"


class Grammar(NamedTuple):
    """How the rows of a table are written: what stands between cells, how many there are, if the last one is a text."""

    delimiter: str
    width: int
    ends_in_text: bool = False


def rows_in(lines: Iterator[Line | Problem], grammar: Grammar) -> Iterator[Row | Problem]:
    """Yield each row, its cells as many as the grammar says, or a Problem that says why it has none."""
    again: deque[Line | Problem] = deque()  # lines that turned out to belong to no row before
    opening = re.compile(rf'(?:^|{re.escape(grammar.delimiter)})\s?"')

    def following() -> Line | Problem | None:
        return again.popleft() if again else next(lines, None)

    while line := following():
        if isinstance(line, Problem):
            yield line
        elif '"' in line.text and opening.search(line.text):
            more, closed = rest_of_row(line.text, following)
            cells, rest = _quoted(line.text, more, grammar, closed=closed)
            again.extendleft(reversed(rest))
            yield _row(line.number, cells, grammar)
        elif line.text and not line.text.isspace():
            cells = line.text.split(grammar.delimiter)
            if len(cells) > grammar.width:
                cells = _reread(line.text, grammar) or cells
            yield _row(line.number, cells, grammar)


def cells_of(line: str, delimiter: str, *, strict: bool = False) -> list[str]:
    """Return the cells of a row by the rules of CSV; none when its quotes make no sense."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=strict), [])
    except csv.Error:
        return []


def _row(number: int, cells: list[str] | None, grammar: Grammar) -> Row | Problem:
    """Return a row: empty cells at its end may be left out, or be too many."""
    width = grammar.width
    if cells is None:
        return Problem(number, NEVER_CLOSED)
    if len(cells) == width:
        return Row(number, cells)
    if not cells or any(map(str.strip, cells[width:])):
        return Problem(number, f"{len(cells)} columns, the first row has {width}")
    return Row(number, [*cells, *[""] * width][:width])


def rest_of_row(begun: str, following: Callable[[], Line | Problem | None]) -> tuple[list[Line | Problem], bool]:
    """Return the lines that a row goes on with, and whether its quotes are closed with the last of them."""
    more: list[Line | Problem] = []
    odd, size = begun.count('"') % 2, len(begun)
    while odd and size < LONGEST_ROW and len(more) < MOST_LINES and (line := following()):
        more.append(line)
        if isinstance(line, Problem):
            break
        odd ^= line.text.count('"') % 2
        size += len(line.text)
    return more, not odd


def _quoted(
    begun: str, more: list[Line | Problem], grammar: Grammar, *, closed: bool
) -> tuple[list[str] | None, list[Line | Problem]]:
    """Return the cells of the row that a line with quotes begins, and the lines after it that are none of it.

    None of cells stands for a quote that is never closed.
    """
    if closed:
        whole = "\n".join([begun, *(line.text for line in more if isinstance(line, Line))])
        cells = cells_of(whole, grammar.delimiter, strict=True)
        # Over many lines only quotes that are right hold a row together: others swallow rows.
        if len(cells) == grammar.width or (cells and not more and len(cells) < grammar.width):
            return cells, []
    if found := _reread(begun, grammar, quotes_are_text=bool(more) or not closed):
        return found, more
    if more or not closed:
        return None, more
    return cells_of(begun, grammar.delimiter), more


def _reread(line: str, grammar: Grammar, *, quotes_are_text: bool = False) -> list[str] | None:
    """Return the cells of a line read in the first way that gives as many as there are columns; None without one.

    `quotes_are_text` tells that the line's quotes can't be paired. Between commas such a line is damaged, for without
    quotes nothing tells which commas are of a text.
    """
    delimiter, width = grammar.delimiter, grammar.width
    if quotes_are_text and delimiter == ",":
        return None
    ways: list[Callable[[], list[str]]] = [lambda: _by(_proper(delimiter), line, width)]
    if not quotes_are_text:
        ways.append(lambda: _by(_loose(delimiter), line, width))
    ways += [lambda: line.split(delimiter), lambda: _beside_no_space(delimiter).split(line)]
    for way in ways:
        if len(cells := way()) == width:
            return [_without_stray_quote(cell) for cell in cells] if delimiter != "\t" else cells
    if grammar.ends_in_text and delimiter == "|" and '"' not in line and line.count(delimiter) >= width:
        return line.split(delimiter, width - 1)  # signs like that of P(A|B)
    return None


def _by(pattern: re.Pattern[str], line: str, most: int) -> list[str]:
    """Return the cells that a pattern finds one after another: what quotes hold, or what is written plainly.

    None are returned of a line that has more: each may be looked for up to its end.
    """
    cells, place = list[str](), 0
    while len(cells) < most and (match := pattern.match(line, place)):
        cells.append(match["plain"] if match["quoted"] is None else match["quoted"].replace('""', '"'))
        if match.end() == len(line):
            return [*cells, ""] if match["end"] else cells
        place = match.end()
    return []


@lru_cache
def _proper(delimiter: str) -> re.Pattern[str]:
    """Return what finds a cell whose quotes end it: others are part of a text."""
    sign = re.escape(delimiter)
    return re.compile(rf'(?:\s?"(?P<quoted>(?:[^"]|"")*+)"\s?(?={sign}|$)|(?P<plain>[^{sign}]*+))(?P<end>{sign}|$)')


@lru_cache
def _loose(delimiter: str) -> re.Pattern[str]:
    """Return what finds a cell that ends with the first quote before a delimiter without a space, whatever it holds."""
    sign = re.escape(delimiter)
    last = rf"\s?(?:{sign}(?! )|$)"
    quoted = rf'\s?"(?P<quoted>[^"]*+(?:"(?!{last})[^"]*+)*+)"(?={last})\s?'
    return re.compile(rf"(?:{quoted}|(?P<plain>[^{sign}]*+))(?P<end>{sign}|$)")


@lru_cache
def _beside_no_space(delimiter: str) -> re.Pattern[str]:
    """Return what finds a delimiter that isn't part of a text: no space stands beside it."""
    return re.compile(rf"(?<! ){re.escape(delimiter)}(?! )")


def _without_stray_quote(cell: str) -> str:
    """Return a cell without a quote that begins or ends it and has no partner."""
    if cell.count('"') % 2 == 0:
        return cell
    text = cell.strip()
    return text[1:] if text.startswith('"') else text.removesuffix('"')
