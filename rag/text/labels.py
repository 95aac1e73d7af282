"""Names that people give to what they keep: collections and tags. How they are stored, and when two are the same."""

import unicodedata

from rag.errors import QuestionError

LONGEST = 80  # characters
SHOWN = 60  # characters of an unusable name that an error repeats
UNUSABLE = {"Cc", "Cs"}  # what a terminal would obey, and halves of characters, which no file can hold


def one_line(text: str) -> str:
    """Return a text on one line without anything that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() or c.isspace() else "" for c in text).split())


def label(name: str, what: str) -> str:
    """Return a name as it is stored: trimmed, its letters composed (NFC). `what` it is of, for errors.

    Raises QuestionError unless it has 1 to LONGEST characters, of which one can be seen and none controls.

    >>> label("  Related  work ", "collection")
    'Related work'
    """
    found = " ".join(unicodedata.normalize("NFC", name).split())
    if not any(unicodedata.category(c)[0] not in "CZ" for c in found):
        msg = f"A {what} needs a name of 1 to {LONGEST} characters. Name one."
        raise QuestionError(msg)
    if any(unicodedata.category(c) in UNUSABLE for c in found):
        msg = f"The {what} {one_line(found)[:SHOWN]!r} has characters that no name can have. Type it anew."
        raise QuestionError(msg)
    if len(found) > LONGEST:
        msg = f"The {what} {found[:SHOWN]!r}… has {len(found):,} characters, at most {LONGEST} fit: shorten it."
        raise QuestionError(msg)
    return found


def label_key(name: str) -> str:
    """Return by what two names are compared: case doesn't count.

    >>> label_key("Straße") == label_key("STRASSE"), label_key("a") == label_key("ä")
    (True, False)
    """
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", name).split()).casefold())
