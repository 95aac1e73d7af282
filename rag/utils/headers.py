"""Headers of HTTP as a person writes them into a setting."""

import re

NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
BETWEEN = re.compile(rf"\s*\n\s*|\s*,\s*(?={NAME}:\s)")  # a comma may be part of a value


def header_table(text: str) -> dict[str, str]:
    """Return headers by name of `NAME: VALUE, NAME: VALUE`, or one a line.

    Raises ValueError, whose text holds nothing of them, for anything else.

    >>> header_table("Authorization: Bearer abc, X-Team: papers")
    {'Authorization': 'Bearer abc', 'X-Team': 'papers'}
    """
    table: dict[str, str] = {}
    for entry in filter(None, BETWEEN.split(text.strip())):
        name, _, value = entry.partition(":")
        value = value.strip()
        if not re.fullmatch(NAME, name) or not value or not all(" " <= letter <= "~" for letter in value):
            msg = "it must look like Authorization: Bearer abc, X-Team: papers, in ASCII"
            raise ValueError(msg)
        table[name] = value
    return table
