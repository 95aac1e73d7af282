"""A list or an object that a program printed into a cell: Python's, JSON's, numpy's. Read as data, never run."""

import ast
import json
import re
import warnings
from typing import Any

LONGEST = 200_000  # characters
DEEPEST = 30  # brackets in brackets, of which the parser takes only so many
STRING = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\""""
# Of numpy's: `array([...], dtype=object)`, and values with only blanks between them.
ARRAY = re.compile(
    rf"({STRING})|\b(?:np\.|numpy\.)?array\(|,\s*dtype=[\w.<>'\"]+\s*(?=\))|\b(nan|NaN|null|true|false|<NA>|NaT)\b",
    re.DOTALL,
)
SIDE_BY_SIDE = re.compile(rf"({STRING}|\}}|\])(\s+)(?=['\"\{{\[])", re.DOTALL)
NOTHING = {"true": "True", "false": "False"}


def printed_value(text: str) -> Any:
    """Return the list, the tuple or the object that a text is the print of; None when it is none.

    >>> printed_value("[{'name': 'Ann Ash', 'url': nan}]"), printed_value("array(['A', 'B'], dtype=object)")
    ([{'name': 'Ann Ash', 'url': None}], ['A', 'B'])
    """
    text = text.strip()
    if len(text) > LONGEST or not text.endswith(("]", ")", "}")) or not text.startswith(("[", "(", "{", "array(")):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _evaluated(text)
    return value if isinstance(value, list | tuple | dict) else None


def _evaluated(text: str) -> Any:
    if max(map(text.count, "[({")) > LONGEST // 10 or _depth(text) > DEEPEST:
        return None
    plain = SIDE_BY_SIDE.sub(r"\1,\2", ARRAY.sub(_as_python, text))
    try:
        with warnings.catch_warnings(action="ignore"):  # of odd escapes
            return ast.literal_eval(plain)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _as_python(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    return NOTHING.get(found[2], "None") if found[2] else "(" if found[0].endswith("(") else ""


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "[({") - (character in "])}")
        deepest = max(deepest, depth)
    return deepest
