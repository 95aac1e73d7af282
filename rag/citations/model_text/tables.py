"""Tables in a model's Markdown: which line is a row, which only draws the table, what a row says and which it cites."""

import re
from collections.abc import Container, Sequence
from itertools import takewhile

from rag.citations.model_text.forms.shielding import HIDE
from rag.citations.model_text.reference_lists import heads_references

NUMBERS = re.compile(r"\s*\d{1,2}(?:\s?[,;&]\s?\d{1,2}){0,8}\s*")
RULE = re.compile(r"(?:\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?|(?:[-*_]\s*){3,})")

BAR = re.compile(r"(?<!\\)\|")  # between two cells
LOOSE, ESCAPE = chr(HIDE[ord("|")]), chr(HIDE[ord("\\")])  # a bar that is put aside, in code or a formula
ESCAPED = re.compile(rf"\\([|{LOOSE}])")
CITES = re.compile(r"\[\d")  # a marker, or what looks like one and isn't put aside


def is_row(line: str) -> bool:
    """Tell whether a line is a row of a table.

    >>> is_row("| a | b |"), is_row("|x| is a norm."), is_row("P(A|B)")
    (True, False, False)
    """
    bare = line.strip()
    return bare.startswith("|") and bare.endswith("|") and bare.count("|") > 2


def is_rule(line: str) -> bool:
    """Tell whether a line draws something and says nothing: below a table's head, or between two parts.

    >>> is_rule("|---|:-:|"), is_rule("---"), is_rule("- a")
    (True, True, False)
    """
    return RULE.fullmatch(line.strip()) is not None


def whole_tables(text: str) -> str:
    r"""Return a text whose tables are drawn in full: bars around every row, a rule below the head, rows of one length.

    Code and formulas have to be put aside (`shielded`); their bars are escaped, for Markdown would part cells there.

    >>> print(whole_tables("Method | Rank\n--- | ---\nLoRA | low"))
    | Method | Rank |
    | --- | --- |
    | LoRA | low |
    """
    lines = text.split("\n")
    done: list[str] = []
    at = 0
    while at < len(lines):
        rows = _table_at(lines, at)
        done += _drawn(lines[at : at + rows]) if rows else [lines[at]]
        at += rows or 1
    return "\n".join(done)


def _table_at(lines: Sequence[str], at: int) -> int:
    """Return how many lines the table has that begins at a line; 0 when none does."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    ruled = "|" in following and is_rule(following) and len(_cells(lines[at])) == len(_cells(following))
    if not BAR.search(lines[at]) or is_rule(lines[at]) or not (ruled or (is_row(lines[at]) and is_row(following))):
        return 0
    if not ruled and (CITES.search(lines[at]) or len(_cells(lines[at])) != len(_cells(following))):
        return 0
    rows = takewhile(lambda line: BAR.search(line) if ruled else is_row(line), lines[at:])
    return len(list(rows))


def _drawn(rows: Sequence[str]) -> list[str]:
    """Return the rows of a table in full; as they are when nothing is missing."""
    cells = [_cells(row) for row in rows]
    most = max(map(len, cells))
    ruled = is_rule(rows[1])
    if ruled and all(
        is_row(row) and len(of_row) == most and LOOSE not in row for row, of_row in zip(rows, cells, strict=True)
    ):
        return list(rows)
    rule = [*(cells[1] if ruled else ()), *["---"] * most][:most]
    body = [[*of_row, *[""] * (most - len(of_row))] for of_row in (cells[0], *cells[1 + ruled :])]
    drawn = [_joined(of_row) for of_row in (body[0], rule, *body[1:])]
    return [re.sub(rf"(?<![\\{ESCAPE}]){LOOSE}", rf"\\{LOOSE}", row) for row in drawn]


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _cells(row: str) -> list[str]:
    bare = row.strip().removeprefix("|")
    return [cell.strip() for cell in BAR.split(bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare)]


def row_text(row: str) -> str:
    """Return what a row says: its cells, one after the other.

    >>> row_text("| LoRA |  low rank | |")
    'LoRA, low rank'
    """
    return ", ".join(ESCAPED.sub(r"\1", cell.strip()) for cell in BAR.split(row) if cell.strip())


def with_cited_columns(text: str, sources: Container[int]) -> str:
    r"""Return a text whose tables have markers where they had bare numbers below a heading such as "Source".

    >>> with_cited_columns("| What | Source |\n|---|---|\n| It is 2 | 1, 2 |", {1, 2}).splitlines()[-1]
    '| It is 2 | [1][2] |'
    """
    lines = text.split("\n")
    columns: list[int] = []
    for place, line in enumerate(lines):
        if not is_row(line):
            columns = columns if is_rule(line) else []
            continue
        cells = line.split("|")
        if place + 1 < len(lines) and is_rule(lines[place + 1]):
            columns = [number for number, cell in enumerate(cells) if cell.strip() and heads_references(cell)]
        for column in columns:
            numbers = NUMBERS.fullmatch(cells[column]) if column < len(cells) else None
            told = [int(one) for one in re.findall(r"\d+", numbers[0])] if numbers else []
            if told and all(number in sources for number in told):
                cells[column] = f" {''.join(f'[{number}]' for number in told)} "
        lines[place] = "|".join(cells)
    return "\n".join(lines)
