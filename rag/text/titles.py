"""Titles as identity sees them: what may differ between two ways to write one title, and what may not.

Pure functions over text, for merging and for finding a paper by its title.
"""

import html
import re
import unicodedata
from functools import lru_cache

from rag.text.letters import folded
from rag.text.words import stem, stems

LITTLE = frozenset("a an the of on in for to toward towards and by from via using with".split())
# What makes another paper of a title that is otherwise the same.
NOTICES = frozenset(
    "addendum amendment appendix comment commentary comments corrected correction corrections corrigenda corrigendum "
    "discussion editorial errata erratum introduction preface protocol rejoinder reply response retracted retraction "
    "revisited supplement supplementary supplemental update updated withdrawal withdrawn without not non no".split()
)
# In front of a title: a work about the paper of that title, and the paper itself, marked as retracted.
ABOUT = re.compile(
    r"\W*(?:(?:(?:author|publisher|editorial)(?:\W?s)? )?(?:errat(?:um|a)|corrigend(?:um|a)|corrections?"
    r"|addendum|amendment)"
    r"|re|(?:a |in )?(?:comments?|commentary|reply|response|rejoinder)(?= (?:on|to)\b)"
    r"|(?:notice of )?(?:retraction|withdrawal)(?! of)"
    r"|expression of concern)(?: (?:notice|note))?(?:\s?:|\s+(?:to|for|on|of)\b)",
    re.IGNORECASE,
)
RETRACTED = re.compile(
    r"\W*(?:(?:retracted|withdrawn|removed)(?: (?:article|paper|chapter"
    r"|publication))?\s?[:.\u2013\u2014\])-]+|\[?(?:retracted|withdrawn)\]?:?(?= [A-Z]))\s*",
    re.IGNORECASE,
)
ROMAN = re.compile(r"\b(?:I{1,3}|IV|VI{0,3}|I?X|XI{1,3})\b")
PART = re.compile(
    r"\b(?:part|volume|vol|chapter|series|supplement|version|phase|stage|type)\.?\s+([a-z])\b", re.IGNORECASE
)
SUBTITLE = re.compile(r"\s*(?::\s|\s[-\u2013\u2014]+\s|\u2014|\?\s|\.\s|\s\()")
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
GREEK = {chr(code): unicodedata.name(chr(code)).split()[-1].lower() for code in range(0x3B1, 0x3CA)}
GREEK_NAMES = frozenset(GREEK.values())
# Letters that a LaTeX command stands for, and that Unicode takes for letters of their own.
COMMANDS = {"ss": "ss", "o": "o", "O": "o", "l": "l", "L": "l", "ae": "ae", "AE": "ae", "oe": "oe", "OE": "oe",
            "aa": "a", "AA": "a", "i": "i", "j": "j", "ell": "l"}  # fmt: skip
AMERICAN = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"(?<=[a-z]{3})is(?=(?:e[drs]?|ing|ation|ations|able)$)", "iz"),
        (r"ys(?=(?:e[drs]?|ing)$)", "yz"),
        (r"(?<=[a-z]{3})our", "or"),
        (r"(?<=[a-z]{2}[bt])re$", "er"),
        (r"ll(?=(?:ing|ed|er|ers)$)", "l"),
        (r"[ao]e", "e"),
        (r"ogue", "og"),
        (r"ence$", "ense"),
        (r"mme$", "m"),
    )
)


def plain(title: str) -> str:
    """Return a title in lower case without accents, tags, entities and LaTeX; Greek letters by name."""
    if title.isascii() and not set(title) & set("<&\\"):
        return title.lower()  # most are, and this is asked of every name
    text = TAG.sub(" ", html.unescape(title))
    text = COMMAND.sub(
        lambda match: COMMANDS.get(match[1]) or (match[1] if match[1].lower() in GREEK_NAMES else " "), text
    )
    return "".join(GREEK.get(c, c) for c in folded(text).replace("&", " and "))


def title_key(title: str) -> str:
    """Return the letters and digits of a title, folded: case, accents, punctuation, spaces, markup don't count."""
    return _alphanumeric(plain(title)) or _alphanumeric(unicodedata.normalize("NFKD", title).casefold())


def _alphanumeric(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def wording(title: str) -> tuple[str, ...]:
    """Return the words of a title as they are compared: stems in American spelling, little words left out."""
    # Braces and dollars stand inside of words: {B}ayesian.
    found = re.findall(r"[^\W_]+", re.sub(r"[{}$'\u2019]", "", plain(title)))
    return tuple(stem(_american(word)) for word in found if word not in LITTLE)


@lru_cache(maxsize=100_000)
def _american(word: str) -> str:
    for british, american in AMERICAN:
        word = british.sub(american, word)
    return word


def marks(title: str) -> frozenset[str]:
    """Return what tells papers of a series apart: numbers, parts, and that one is a correction or a reply."""
    text = re.sub(r"[{}$]", "", title)
    found = {*re.findall(r"\d+", unicodedata.normalize("NFKC", text)), *ROMAN.findall(text)}
    found |= {f"part {match[1].lower()}" for match in PART.finditer(text)}
    return frozenset(found | (set(re.findall(r"[a-z]+", plain(title))) & NOTICES))


def almost_equal(one: str, other: str) -> bool:
    """Tell whether two titles may be one: a spelling, a typing mistake or a subtitle apart, and no mark."""
    if marks(one) != marks(other):
        return False
    left, right = wording(one), wording(other)
    if "".join(left) == "".join(right):
        return True
    if "".join(wording(_main(one))) == "".join(right) or "".join(left) == "".join(wording(_main(other))):
        return True
    different = [(a, b) for a, b in zip(left, right, strict=False) if a != b]
    return len(left) == len(right) and len(different) == 1 and len(left) > 1 and _mistyped(*different[0])


def is_about_another(title: str) -> bool:
    """Tell whether a title says that the work is about the paper which the rest of it names: an erratum, a reply.

    >>> [is_about_another(title) for title in ("Erratum to: Quiet lattices", "Reply to Ash", "Response times")]
    [True, True, False]
    """
    return ABOUT.match(title) is not None


def without_retraction(title: str) -> str:
    """Return a title without the mark that its paper was retracted.

    >>> without_retraction("RETRACTED ARTICLE: Quiet nets"), without_retraction("Retraction notice to: Quiet nets")
    ('Quiet nets', 'Retraction notice to: Quiet nets')
    """
    return title[found.end() :] if (found := RETRACTED.match(title)) else title


def _main(title: str) -> str:
    """Return a title without its subtitle."""
    return SUBTITLE.split(html.unescape(title).strip(), maxsplit=1)[0]


def _mistyped(one: str, other: str) -> bool:
    """Tell whether two words are one letter apart: one more, less, another, or two that changed places."""
    if min(len(one), len(other)) < 5:
        return False
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(map(len, (one, other)))
    )
    swapped = one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    # Another first letter is another word more often than a mistake: inductive, deductive.
    return at > 1 and (
        one[at + 1 :] in {other[at:], other[at + 1 :]} or one[at:] == other[at + 1 :] or swapped == other[at:]
    )


def is_named(title: str, question: str) -> bool:
    """Tell whether a question names a paper: by its title, or by what stands before the title's colon."""
    asked = set(stems(question))
    names = [set(stems(name)) for name in (title, title.split(":", maxsplit=1)[0])]
    return any(name and name <= asked for name in names)
