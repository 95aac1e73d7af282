"""Grades in what a model replied, however it put them: lines, a table, JSON, a ranking, with thinking in front.

A grade is read only behind the number of a paper that was asked about. What can't be read is no grade. It never raises.
"""

import re
from typing import Any

from rag.models.llms.json_values import json_values
from rag.models.llms.thinking.stream import without_thinking

LONGEST = 40_000  # characters of a reply that are read
LONGEST_LINE = 1_000  # characters of a line: the patterns may look at each of them many times
DEEPEST = 4  # lists and objects within each other
PLACES = ("paper", "number", "id", "n", "no", "index", "source", "document", "doc", "passage", "paper_id")
GRADES = ("grade", "score", "relevance", "rating", "relevance_score", "value")
RANKINGS = ("ranking", "order", "ranked", "rank")

NAME = r"(?:paper|source|document|doc|passage|abstract|number|no|id)"
HEAD = re.compile(rf"[\W_]*{NAME}?[\s.#*_(\[]*(?P<number>\d{{1,4}})(?![\d.]*\d)[\])*_`\s]*(?P<rest>.*)", re.IGNORECASE)
VALUE = r"(?P<grade>-?\d+(?:\.\d+)?)(?![\d.]*\d)"
BEHIND = re.compile(
    rf"[.:=|,)\]\s*_`\N{{EN DASH}}\N{{EM DASH}}>-]*(?:[a-z]+\s*[:=|]\s*)?[*_`\s\[(]*{VALUE}(?=\W|\Z)", re.IGNORECASE
)
SAID = re.compile(rf"\b(?:grade|score|relevance|rating)[*_`\s]*(?:[:=|]|is)[*_`\s\[(]*{VALUE}", re.IGNORECASE)
LAST = re.compile(rf"[:=|>\N{{EN DASH}}\N{{EM DASH}}-][\s*_`(\[]*{VALUE}\s*(?:/\s*\d+)?[\s*_`)\].|]*\Z")
RANKED = re.compile(
    rf"[\s*_`]*\[?(?:{NAME}\s*)?\d{{1,4}}\]?(?:\s*(?:>|,|=)+\s*\[?(?:{NAME}\s*)?\d{{1,4}}\]?)+[\s.*_`]*", re.IGNORECASE
)


def grades_in(reply: str, asked: int) -> dict[int, float]:
    r"""Return the grades of a reply by the number of their paper, 1 to `asked`; papers without one are left out.

    Of a ranking, `[3] > [1] > [2]`, each paper gets how many come behind it.

    >>> grades_in("1: 7\n- **Paper 2** - 10/10\n| 3 | 0 |", 3)
    {1: 7.0, 2: 10.0, 3: 0.0}
    >>> grades_in("[2] > [3] > [1]", 3)
    {2: 2.0, 3: 1.0, 1: 0.0}
    """
    text = without_thinking(reply[:LONGEST])
    found = _in_json(text, asked) or _in_ranking(text, asked) or _in_lines(text)
    return {number: grade for number, grade in found.items() if 1 <= number <= asked}


def _in_lines(text: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for line in text.splitlines():
        head = HEAD.match(" ".join(line.split())[:LONGEST_LINE])
        if head is None:
            continue
        rest = head["rest"]
        grade = BEHIND.match(rest) or SAID.search(rest) or LAST.search(rest)
        if grade:
            found.setdefault(int(head["number"]), float(grade["grade"]))
    return found


def _in_ranking(text: str, asked: int) -> dict[int, float]:
    """Return the grades of the last line that puts papers in an order; commas count only between all of them."""
    for line in reversed(text.splitlines()):
        if len(line) > LONGEST_LINE or not RANKED.fullmatch(line):
            continue
        numbers = [int(number) for number in re.findall(r"\d+", line)]
        if ">" in line or sorted(numbers) == list(range(1, asked + 1)):
            return _by_order(numbers)
    return {}


def _by_order(numbers: list[int]) -> dict[int, float]:
    order = list(dict.fromkeys(numbers))
    return {number: float(len(order) - place) for place, number in enumerate(order, start=1)}


def _in_json(text: str, asked: int) -> dict[int, float]:
    for value in json_values(text):
        if found := _of_value(value, asked):
            return found
    return {}


def _of_value(value: Any, asked: int, depth: int = 0) -> dict[int, float]:
    """Return the grades of a JSON value: by number, as objects, as a list in the papers' order, or as a ranking."""
    if depth > DEEPEST or not value:
        return {}
    if isinstance(value, list):
        rows = [(_place(row), _grade(row)) for row in value if isinstance(row, dict)]
        found = {place: grade for place, grade in rows if place is not None and grade is not None}
        numbers = [grade for one in value if (grade := _plain_number(one)) is not None]
        listed = len(numbers) == len(value) == asked > 1 and depth
        return found or (dict(enumerate(numbers, start=1)) if listed else {})
    if not isinstance(value, dict):
        return {}
    for name, one in value.items():
        if name.casefold() in RANKINGS and isinstance(one, list):
            order = [place for row in one if (place := _whole(row) or _place(row)) is not None]
            return _by_order(order)
    keyed = {number: _grade(one) for name, one in value.items() if (number := _whole(name)) is not None}
    graded = {number: grade for number, grade in keyed.items() if grade is not None}
    if graded:
        return graded
    return next((found for one in value.values() if (found := _of_value(one, asked, depth + 1))), {})


def _place(row: Any) -> int | None:
    if not isinstance(row, dict):
        return None
    return next((number for name in PLACES if (number := _whole(row.get(name))) is not None), None)


def _grade(row: Any) -> float | None:
    if isinstance(row, dict):
        return next((grade for name in GRADES if (grade := _plain_number(row.get(name))) is not None), None)
    return _plain_number(row)


def _plain_number(value: Any) -> float | None:
    """Return a JSON number, or one written as text (`7`, `7/10`); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    match = re.fullmatch(r"\s*(-?\d{1,6}(?:\.\d{1,6})?)\s*(?:/\s*\d+)?\s*", str(value)[:40])
    return float(match[1]) if match else None


def _whole(value: Any) -> int | None:
    """Return the number of a paper: `3`, `[3]`, `paper 3`."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match = re.fullmatch(r"\D{0,12}(\d{1,4})\]?", str(value)[:40])
    return int(match[1]) if match else None
