"""Text as a source gives it to the text that is stored, shown and cited. Offsets refer to what comes out of here."""

import unicodedata


def clean(text: str) -> str:
    """Return a text on one line: control characters dropped, runs of white space made one space."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())


def without_controls(text: str) -> str:
    """Return a text without its control characters, otherwise as it is."""
    return "".join(c for c in text if c == "\t" or unicodedata.category(c) != "Cc")
