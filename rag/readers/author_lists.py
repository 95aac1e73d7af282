"""The authors of a paper, each by name, from whatever a source gives: a cell of a table, a list, objects.

For every format whose authors aren't one a field.
"""

import re
from typing import Any

from rag.text.author_names import displayed, with_initials

LISTED = re.compile(r"""'([^']+)'|"([^"]+)\"""")
AND = re.compile(r",?\s+and\s+")
COMMA = re.compile(r"\s*,\s*")
NUMBER = re.compile(r"\s*\(\d+\)")  # that Scopus gives an author
INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
INITIALLED = re.compile(r"[^,]*\S,? (?:[A-Z]\.?[ -]?){1,4}")


def authors_in(text: str) -> list[str]:
    """Return the names in a text, as they are shown, whatever stands between them."""
    if text.startswith("["):
        names = [one or other for one, other in LISTED.findall(text)]
    elif ";" in text or "\n" in text:
        names = re.split(r"[;\n]", text)
    else:
        names = [name for part in AND.split(text) for name in _parted(COMMA.split(part))]
    names = [found for name in names if (found := NUMBER.sub("", name).strip())]
    initialled = all(INITIALLED.fullmatch(name) for name in names)
    return [displayed(with_initials(name) if initialled else name) for name in names]


def _parted(parts: list[str]) -> list[str]:
    """Return the names of a list with commas: `A. Lee, B. Roe`, `Lee, Ann` or `Lee, A., Roe, B.`."""
    if len(parts) == 2 and (" " not in parts[0] or parts[0][0].islower()):
        return [", ".join(parts)]
    if len(parts) % 2 == 0 and all(INITIALS.fullmatch(part) for part in parts[1::2]):
        return [f"{given} {family}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    return parts


# A stub: the names that objects give the parts of a name, until `authors_of` of the texts' part is here.
WHOLE = ("literal", "name", "fullname", "displayname", "authorname", "text", "collectivename", "organization", "value")
GIVEN = ("given", "firstname", "givenname", "givennames", "forename", "forenames", "first")
MIDDLE, SUFFIX = ("middle", "middlename"), ("suffix",)
PARTICLES = ("droppingparticle", "nondroppingparticle")
FAMILY = ("family", "lastname", "familyname", "surname", "keyname", "last")


def authors_of(value: Any) -> list[str]:
    """Return the names in a text, a list or an object, as they are shown, in order."""
    if isinstance(value, str):
        return authors_in(re.sub(r"\s+and\s+", ";", value) if ";" in value else value)
    if isinstance(value, dict):
        return [name] if (name := _of_object(value)) else []
    if isinstance(value, list | tuple):
        return [name for one in value for name in (_alone(one) if isinstance(one, str) else authors_of(one))]
    return []


def _alone(text: str) -> list[str]:
    return authors_in(text) if ";" in text else [displayed(text.strip())] if text.strip() else []


def _of_object(person: dict[str, Any]) -> str:
    parts = {re.sub(r"[\W_]", "", name).casefold(): value for name, value in person.items()}

    def part(names: tuple[str, ...]) -> str:
        for name in names:
            found = parts.get(name)
            if isinstance(found, list):
                found = " ".join(one for one in found if isinstance(one, str))
            if isinstance(found, str) and found.strip():
                return found.strip()
        return ""

    if family := part(FAMILY):
        pieces = (part(GIVEN), part(MIDDLE), part(PARTICLES[:1]), part(PARTICLES[1:]), family, part(SUFFIX))
        return " ".join(filter(None, pieces))
    return displayed(part(WHOLE) or part(GIVEN))
