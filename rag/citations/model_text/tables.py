"""Tables in a model's Markdown: which line is a row, which only draws the table, what a row says and which it cites."""

import re
from collections.abc import Container

from rag.citations.model_text.reference_lists import heads_references

NUMBERS = re.compile(r"\s*\d{1,2}(?:\s?[,;&]\s?\d{1,2}){0,8}\s*")
RULE = re.compile(r"(?:\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?|(?:[-*_]\s*){3,})")


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


def row_text(row: str) -> str:
    """Return what a row says: its cells, one after the other.

    >>> row_text("| LoRA |  low rank | |")
    'LoRA, low rank'
    """
    return ", ".join(cell.strip() for cell in row.split("|") if cell.strip())


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
