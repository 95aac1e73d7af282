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


def authors_of(value: Any) -> list[str]:
    """Return the names in a value of any kind: a text, a list of texts or objects, one object."""
    if isinstance(value, str):
        return authors_in(value)
    if isinstance(value, dict):
        return [name] if (name := str(value.get("name", ""))) else []
    return [name for one in value for name in authors_of(one)] if isinstance(value, list) else []


def authors_in(text: str, *, separator: str | None = None) -> list[str]:
    """Return the names in a text, as they are shown, whatever stands between them.

    `separator` is what is known to stand between names, and then nothing else does; None when it isn't known.
    """
    if text.startswith("["):
        names = [one or other for one, other in LISTED.findall(text)]
    elif separator:
        names = text.split(separator)
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
