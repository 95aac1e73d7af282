"""The authors of a paper, each by name, from whatever a source gives: a cell, a list, objects, a printed list.

For every format whose authors aren't one a field. How a list is written is told by its signs; what isn't part of a
name goes (rag.text.name_parts), and names are shown given name first.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from rag.readers.authors.author_objects import name_in
from rag.readers.authors.printed_lists import printed_value
from rag.text.author_names import CAPITALS, NO_PERSON, WITHOUT_SPACES, displayed, with_initials
from rag.text.name_parts import (
    is_degree,
    is_given,
    is_ordinary,
    is_particle,
    is_plain_name,
    is_suffix,
    person_in,
    without_degrees,
)

MOST = 10_000  # authors of a paper
DEEPEST = 5  # lists in lists
LONGEST_NAME = 500  # characters; a longer one is none, and not worth the search
BLANKS = re.compile(" {2,}")  # in which a search for separators would get lost
SURE = re.compile(r"\s*(?:[;\n\r\t\uff1b\u3001\uff0c]|\|+|\s[\u00b7\u2022/]{1,2}\s|<br ?/?>)\s*")
AND = re.compile(r"(?:,\s*)?\s(?:and|&|und|et|y)\s+(?!al\b)|,\s*&\s*")
COMMA = re.compile(r"\s*,\s*")
INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]{0,2}|[A-Z][ -]?){1,4}")
INITIALLED = re.compile(
    rf"[^,]*[^\W\d_.]{{2}}[^,]*?,? (?:[{CAPITALS}]\.?[ -]?){{1,4}}(?: (?:Jr|Sr|2nd|3rd|II|III|IV)\.?)?"
)
WHOLE = re.compile(r"(?:[^\W\d_]\.[ -]?){1,4} ?[^\W\d_.]{2}.*")
DOTTED = re.compile(r"[^,.]*[^\W\d_]{2}[^,.]*,? (?:[^\W\d_]{1,2}\.[ -]?){1,4}")


def authors_in(text: str, separator: str | None = None) -> list[str]:
    """Return the names in a text, given name first. `separator` is what stands between two, where that is known.

    >>> authors_in("Garcia Marquez, Jose", ";"), authors_in("Doe, J.A., Roe, R. & Poe, A.")
    (['Jose Garcia Marquez'], ['J.A. Doe', 'R. Roe', 'A. Poe'])
    """
    text = text.strip()
    if text[:1] in "[({a" and (value := printed_value(text)) is not None:
        return authors_of(value)
    names = text.split("; ")
    if (separator in {None, ";"}) and (len(names) > 1 or separator) and (found := _at_once(names)) is not None:
        return found
    return _shown(_separated(text, separator))


def authors_of(value: Any) -> list[str]:
    """Return the names in a value of any kind, given name first: a text, a list, objects with parts of names.

    >>> authors_of([{"given": "Jane", "family": "Doe"}, "Roe, Richard"]), authors_of("['Jane Doe', 'Ann Poe']")
    (['Jane Doe', 'Richard Roe'], ['Jane Doe', 'Ann Poe'])
    """
    if isinstance(value, str):
        return authors_in(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        found = _at_once(value)
        if found is not None:
            return found
    return _shown(_names(value, DEEPEST)[:MOST])


def _at_once(names: list[str]) -> list[str] | None:
    """Return names given name first where each is surely one, as nearly all are; None where any needs more looks."""
    names = names[:MOST]
    if len(names) > 1 and all(map(is_ordinary, names)):
        return [_given_first(name) if "," in name else name for name in names]
    return [displayed(name) for name in names] if all(map(is_plain_name, names)) else None


def _given_first(name: str) -> str:
    """Return an ordinary name with its family name in front as it is shown."""
    if name.endswith("."):  # initials, or a degree
        return displayed(without_degrees(name))
    family, _, given = name.partition(", ")
    return f"{given} {family}"


def _names(value: Any, depth: int) -> list[str]:
    """Return the names that a value holds, as they are written."""
    if hasattr(value, "tolist"):
        value = value.tolist()  # numpy's arrays
    if isinstance(value, str):
        return [value]
    if depth and isinstance(value, Mapping):
        return _names_in(value, depth)
    if not depth or not isinstance(value, list | tuple):
        return []
    if all(isinstance(one, list | tuple) and len(one) == 3 and _is_arxivs(one) for one in value):
        return [", ".join(filter(None, (one[0], one[2], one[1]))) for one in value]
    if len(value) == 1 and isinstance(value[0], str):  # perhaps a list in one text
        return [name for one in _several(value[0].strip()) for name in _parted(_pieces(one))]
    return [name for one in value for name in (_several(one) if isinstance(one, str) else _names(one, depth - 1))]


def _is_arxivs(parts: Sequence[Any]) -> bool:
    """Tell whether three texts are family name, given names and suffix, nearly always empty, as arXiv keeps them."""
    family, given, suffix = parts
    return isinstance(family, str) and isinstance(given, str) and (suffix == "" or is_suffix(str(suffix)))


def _names_in(values: Mapping[Any, Any], depth: int) -> list[str]:
    """Return the name of an object, or those of the objects in it: by column, by number, or one in another."""
    columns = {key: list(value) for key, value in values.items() if isinstance(value, list | tuple)}
    if columns and not name_in({key: value for key, value in values.items() if key not in columns}):
        rows = [dict(zip(columns, row, strict=True)) for row in zip_longest(*columns.values(), fillvalue="")]
        if names := [name for row in rows if (name := name_in(row))]:
            return names
    if name := name_in(values):
        return [name]
    keys = [str(key).lower() for key in values]
    if all(key.isdigit() for key in keys) or any(key in {"author", "authors", "creator", "creators"} for key in keys):
        return [
            name
            for one in values.values()
            for name in (_several(one) if isinstance(one, str) else _names(one, depth - 1))
        ]
    return []


# --- A text taken apart


def _separated(text: str, separator: str | None) -> list[str]:
    """Return the names that stand in a text."""
    text = BLANKS.sub(" ", text)
    if separator and separator.strip() in {"", ","}:
        separator = None  # which also stands within names
    if separator and separator not in text and _is_surely_a_list(text):
        separator = None  # other rows part names by it, this one by something else
    if separator:
        return text.split(separator)
    if SURE.search(text):
        return [name for part in SURE.split(text) for name in _several(part)]
    parts = [part for part in AND.split(text) if part.strip(" ,")] if AND.search(text) else [text]
    pieces = [_pieces(part) for part in parts]
    if len(parts) > 1:
        if _is_one_group(text, parts):
            return [text]
        if all(len(one) <= 2 for one in pieces) and len(pieces[-1]) == 2:
            return [", ".join(one) for one in pieces]  # BibTeX's: Family, Given and Family, Given
    return [name for one in pieces for name in _parted(one)]


def _is_surely_a_list(text: str) -> bool:
    """Tell whether a text has several names though not what other rows write between two: `Lee, A., & Roe, B.`."""
    parts = AND.split(text)
    joined = len(parts) > 1 and not _is_one_group(text, parts) and all(len(one.split()) > 1 for one in parts)
    persons = len(_pieces(text)) > 2 and _is_of_persons(text)
    return bool(SURE.search(text)) or (joined and _is_of_persons(text)) or persons


def _is_of_persons(text: str) -> bool:
    return (NO_PERSON - {"and", "others"}).isdisjoint(re.split(r"[\s,.;&]+", text.casefold()))


def _several(text: str) -> list[str]:
    """Return the names in one that a list already parts from the others: nearly always that one."""
    if is_ordinary(text):
        return [text]
    text = BLANKS.sub(" ", text)
    if SURE.search(text):
        return [part for part in SURE.split(text) if part]
    parts = AND.split(text)
    if (
        len(parts) > 1
        and not _is_one_group(text, parts)
        and all(len(part.replace(",", " ").split()) > 1 for part in parts)
    ):
        return parts
    return [text]


def _is_one_group(text: str, parts: list[str]) -> bool:
    """Tell whether an `and` is part of a group's name: `Department of Health and Human Services`."""
    words = {word.casefold().strip(".,") for word in text.split()}
    grouped = words & (NO_PERSON - {"and", "others"} | {"of", "for"})
    return len(parts) == 2 and "," not in text and bool(grouped)


