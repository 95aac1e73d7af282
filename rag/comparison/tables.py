"""A comparison as text: a Markdown table with its references, CSV for spreadsheets, blocks for a terminal. All pure."""

import csv
import io
import re
import textwrap
from collections.abc import Callable

from rag.citations.rendering import marked
from rag.export.markdown import inline, reference
from rag.export.text import formulas, plain
from rag.records import Cell, Claim, ComparedPaper, Comparison, Standing
from rag.records.comparisons import UNSAID
from rag.records.standings import SHOWN, SOUND, shown, side_by_side

FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # with which spreadsheets let one begin
FINE = SOUND | {Standing.REWORDED}  # standings of which a spreadsheet says nothing
NARROWEST, NAME = 30, 22  # characters: of the text beside the names of columns, and of these at most


def comparison_markdown(comparison: Comparison) -> str:
    r"""Return a comparison as a table of GitHub's Markdown, then its references and what its signs mean.

    Every text shows as it is: nothing in it acts as Markdown, and pipes are escaped.
    """
    head = ["Paper", *map(_in_table, comparison.columns)]
    rows = [
        [f"[{row.number}] {_in_table(row.paper.title)}", *(_markdown(cell, row.number) for cell in row.cells)]
        for row in comparison.rows
    ]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
    references = "\n".join(f"- [{row.number}] {reference(row.paper)}" for row in comparison.rows)
    legend = "\n".join(f"- {SHOWN[one].sign} {SHOWN[one].word}: {SHOWN[one].meaning}" for one in _standings(comparison))
    notes = "\n\n".join(f"*Note: {inline(note)}*" for note in comparison.notes)
    return "\n\n".join(part for part in (table, references, legend, notes) if part) + "\n"


def comparison_csv(comparison: Comparison) -> str:
    """Return a comparison as CSV (RFC 4180): number, title, authors, year and link of each paper, then its cells.

    What a spreadsheet would take for a formula begins with an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(map(_harmless, ("number", "title", "authors", "year", "link", *comparison.columns)))
    for row in comparison.rows:
        paper = row.paper
        known = (str(row.number), paper.title, "; ".join(paper.authors), str(paper.year or ""), paper.link or "")
        writer.writerow(map(_harmless, (*known, *map(_with_doubts, row.cells))))
    return written.getvalue()


def comparison_text(comparison: Comparison, *, width: int = 100) -> str:
    """Return a comparison as plain text `width` characters wide: for each paper its columns, one below the other."""
    names = min(NAME, max(map(len, comparison.columns)))
    blocks = [row_text(comparison.columns, row, width=width, names=names) for row in comparison.rows]
    return "\n\n".join([*blocks, *comparison.notes]) + "\n"


def row_text(columns: tuple[str, ...], row: ComparedPaper, *, width: int = 100, names: int = NAME) -> str:
    """Return one row as plain text, the names of its columns `names` characters wide."""
    room = max(NARROWEST, width - names - 8)
    byline = f" ({plain(row.paper.byline)})" if row.paper.byline else ""
    lines = textwrap.wrap(f"[{row.number}] {plain(row.paper.title)}{byline}", width, subsequent_indent="    ")
    for name, cell in zip(columns, row.cells, strict=True):
        left = textwrap.wrap(plain(name), names) or [""]
        right = textwrap.wrap(plain(_signed(cell)), room) or [""]
        for place in range(max(len(left), len(right))):
            first = left[place] if place < len(left) else ""
            lines.append(f"    {first:<{names}}  {right[place] if place < len(right) else ''}".rstrip())
    return "\n".join(lines)


def _markdown(cell: Cell, number: int) -> str:
    if not cell.said:
        return f"*{UNSAID}*"
    return f"{_in_table(_signed(cell))}{f' [{number}]' if cell.claims else ''}"


def _in_table(text: str) -> str:
    r"""Return a text as Markdown for a cell of a table.

    >>> print(_in_table("a|b $|x|$ *c*"))
    a\|b $\vert{}x\vert{}$ \*c\*
    """
    pieces = (_without_pipes(piece) if formula else piece for piece, formula in formulas(plain(text)))
    return inline("".join(pieces)).replace("|", r"\|")


def _without_pipes(formula: str) -> str:
    return re.sub(r"\\?\|", lambda bar: r"\Vert{}" if len(bar[0]) > 1 else r"\vert{}", formula)


def _signed(cell: Cell) -> str:
    """Return the words of a cell, with a sign behind each claim that a reader should compare, and what differs."""
    return _marked(cell, lambda claim: "" if claim.standing in SOUND else f" {shown(claim).sign}{_differing(claim)}")


def _with_doubts(cell: Cell) -> str:
    """Return the words of a cell, with a word behind each claim that doesn't stand as it is."""
    return _marked(cell, lambda claim: "" if claim.standing in FINE else f" [{shown(claim).word}]{_differing(claim)}")


def _marked(cell: Cell, mark: Callable[[Claim], str]) -> str:
    return marked(cell.text, cell.claims, lambda claim, _: mark(claim)) if cell.said else UNSAID


def _differing(claim: Claim) -> str:
    return f" ({side_by_side(claim)})" if claim.standing is Standing.DIFFERS and claim.differences else ""


def _standings(comparison: Comparison) -> list[Standing]:
    """Return the standings of the table that a reader should know the signs of."""
    there = {claim.standing for row in comparison.rows for cell in row.cells for claim in cell.claims} - SOUND
    return [standing for standing in SHOWN if standing in there]


def _harmless(text: str) -> str:
    text = plain(text)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
