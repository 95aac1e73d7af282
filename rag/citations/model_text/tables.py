"""Tables in a model's Markdown: which line is a row, which only draws the table, and what a row says."""

import re

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
