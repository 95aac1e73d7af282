"""Authors' names as references give them: initials in any script that has them."""

import re
import unicodedata

from rag.text.author_names import Name

UNDIVIDED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")  # scripts in which a given name has no initial
LONGEST_INITIALS = 3  # letters that are written as one word: Berg JAM


def named(name: Name) -> Name:
    """Return a name as a reference can set it; one in Chinese, Japanese or Korean stays as it is written.

    >>> named(Name("Lovelace", "Ada")), named(Name("明", "李"))
    (Name(family='Lovelace', given='Ada', suffix=''), Name(family='李明', given='', suffix=''))
    """
    if not name.given or not _is_undivided(name.family + name.given):
        return name
    return Name(re.sub(r"\s", "", str(name)) if len(str(name)) <= 5 else str(name))


def initials(name: Name) -> str:
    """Return the initials of a given name; words in lower case stay whole.

    >>> initials(Name("Sartre", "Jean-Paul")), initials(Name("Berg", "JA")), initials(Name("Δεσποτόπουλος", "Γιάννης"))
    ('J.-P.', 'J. A.', 'Γ.')
    """
    words = re.sub(r"(?<=\w)\.(?=\w)", ". ", name.given).split()  # J.A. is two
    return " ".join(
        _initials(word, written_as_such=not name.family.isupper() or len(word) == 1)
        for word in words
        if word.strip(".-")
    )


def _initials(word: str, *, written_as_such: bool) -> str:
    bare = word.replace(".", "")
    if word.islower():
        return word
    if written_as_such and bare.isupper() and bare.isalpha() and 1 < len(bare) <= LONGEST_INITIALS:
        return " ".join(f"{letter}." for letter in bare)
    return "-".join(f"{_first(part)}." for part in re.split(r"[-‐]", word) if part.strip("."))  # noqa: RUF001


def _first(word: str) -> str:
    """Return the first letter of a word with its accents and vowel signs, without what stands before it."""
    start = next((place for place, sign in enumerate(word) if sign.isalpha()), 0)
    end = start + 1
    while end < len(word) and unicodedata.category(word[end]).startswith("M"):
        end += 1
    return word[start:end]


def _is_undivided(text: str) -> bool:
    return any(unicodedata.name(letter, "").startswith(UNDIVIDED) for letter in text)
