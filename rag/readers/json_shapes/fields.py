"""What a field of JSON holds, whatever type it has: text, dates, lists, a field within a field.

Nothing here raises: what isn't what it should be is as if it were absent.
"""

import math
from collections.abc import Mapping
from typing import Any

LONGEST_DATE = 100  # characters


def text_of(value: Any) -> str:
    """Return a text or a number as text without white space around it; of a list the first of its texts."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return next(filter(None, map(text_of, value[:10])), "")
    if isinstance(value, float) and not math.isfinite(value):
        return ""  # Python writes NaN for what is missing
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def text(values: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that holds text or a number."""
    for name in names:
        if (value := values.get(name)) is not None and (found := text_of(value)):
            return found
    return ""


def within(value: Any, *names: str) -> Any:
    """Return the field of a field of a value; None where it isn't there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and of anything else an empty one."""
    return value if isinstance(value, list) else []


def dated(*values: Any) -> str:
    """Return all that may name a year: numbers, dates; the first year in it counts."""
    return " ".join(str(one)[:LONGEST_DATE] for one in values if isinstance(one, str | int | float))
