"""Filters as people write them, on the command line and on the page."""

import re

from rag.errors import QuestionError
from rag.records import Filters


def read_years(text: str) -> tuple[int | None, int | None]:
    """Return the first and the last year of `2020`, `2018..2021`, `2020..` or `..2015`; None where it is open.

    Raises QuestionError for anything else but nothing.

    >>> read_years("2018..2021"), read_years("..2015"), read_years("")
    ((2018, 2021), (None, 2015), (None, None))
    """
    match = re.fullmatch(r"(\d{4})|(\d{4})?\s*\.\.+\s*(\d{4})?|", text.strip())
    if match is None:
        msg = f"The years {text.strip()!r} can't be read. Write 2020, 2018..2021, 2020.. or ..2015"
        raise QuestionError(msg)
    single, first, last = match.groups()
    first, last = single or first, single or last
    if first and last and first > last:
        msg = f"No year is from {first} on and up to {last}. Swap the two."
        raise QuestionError(msg)
    return int(first) if first else None, int(last) if last else None


def read_filters(years: str | None, origin: str | None, title: str | None) -> Filters:
    """Return the filters that are written; what is empty bounds nothing. Raises QuestionError."""
    first, last = read_years(years or "")
    return Filters(first, last, origin or None, (title or "").strip() or None)