def _pieces(text: str) -> list[str]:
    """Return what commas part, suffixes left with their names and degrees left out."""
    pieces: list[str] = []
    for piece in COMMA.split(text.strip(" ,")):
        if pieces and is_suffix(piece):
            pieces[-1] += f", {piece}"
        elif piece and not (pieces and is_degree(piece)):
            pieces.append(piece)
    return pieces


def _parted(pieces: list[str]) -> list[str]:
    """Return the names of a list with commas: `A. Lee, B. Roe`, `Lee, Ann` or `Lee, A., Roe, B.`."""
    families, given = pieces[::2], pieces[1::2]
    if len(pieces) > 2 and all(map(WITHOUT_SPACES.fullmatch, pieces)):
        return pieces  # whole names in Chinese characters, of which no comma parts family and given name
    if not pieces or WHOLE.fullmatch(pieces[0]) or INITIALLED.fullmatch(pieces[0]):
        return pieces
    if len(pieces) == 2 and (
        is_particle(pieces[0].split()[0])
        or is_given(pieces[1])
        or len(pieces[0].replace(",", " ").split()) == 1
        or _has_suffix(pieces[0], pieces[1])
    ):
        return [", ".join(pieces)]
    if len(pieces) % 2 == 0 and all(INITIALS.fullmatch(piece) for piece in given):
        return [f"{family}, {names}" for family, names in zip(families, given, strict=True)]
    if (
        len(pieces) > 2
        and len(pieces) % 2 == 0
        and all(map(is_given, given))
        and all(" " not in family or is_particle(family.split()[0]) or "," in family for family in families)
    ):
        return [f"{family}, {names}" for family, names in zip(families, given, strict=True)]
    return pieces


def _has_suffix(family: str, given: str) -> bool:
    """Tell whether a family name has its suffix before the given name: `Smith, Jr., John`."""
    return "," in family and " " not in family.partition(",")[0] and "," not in given


# --- Shown


def _shown(names: list[str]) -> list[str]:
    """Return names given name first, what belongs to none left out."""
    found = [name for one in names if len(one) <= LONGEST_NAME and (name := person_in(one))]
    groups = {name for name in found if _is_group(name)}
    initialled = all(name in groups or INITIALLED.fullmatch(name) for name in found)
    return [_displayed(name, initialled=initialled and name not in groups) for name in found]


def _displayed(name: str, *, initialled: bool) -> str:
    by_initials = initialled or (name[-1] in ".- " and DOTTED.fullmatch(name))
    return displayed(with_initials(name) if by_initials else name)


def _is_group(name: str) -> bool:
    return not NO_PERSON.isdisjoint(name.casefold().split())
