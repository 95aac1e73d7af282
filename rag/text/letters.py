"""Letters folded to plain ones: without accents, and those that Unicode takes for letters of their own spelled out.

Full-text search, titles as they are compared, and citation keys all fold by this one table. Catalogs hold an index of
what comes out of it: whoever changes it adds a migration that makes the index anew.
"""

import unicodedata

# Letters that Unicode doesn't take apart into one of the alphabet and an accent.
LOWER = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "ß": "ss"}
UPPER = {"Ø": "O", "Ł": "L", "Đ": "D", "Ħ": "H", "Æ": "AE", "Œ": "OE"}
LETTERS = str.maketrans(LOWER | UPPER)
# In a title ħ is Planck's constant over 2π, which is not h.
COMPARED = str.maketrans({letter: plain for letter, plain in LOWER.items() if letter != "ħ"})
# Icelandic's have no one spelling; only citation keys, which have to be ASCII, choose one.
ICELANDIC = str.maketrans({"ð": "d", "þ": "th"})


def plain_letters(text: str) -> str:
    """Return a text with letters of their own spelled out; case and accents stay.

    >>> plain_letters("Sørensen, Æon, Łódź")
    'Sorensen, AEon, Lódź'
    """
    return text if text.isascii() else text.translate(LETTERS)


def without_accents(text: str) -> str:
    """Return a text taken apart (NFKD), without its accents and other combining marks.

    >>> without_accents("Poincaré, ﬁne")
    'Poincare, fine'
    """
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def folded(text: str) -> str:
    """Return a text as it is compared: case and accents don't count, letters of their own are spelled out.

    >>> folded("Ørsted, Gödel, Straße")
    'orsted, godel, strasse'
    """
    return without_accents(unicodedata.normalize("NFKD", text).casefold()).translate(COMPARED)


def ascii_alphanumeric(text: str) -> str:
    """Return the letters and digits of a text as lower-case ASCII; others are left out.

    >>> ascii_alphanumeric("Łukasz"), ascii_alphanumeric("Müller-Lüdenscheidt"), ascii_alphanumeric("王")
    ('lukasz', 'mullerludenscheidt', '')
    """
    plain = folded(text).translate(ICELANDIC)
    return "".join(character for character in plain if character.isascii() and character.isalnum())
