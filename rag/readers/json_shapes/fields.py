"""What a field of JSON holds, whatever type it has: texts, dates, lists, a field within a field.

Nothing here raises: what isn't what it should be is as if it were absent.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from numbers import Real
from typing import Any

LONGEST_DATE = 100  # characters
MOST_TEXTS = 1_000  # of a list: sentences of an abstract, or parts of it
NOTHING = frozenset(("nan", "inf", "-inf", "NaT"))  # what Python and pandas write for what is missing
DEEPEST = 5  # lists and objects around a text
# Where an object keeps its text: OpenReview, JSON-LD, XML turned into JSON, MongoDB, DataCite, INSPIRE.
INNER = (
    *("value", "@value", "$t", "$", "#text", "_text", "text", "content", "$oid", "$numberInt", "$numberLong", "$date"),
    *("description", "abstract", "title", "name", "id", "url"),
)
LABELLED = frozenset(("text", "value", "#text", "content"))
UNTELLING = frozenset(("abstract", "summary", "unlabelled"))  # labels that say nothing
LABELS = ("label", "@label", "heading", "section", "nlmcategory")  # what a part of a structured abstract is called
MILLISECONDS = (100_000_000_000, 4_000_000_000_000)  # since 1970, as pandas and OpenReview date: 1973 to 2096
LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


def texts_of(value: Any) -> list[str]:
    """Return all texts of a value in their order, without white space around them; of several languages English first.

    >>> texts_of([{"label": "AIM", "text": "To rest."}, 3]), texts_of({"de": "Wir ruhen.", "en": "We rest."})
    (['AIM: To rest.', '3'], ['We rest.', 'Wir ruhen.'])
    """
    if isinstance(value, str):
        return [found] if (found := value.strip()) else []
    return list(islice(_texts(value, 0), MOST_TEXTS))


def text_of(value: Any) -> str:
    """Return the first text of a value, empty when it holds none."""
    if isinstance(value, str):
        return value.strip()
    if type(value) is int:  # as years and ids are; the way below takes ten times as long
        return str(value)
    if type(value) is float and value.is_integer():  # an id or a year in a column of pandas that has gaps
        return str(int(value))
    return next(_texts(value, 0), "")


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


def year_of(value: Any) -> str:
    """Return a date as text that names its year: a number, a text, CSL's parts, milliseconds since 1970.

    >>> year_of({"date-parts": [[2020, 5]]}), year_of(1690000000000), year_of("2021-03"), year_of(None)
    ('2020', '2023', '2021-03', '')
    """
    if isinstance(value, dict):
        parts = text_of(value.get("date-parts"))
        return (
            parts
            or next(filter(None, (text_of(value.get(name)) for name in ("year", "raw", "literal"))), "")
            or text_of(value)
        )
    if isinstance(value, int | float) and MILLISECONDS[0] < value < MILLISECONDS[1]:
        return str(datetime.fromtimestamp(value / 1000, UTC).year)
    return text_of(value)[:LONGEST_DATE]


def in_languages(value: Any) -> bool:
    """Tell whether an object holds a text by language: `{"en": "We rest.", "de": "Wir ruhen."}`."""
    return isinstance(value, dict) and bool(value) and len(value) < 100 and all(map(LANGUAGE.fullmatch, value))


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if found := value.strip():
            yield found
    elif depth == DEEPEST or value is None or isinstance(value, bool):
        return
    elif isinstance(value, list | tuple):
        for one in value[:MOST_TEXTS]:
            yield from _texts(one, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth + 1)
    elif isinstance(value, Real | date) and (found := str(value)) not in NOTHING:
        yield found


def _of_object(value: dict[str, Any], depth: int) -> Iterator[str]:
    inner = next((name for name in INNER if name in value), None)
    if inner is not None:
        label = next((found for name in LABELS if isinstance(found := value.get(name), str) and found.strip()), "")
        label = "" if label.strip().casefold() in UNTELLING else label
        for one in _texts(value[inner], depth):
            yield f"{label.strip()}: {one}" if label and inner in LABELLED else one
    elif in_languages(value):
        for language in sorted(value, key=lambda name: not name.startswith("en")):
            yield from _texts(value[language], depth)
