"""The cells in what a model replied, however it put them: lines, a table, JSON, headings with text below them.

A cell is read only where the number or the name of a column that was asked for stands before it. It never raises.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rag.models.llms.json_values import json_values
from rag.models.llms.thinking.stream import without_thinking

LONGEST = 40_000  # characters of a reply that are read
LONGEST_CELL = 2_000
DEEPEST = 4  # lists and objects within each other
LABELS = ("column", "name", "field", "header", "title", "question", "key", "label", "id", "number", "index", "no", "n")
VALUES = ("cell", "value", "text", "answer", "content", "quote", "claim", "says", "summary", "response")
PLACES = ("sentences", "sentence", "evidence", "sources", "source", "citations", "citation", "lines", "refs")
HEAD = re.compile(
    r"[\s>#*_`|-]*(?:(?:column|no|number)\.?\s*)?[\[(]?(?P<number>\d{1,2})[\])]?[*_`]*"
    r"\s*[.:)=|\N{EN DASH}\N{EM DASH}-]+(?!\d)[*_`\s]*(?P<rest>.*)",
    re.IGNORECASE,
)
RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")
BAR = re.compile(r"(?<!\\)\|")
FENCE = re.compile(r"\s*(?:```|~~~)\w*\s*")
PLAIN = re.compile(r"[\W_]+")


def cells_in(reply: str, columns: Sequence[str]) -> dict[int, str]:
    r"""Return the cells of a reply by the place of their column, counted from 0; those it leaves out are missing.

    >>> cells_in("1: parsing [2]\n**data** - PTB\nand more", ["task", "data"])
    {0: 'parsing [2]', 1: 'PTB; and more'}
    >>> cells_in('{"task": "parsing", "data": null}', ["task", "data"])
    {0: 'parsing', 1: ''}
    """
    text = without_thinking(reply[:LONGEST])
    known = {_plain(name): place for place, name in reversed(list(enumerate(columns)))}
    found = _in_json(text, known) or _in_row(text, known) or _in_lines(text, known)
    return {place: cell.strip()[:LONGEST_CELL] for place, cell in sorted(found.items()) if 0 <= place < len(columns)}


def _in_lines(text: str, known: Mapping[str, int]) -> dict[int, str]:
    """Return the cells of lines that begin with a column; lines without one go on with the cell above."""
    found: dict[int, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if FENCE.fullmatch(line) or RULE.fullmatch(line):
            continue
        if not line.strip():
            current = current if current == [] else None  # behind a blank line only a cell that is still empty goes on
            continue
        place, rest = _headed(line, known)
        if place is not None:
            current = found.setdefault(place, [])
            if current:  # said again: the first counts
                current = []
        if current is not None and rest.strip():
            current.append(_bare(rest))
    return {place: "; ".join(lines) for place, lines in found.items()}


def _headed(line: str, known: Mapping[str, int]) -> tuple[int | None, str]:
    """Return the column with which a line begins, if it does, and the rest of the line."""
    line = line[:LONGEST_CELL]
    rest, place = line, None
    head = HEAD.fullmatch(line)
    if head and 1 <= int(head["number"]) <= len(known):
        place, rest = int(head["number"]) - 1, head["rest"]
    # The name may stand there in place of the number, or behind it.
    for cut in re.finditer(r"[:|\N{EN DASH}\N{EM DASH}=?]|\s-\s|\*\*|$", rest):
        named = known.get(_plain(rest[: cut.end()]))
        if named is not None and (place is None or named == place):
            return named, re.sub(r"\A[\s*_`:|=?\N{EN DASH}\N{EM DASH}-]+(?!\d)", "", rest[cut.end() :])
    return place, rest


def _bare(text: str) -> str:
    """Return a line without what makes it an item, a row or bold."""
    text = re.sub(r"\A\s*(?:[-*\N{BULLET}>]\s+|\|\s*)+|\s*\|\s*\Z", "", text.strip())
    return re.sub(r"\*\*|__|`", "", text).strip()


def _in_row(text: str, known: Mapping[str, int]) -> dict[int, str]:
    """Return the cells of a table that has the columns as its head, and one row."""
    lines = [line.strip() for line in text.splitlines() if line.count("|") >= 2 or "|" in line.strip(" |")]
    for head, rule, *rows in ((lines[n], lines[n + 1], *lines[n + 2 : n + 3]) for n in range(len(lines) - 2)):
        places = [known.get(_plain(cell)) for cell in _cells(head)]
        if RULE.fullmatch(rule) and sum(place is not None for place in places) >= max(2, len(known) // 2):
            cells = _cells(rows[0])
            return {place: _bare(cell) for place, cell in zip(places, cells, strict=False) if place is not None}
    return {}


def _cells(row: str) -> list[str]:
    return [cell.replace("\\|", "|").strip() for cell in BAR.split(row.strip().strip("|"))]


def _in_json(text: str, known: Mapping[str, int]) -> dict[int, str]:
    for value in json_values(text, fraction=str):
        if isinstance(value, dict | list) and (found := _of_value(value, known)):
            return found
    return {}


def _of_value(value: Any, known: Mapping[str, int], depth: int = 0) -> dict[int, str]:
    """Return the cells of a JSON value: by name or number, as objects that name their column, or as a list in order."""
    if depth > DEEPEST:
        return {}
    if isinstance(value, list):
        rows = [(_column(row, known), row) for row in value if isinstance(row, dict)]
        named = {place: _written(row) for place, row in rows if place is not None}
        listed = depth == 0 and len(value) == len(known) and all(isinstance(one, str | None) for one in value)
        if named or listed:
            return named or {place: _written(one) for place, one in enumerate(value) if len(known) > 1}
        return next((found for one in value if (found := _of_value(one, known, depth + 1))), {})
    if not isinstance(value, dict):
        return {}
    keyed = {place: _written(one) for name, one in value.items() if (place := _place(name, known)) is not None}
    if keyed:
        return keyed
    return next((found for one in value.values() if (found := _of_value(one, known, depth + 1))), {})


def _column(row: Mapping[str, Any], known: Mapping[str, int]) -> int | None:
    """Return the column that a JSON object is about."""
    named = (str(row[name]) for name in LABELS if isinstance(row.get(name), str | int))
    return next((place for name in named if (place := _place(name, known)) is not None), None)


def _place(name: str, known: Mapping[str, int]) -> int | None:
    """Return the column that a name or number means: `data`, `2`, `column 2`, `2. data`."""
    plain = _plain(name)
    number = re.fullmatch(r"(?:column|col|no|c)? ?(\d{1,2})(?P<name> .*)?", plain)
    if plain in known:
        return known[plain]
    if number is None or not 1 <= int(number[1]) <= len(known):
        return None
    return int(number[1]) - 1 if not number["name"] or known.get(number["name"].strip()) == int(number[1]) - 1 else None


def _written(value: Any) -> str:
    """Return a JSON value as the text of a cell; numbers of sentences beside it in brackets, as they are asked for."""
    if isinstance(value, dict):
        told = next((value[name] for name in VALUES if name in value), None)
        places = next((value[name] for name in PLACES if name in value), None)
        marks = "".join(f"[{number}]" for number in re.findall(r"\d{1,3}", str(places))) if places is not None else ""
        return f"{_written(told)} {marks}".strip()
    if isinstance(value, list):
        return "; ".join(filter(None, map(_written, value)))
    return "" if value is None or isinstance(value, bool) else " ".join(str(value).split())


def _plain(text: str) -> str:
    return PLAIN.sub(" ", text).strip().casefold()
