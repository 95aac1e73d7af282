"""Names of authors as sources write them: `Ashish Vaswani`, `Vaswani, Ashish`, `A. Vaswani`, `Vaswani A`."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rag.text.author_names import SUFFIXES
from rag.text.titles import plain

NO_PART = SUFFIXES | {"phd", "md"}  # of no name that is matched
WITHIN = str.maketrans("", "", "{}$'\u2019-")  # what may stand inside of a name: O'Neil, Jean-Paul
NOBODY = frozenset({"et al", "others", "and others", "anonymous"})


class AuthorKey(NamedTuple):
    """The last word of a family name, and the first given name or its initial (empty when unknown), folded."""

    family: str
    given: str
    words: frozenset[str]


@lru_cache(maxsize=20_000)
def author_key(author: str) -> AuthorKey | None:
    """Return the name of an author; None when it holds none, only initials.

    >>> author_key("van der Maaten, Laurens")[:2], author_key("Maaten LJP")[:2], author_key("A. B.")
    (('maaten', 'laurens'), ('maaten', 'l'), None)
    """
    family, comma, given = author.partition(",")
    if comma and _words(given) and set(_words(given)) <= NO_PART:
        comma = given = ""  # John Smith, Jr.
    whole = _words(author)
    if " ".join(whole) in NOBODY:
        return None
    if comma:
        first, last = _words(given), _words(family)
    else:
        parts = [part for part in family.split() if not set(_words(part)) <= NO_PART] or family.split()
        initials = re.fullmatch(r"[A-Z]{1,3}", unicodedata.normalize("NFC", parts[-1])) if len(parts) > 1 else None
        if initials and not parts[0].isupper():
            first, last = [parts[-1][0].lower()], _words(" ".join(parts[:-1]))
        else:
            first, last = _words(" ".join(parts[:-1])), _words(" ".join(parts[-1:]))
    long = [word for word in last if len(word) > 1 or not word.isascii()]
    if not long:
        return None
    return AuthorKey(long[-1], first[0] if first else "", frozenset(whole))


def first_author(authors: tuple[str, ...]) -> str | None:
    """Return family name and initial of the first author, as a key; None when unknown."""
    name = author_key(authors[0]) if authors else None
    return f"{name.family} {name.given[:1]}" if name else None


def share_an_author(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Tell whether two lists of authors have one in common; also when a list names nobody."""
    one, other = ([name for author in authors if (name := author_key(author))] for authors in (left, right))
    return not one or not other or any(_same(a, b) for a in one for b in other)


def _same(one: AuthorKey, other: AuthorKey) -> bool:
    if one.words == other.words:
        return True
    # Wei Wang may be W. Wang, but isn't Wen Wang.
    return one.family == other.family and (one.given.startswith(other.given) or other.given.startswith(one.given))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", plain(text).translate(WITHIN))
