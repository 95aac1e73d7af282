"""Authors of formats that have one a field: each as it is shown, also where a program put several into one field.

A list in one value (a cell, JSON) is rag.readers.author_lists'.
"""

import re
from collections.abc import Iterable, Iterator

from rag.text.author_names import displayed, parse_name, with_initials

# What programs put behind a name: mail addresses, ORCID iDs, numbers of affiliations, Scopus' numbers.
BEHIND = re.compile(
    r"[\s,;]*(?:[(<\[]?\s?[^\s@()<>\[\]]+@[^\s@()<>\[\]]+[)>\]]?|\(?(?:ORCID:?\s?)?(?:https?://orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]\)?"
    r"|\(\d+\)|(?<=[^\W\d_])\s?\d{1,2}(?:,\d{1,2})*|\((?:AUTHOR|author)\))\s*$"
)
LAST = re.compile(r",?\s+(?:&|and)\s+")
COMMA = re.compile(r"\s*,\s*")
INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")


def authors_of_fields(fields: Iterable[str]) -> list[str]:
    """Return the authors that stand in these fields, in order.

    >>> authors_of_fields(["Doe, Jane", "Roe, R.; Poe, A."]), authors_of_fields(["van der Berg J.-P.", "WHO"])
    (['Jane Doe', 'R. Roe', 'A. Poe'], ['J.-P. van der Berg', 'WHO'])
    """
    names = [name for field in fields for name in _parted(field)]
    ordered = any("," in name for name in names)  # then one without is no `Doe J.`
    return [displayed(name) if ordered else with_initials(name) for name in names]


def _parted(field: str) -> Iterator[str]:
    """Yield the names in a field, written as they are there."""
    field = field.strip(" ,;\t")
    if ";" in field:
        yield from (found for name in field.split(";") if (found := _alone(name)))
        return
    field = _alone(field)
    parts = LAST.split(field)
    if len(parts) > 1 and all(map(_is_person, parts)):
        yield from (name for part in parts for name in _between_commas(part))
    elif field:
        yield from _between_commas(field)


def _between_commas(text: str) -> Iterable[str]:
    """Return the names of `Doe, J., Roe, R.`, `Doe J, Roe R` or `Jane Doe, Richard Roe, Ann Poe`; else the text."""
    parts = COMMA.split(text)
    if len(parts) > 3 and len(parts) % 2 == 0 and all(map(INITIALS.fullmatch, parts[1::2])):
        return (f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))
    if len(parts) > 1 and all(with_initials(part) != part for part in parts):  # Doe J, Roe RA
        return parts
    if len(parts) > 2 and all(" " in part and parse_name(part).given for part in parts):
        return parts
    return [text]


def _is_person(part: str) -> bool:
    """Tell whether a part of a list is a name by itself, or a list of such."""
    names = list(_between_commas(part))
    return len(names) > 1 or bool(" " in part and parse_name(part).given)


def _alone(name: str) -> str:
    """Return a name without what stands behind it."""
    while (shorter := BEHIND.sub("", name)) != name:
        name = shorter
    return name.strip(" ,;\t")
