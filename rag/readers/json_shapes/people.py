"""The authors of an object of JSON, out of what holds them: `{"author": [...]}`, creators with roles, wrapped names.

What a name is made of is told by rag.readers.authors.author_lists.
"""

from collections.abc import Mapping
from typing import Any

from rag.readers.authors.author_lists import authors_of
from rag.readers.json_shapes.fields import text_of
from rag.readers.json_shapes.names import Plan
from rag.text.name_parts import without_homonym_number

HOLDERS = ("author", "authors", "creator", "creators", "person", "value", "node", "data")
ROLES = ("creatorType", "creator_type", "role", "contributorType", "type")
AUTHORS = frozenset(
    ("author", "authors", "aut", "first author", "creator", "presenter", "inventor", "artist", "programmer")
)
NOT_AUTHORS = frozenset(
    "editor editors translator contributor serieseditor bookauthor reviewedauthor recipient supervisor advisor".split()
)


def names_in(values: Mapping[str, Any], named: Plan) -> list[str]:
    """Return the authors that an object names, as they are shown, in order."""
    for name in named.get("authors", ()):
        if found := names_of(values[name]):
            return found
    return []


def names_of(value: Any) -> list[str]:
    """Return the authors that a field holds, as they are shown, in order."""
    if isinstance(value, dict):
        inner = next((value[name] for name in HOLDERS if isinstance(value.get(name), list | dict)), None)
        value = inner if isinstance(inner, list) else [value if inner is None else inner]
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        value = [_bare(one) for one in _authors_among(value) if one is not None]
    return authors_of(value)


def _authors_among(people: list[Any]) -> list[Any]:
    """Return those who wrote it; all where nobody's part is said, or nobody is an author."""
    roles = [_role(one) for one in people]
    if not any(roles):
        return people
    authors = [one for one, role in zip(people, roles, strict=True) if role in AUTHORS]
    return authors or [one for one, role in zip(people, roles, strict=True) if role not in NOT_AUTHORS] or people


def _role(person: Any) -> str:
    return next(
        (role.casefold() for name in ROLES if isinstance(person, dict) and (role := text_of(person.get(name)))), ""
    )


def _bare(person: Any) -> Any:
    """Return a person without what is wrapped around the name."""
    if not isinstance(person, dict):
        return person
    inner = next((person[name] for name in HOLDERS if person.get(name)), None)
    if isinstance(inner, str | dict):
        return inner
    if "@pid" in person:
        return without_homonym_number(text_of(person))
    return person
