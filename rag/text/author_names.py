"""An author's name as its parts: family name, given name, suffix; and as it is shown, `Given Family Suffix`.

Which word is the family name is decided as BibTeX does: the last one, with the particles before it. What doesn't look
like a person's name (a collaboration, one word, digits, odd characters) stays whole.
"""

import re
import unicodedata
from typing import NamedTuple

SUFFIXES = frozenset({"jr", "sr", "2nd", "3rd", "ii", "iii", "iv"})
JOINTS = frozenset("'’-‐.·")  # noqa: RUF001  (what stands between the letters of a name)
NO_PERSON = frozenset(
    "academy agency alliance and others association authority bureau center centre centers centres collaboration "
    "collaborative collaborators commission committee company consortium corporation council department federation "
    "foundation group groups hospital inc initiative institute institutes investigators laboratory laboratories "
    "labs ltd ministry nations network organisation organization panel program programme project registry research "
    "society societies study team trialists university workgroup".split()
)
NO_NAME = frozenset(("et", "for", "of", "the"))  # in lower case

LETTERS = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?"  # noqa: RUF001
CAPITALS = (
    "A-Z\u00c0-\u00d6\u00d8-\u00de\u0410-\u042f\u0141\u0160\u017d"  # with which a given name of one letter may begin
)
ORDINARY = re.compile(rf"({LETTERS}(?: {LETTERS})*), ({LETTERS}(?: {LETTERS})*)")
INITIALS = re.compile(rf"(\S.*?),? ((?:[{CAPITALS}]\.?[ -]?){{1,4}})(?: (Jr|Sr|2nd|3rd|II|III|IV))?\.?")
LAST_INITIALS = re.compile(r"(?:[^\W\d_]\.-?){1,4}")
WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0002ffff]+")
BEHALF = re.compile(r"(?:(?:on|in) behalf of|for) (?:the )?(?=[^\W\d_])", re.IGNORECASE)
TELLING = SUFFIXES | NO_PERSON | NO_NAME  # what makes a name another one than `Family, Given`


class Name(NamedTuple):
    """An author's name. `given` is empty when the name is not a person's or has one part: then it is a unit."""

    family: str
    given: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)

    @property
    def in_byline(self) -> str:
        """The name as a byline gives it: `King Jr.`."""
        return f"{self.family} {self.suffix}".rstrip()


def parse_name(author: str) -> Name:
    """Return the parts of an author's name, written as `Given Family` or `Family, Given`.

    >>> parse_name("Guido van Rossum"), parse_name("King, Jr., Martin Luther")
    (Name(family='van Rossum', given='Guido', suffix=''), Name(family='King', given='Martin Luther', suffix='Jr.'))
    >>> parse_name("ATLAS Collaboration")
    Name(family='ATLAS Collaboration', given='', suffix='')
    """
    text = (
        BEHALF.sub("", " ".join(author.split()), count=1)
        if author[:4].lower() in {"for ", "on b", "in b"}
        else " ".join(author.split())
    )
    parts = [part.split() for part in text.split(",")]
    if not all(parts) or not all(_is_of_a_person(word) for part in parts for word in part):
        return Name(text)
    match parts:
        case [words]:
            name = _in_order(words)
        case [words, [suffix]] if _is_suffix(suffix):
            name = _in_order([*words, suffix])
        case [family, [*given, suffix]] if given and _is_suffix(suffix):  # as PubMed has it
            name = Name(" ".join(family), " ".join(given), suffix)
        case [family, given]:
            name = Name(" ".join(family), " ".join(given))
        case [family, [suffix], given] if _is_suffix(suffix):
            name = Name(" ".join(family), " ".join(given), suffix)
        case [family, given, [suffix]] if _is_suffix(suffix):
            name = Name(" ".join(family), " ".join(given), suffix)
        case _:
            return Name(text)
    return name if name.given else Name(text)


def surname(author: str) -> str:
    """Return the family name of an author as a reference gives it; of a collaboration its whole name.

    >>> surname("Martin Luther King Jr."), surname("van Rossum, Guido"), surname("ATLAS Collaboration")
    ('King', 'van Rossum', 'ATLAS Collaboration')
    """
    return parse_name(author).family


def named_in_byline(author: str) -> str:
    """Return an author's name as a byline gives it: the family name with its suffix, of a collaboration all of it.

    >>> named_in_byline("Martin Luther King Jr."), named_in_byline("ATLAS Collaboration"), named_in_byline("Doe J.")
    ('King Jr.', 'ATLAS Collaboration', 'Doe')
    """
    return parse_name(author).in_byline


def displayed(author: str) -> str:
    """Return an author's name as it is shown.

    >>> displayed("King, Jr., Martin Luther"), displayed("Ada Lovelace"), displayed("CERN, Geneva Team")
    ('Martin Luther King Jr.', 'Ada Lovelace', 'CERN, Geneva Team')
    """
    if "," not in author:
        return author
    ordinary = ORDINARY.fullmatch(author)
    if ordinary and TELLING.isdisjoint(author.replace(",", "").replace(".", "").casefold().split()):
        if not author.isascii() and WITHOUT_SPACES.fullmatch(ordinary[1] + ordinary[2]):
            return f"{ordinary[1]}{ordinary[2]}"
        return f"{ordinary[2]} {ordinary[1]}"
    return str(parse_name(author))


def with_initials(author: str) -> str:
    """Return a name as it is shown that is written as PubMed and Scopus do, the initials last.

    >>> with_initials("van der Berg JA Jr"), with_initials("Müller K.-R."), with_initials("Ada Lovelace")
    ('JA van der Berg Jr', 'K.-R. Müller', 'Ada Lovelace')
    """
    found = INITIALS.fullmatch(author)
    return " ".join(part.strip() for part in (found[2], found[1], found[3]) if part) if found else author


def _in_order(words: list[str]) -> Name:
    """Return the name that is displayed as these words, given name first unless its initials stand last (`Doe J.`)."""
    if len(words) > 1 and LAST_INITIALS.fullmatch(words[-1]) and not LAST_INITIALS.fullmatch(words[0]):
        return Name(" ".join(words[:-1]), words[-1])
    suffix = words[-1] if len(words) > 2 and _is_suffix(words[-1]) else ""
    words = words[:-1] if suffix else words
    last = len(words) - 1
    particles = () if _is_lower(words[0]) else (n for n in range(1, last) if _is_lower(words[n]))
    start = next(iter(particles), last)
    return Name(" ".join(words[start:]), " ".join(words[:start]), suffix)


def _is_of_a_person(word: str) -> bool:
    if word.casefold().strip(".") in NO_PERSON or word.strip(".") in NO_NAME or not any(map(str.isalpha, word)):
        return False
    return _is_suffix(word) or all(c.isalpha() or c in JOINTS or unicodedata.category(c).startswith("M") for c in word)


def _is_suffix(word: str) -> bool:
    return word.casefold().strip(".") in SUFFIXES


def _is_lower(word: str) -> bool:
    return next(c for c in word if c.isalpha()).islower()
