"""Filters as people write them, on the command line and on the page."""

import re

from rag.errors import QuestionError
from rag.records import Filters

# Between two years stand dots, or a dash of whatever length, as typed or as a word processor makes it.
BETWEEN = r"\s*(?:\.\.+|…|[-\u2010-\u2015\u2212])\s*"


def read_years(text: str) -> tuple[int | None, int | None]:
    """Return the first and the last year of `2020`, `2018..2021`, `2018-2021`, `2020..` or `..2015`.

    None where it is open. Raises QuestionError for anything else but nothing.

    >>> read_years("2018..2021"), read_years("2018 - 2021"), read_years("..2015"), read_years("")
    ((2018, 2021), (2018, 2021), (None, 2015), (None, None))
    """
    match = re.fullmatch(rf"(\d{{4}})|(\d{{4}})?{BETWEEN}(\d{{4}})?|", text.strip(), re.ASCII)
    if match is None:
        msg = f"The years {text.strip()!r} can't be read. Write 2020, 2018..2021, 2018-2021, 2020.. or ..2015"
        raise QuestionError(msg)
    single, first, last = match.groups()
    first, last = single or first, single or last
    if first and last and first > last:
        msg = f"No year is from {first} on and up to {last}. Swap the two."
        raise QuestionError(msg)
    return int(first) if first else None, int(last) if last else None


def read_filters(  # noqa: PLR0913  (one argument a filter)
    years: str | None,
    origin: str | None,
    title: str | None,
    collection: str | None = None,
    tag: str | None = None,
    *,
    without_retracted: bool = False,
) -> Filters:
    """Return the filters that are written; what is empty bounds nothing. Raises QuestionError."""
    first, last = read_years(years or "")
    title, collection, tag = ((text or "").strip() or None for text in (title, collection, tag))
    return Filters(first, last, origin or None, title, collection, tag, without_retracted=without_retracted)
