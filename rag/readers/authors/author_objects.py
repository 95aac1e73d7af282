"""The name of an author who is an object: whole, or in parts, whatever a source calls them."""

import re
from collections.abc import Mapping
from typing import Any

FAMILY = ("family", "familyname", "familynames", "last", "lastname", "surname", "lname", "secondname")
GIVEN = ("given", "givenname", "givennames", "first", "firstname", "forename", "forenames", "fname")
MIDDLE = ("middle", "middlename", "middlenames", "mname")
INITIALS = ("initials", "initial")
PARTICLES = ("droppingparticle", "nondroppingparticle", "particle")
SUFFIX = ("suffix", "namesuffix", "generation")
# A whole name, the better first.
WHOLE = ("displayname", "fullname", "name", "literal", "collective", "collectivename", "preferredname", "authorname",
         "rawauthorname", "rawname", "creatorname", "label", "text", "value", "author", "creator", "person",
         "contributor")  # fmt: skip
ROLES = ("creatortype", "role", "type", "contributortype")
OTHER_ROLES = frozenset(
    "editor translator serieseditor bookauthor reviewedauthor reviewer contributor illustrator".split()
)


def name_in(values: Mapping[Any, Any]) -> str:
    """Return the name that an object holds, `Family, Given` where it has the parts; empty when it holds none.

    >>> name_in({"first": "Ann", "middle": ["M."], "last": "De Silva"}), name_in({"author": {"name": "Ann Ash"}})
    ('De Silva, Ann M.', 'Ann Ash')
    """
    named = {re.sub(r"[\W_]", "", str(key)).lower(): value for key, value in values.items()}
    if str(next((named[role] for role in ROLES if role in named), "")).lower() in OTHER_ROLES:
        return ""
    family, given = _first(named, FAMILY), _first(named, GIVEN) or _first(named, INITIALS)
    if family and given:
        particles = " ".join(filter(None, (_text(named.get(name)) for name in PARTICLES)))
        middle = _first(named, MIDDLE)
        parts = (
            " ".join(filter(None, (particles, family))),
            _first(named, SUFFIX),
            " ".join(filter(None, (given, middle))),
        )
        return ", ".join(filter(None, parts))
    return _first(named, WHOLE) or family or given


def _first(named: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := _text(named.get(name)))), "")


def _text(value: Any) -> str:
    """Return a text, texts in a row as one, or the name within an object."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return name_in(value) if len(value) < 50 else ""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    return ""
