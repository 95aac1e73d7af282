"""What stands around an author's name and is none of it: addresses, ids, degrees, numbers of affiliations.

And what tells the parts of a name apart: suffixes, degrees, particles, given names.
"""

import re

from rag.text.author_names import NO_NAME, NO_PERSON, SUFFIXES

SUFFIX = re.compile(rf"(?:{'|'.join(sorted(SUFFIXES))}|junior|senior)\.?", re.IGNORECASE)
# Degrees and memberships that can't be initials; those that can be are taken for such only behind a comma.
SURE_DEGREE = (
    r"(?:Ph\.? ?D|D\.? ?Phil|M\.? ?Phil|M\.? ?Sc|B\.? ?Sc|Dr\.? ?P\.?H|M\.? ?P\.? ?H|Pharm\.? ?D"
    r"|Psy\.? ?D|Ed\.? ?D|Sc\.? ?D|D\.? ?Sc|"
    r"M\.? ?Ed|M\.? ?Eng|B\.? ?Eng|MBBS|MB ?Ch ?B|MBChB|MBA|MHSc|MHS|MScPH|DVM|DDS|DMD|LL\.?M|LL\.?B"
    r"|FRCPC?|FRCS|FRCPath|FACP|FACC|"
    r"FACS|FAHA|FESC|MRCP|MRCS|CCFP|CNM|MPA|MPP|MSN|BSN|PT|OTR|RPh|Dr\. ?(?:med|rer|ing)\.?(?: nat\.?)?"
    r"|Dipl\.-?\w{3,}\.?)"
)
ANY_DEGREE = rf"(?:{SURE_DEGREE}|M\.? ?D|D\.? ?O|J\.? ?D|R\.? ?N|M\.? ?A|B\.? ?A|M\.? ?S|B\.? ?S|Prof(?:essor)?|Dr)"
DEGREE = re.compile(rf"{ANY_DEGREE}\.?(?:[ ,/]+{ANY_DEGREE}\.?)*", re.IGNORECASE)
BEHIND = re.compile(rf"(?:,\s*{ANY_DEGREE}\.?(?=\s|,|\Z)|\s(?:{SURE_DEGREE})\.?(?=,|\s|\Z))+\s*\Z")
SURELY_BEHIND = re.compile(rf",\s*(?:{SURE_DEGREE}|Prof(?:essor)?|Dr)(?:\W|\Z)")
TITLES = re.compile(r"(?:(?:Prof(?:essor)?|Dr|Mr|Mrs|Ms)\.?\s+)+(?=[^\W\d_]{2,}.*\s|[A-Z]\.)")
MAIL = re.compile(r"\s*[<(\[]?\s*(?:e-?mail:?\s*)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+\s*[>)\]]?", re.IGNORECASE)
ORCID = re.compile(
    r"\s*[/<(\[]?\s*(?:orcid(?:\s?id)?:?\s*)?(?:https?://)?(?:www\.)?(?:orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]\s*[>)\]]?",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"\s*[<(\[]?\s*(?:https?://|www\.)\S+?[>)\]]?(?=\s|\Z)")
NUMBER = re.compile(r"\s*\((?:\d+|\d[\d, ]*)\)")  # that Scopus gives an author
SIGNS = re.compile(
    r"(?:[\u00b9\u00b2\u00b3\u2070-\u2079*\u2020\u2021\u00a7\u00b6#\u2709]|\[\d[\d, ]*\]|\\textsuperscript\{[^{}]*\})+"
)
AFFILIATED = re.compile(r"(?<=[^\W\d_A-Z]{2})\s?\d{1,2}(?:\s?,\s?\d{1,2})*(?=,|\s|\Z)")
GROUP = re.compile(r"(?:(?:on|in) behalf of|for|and) the (?=[A-Z].* \w)|^(?:on behalf of|for the) ", re.IGNORECASE)
HOMONYM = re.compile(r"\s\d{4}$")  # `Wei Wang 0001`
ET_AL = re.compile(
    r"[,\s]*(?:\bet\.?\s?al(?:ii)?\b|(?:\band |\A)(?:\d+ )?(?:others|more)\b|\band colleagues\b|…|\.\.\.)[\s.]*\Z",
    re.IGNORECASE,
)
NOBODY = frozenset(
    "anon anonymous anonymus null nan none n/a na unknown others et.al author authors unbekannt unlisted ohne".split()
) | {
    *("et al", "and others", "no author", "no authors listed", "no author name available", "no author id available"),
    *("author unknown", "unknown author", "not available", "no authors", "no author listed", "anonymous author"),
}
# What needs no look for what isn't part of it: words of letters, none of them one that tells of more than a name.
LETTERS = r"[^\W\d_\u00b2\u00b3\u00b9\u2070-\u2089]+"  # numbers set high or low are none
PLAIN_WORD = rf"{LETTERS}(?:[-'\u2019]{LETTERS})*\.?"
PLAIN = re.compile(rf"{PLAIN_WORD}(?:,? {PLAIN_WORD})*")
TELLING = frozenset(
    "et etal al alii others colleagues for on in behalf and und y the prof professor dr mr mrs ms".split()
)
# What most names of books and papers look like, told by one look: capitals begin names, and there are two or more.
CAPITAL, SMALL = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0141\u0160\u017d", "a-z\u00df-\u00f6\u00f8-\u00ff\u0142\u0161\u017e"
ORDINARY_WORD = rf"(?:[{CAPITAL}]['\u2019])?[{CAPITAL}][{SMALL}]+(?:-[{CAPITAL}][{SMALL}]+)*"
BEFORE_LAST = rf"(?:(?:{ORDINARY_WORD}|[{CAPITAL}]\.|[a-z]{{1,5}}) )"
ORDINARY = re.compile(
    rf"{BEFORE_LAST}+{ORDINARY_WORD}|{BEFORE_LAST}*{ORDINARY_WORD}, {BEFORE_LAST}*(?:{ORDINARY_WORD}|[{CAPITAL}]\.)"
)
# Words with which a name is none of these, a group's, or may end in a degree or a suffix; each with the sign behind it.
ODD_WORDS = TELLING.union(NO_PERSON, NO_NAME, " ".join(NOBODY).split())
ODD = frozenset(
    f"{form}{sign}"
    for word in (*ODD_WORDS, *"jr sr junior senior ii iii iv ph phil sc psy pharm ed eng".split())
    for form in (word, word.capitalize())
    for sign in ("", ".", ",")
)
PARTICLES = frozenset(
    "van von der den de del della di da do dos das du des la le el al bin ibn ter ten zu zur zum st st. saint san "
    "santa mac mc o d' l' abu ben bar dal dalla dello degli af av vom".split()
)


def is_ordinary(text: str) -> bool:
    """Tell, by one look, whether a text is as most names are, initials with their dots, and holds no second name.

    >>> [is_ordinary(text) for text in ("Ann van der Poe-Lee", "De Silva, Ann B.", "Poe AB", "Ann Poe and Bo Roe")]
    [True, True, False, False]
    """
    return ORDINARY.fullmatch(text) is not None and ODD.isdisjoint(text.split(" "))


def is_plain_name(text: str) -> bool:
    """Tell whether a text is one name, its family name perhaps in front, and nothing else: most need no more looks.

    >>> [is_plain_name(text) for text in ("Ann Poe", "J. R. van der Berg-Lee", "Poe, Ann B.", "Poe A", "Ann Poe MSc")]
    [True, True, True, False, False]
    """
    words = text.split(" ")
    last = words[-1]
    if is_ordinary(text):
        return "," not in text or (words[0][-1] == "," and not is_degree(last))
    if len(words) < 2 or not last.istitle() or is_suffix(last) or not PLAIN.fullmatch(text):
        return False
    if "," in text:
        if text.count(",") > 1 or words[0][-1] != "," or is_suffix(words[1]) or is_degree(last):
            return False
    elif len(last.rstrip(".")) < 2:
        return False
    if any(len(word) > 2 and word.isupper() for word in words) or text.casefold() in NOBODY:
        return False  # initials without dots, numbers of the same name
    return TELLING.isdisjoint(text.casefold().replace(".", " ").replace(",", " ").split())


def person_in(text: str) -> str:
    """Return the name in a text without what isn't part of it; empty when it names nobody.

    >>> person_in("Doe, Jane (jane@example.org)"), person_in("Ann Poe, PhD¹,²"), person_in("[Anonymous]")
    ('Doe, Jane', 'Ann Poe', '')
    """
    name = " ".join(text.split())
    if is_ordinary(name):
        return without_degrees(name) if "," in name and name.endswith(".") else name
    if not PLAIN.fullmatch(name) or not TELLING.isdisjoint(name.casefold().replace(".", " ").replace(",", " ").split()):
        for pattern in (ORCID, MAIL, ADDRESS, NUMBER, SIGNS, AFFILIATED, ET_AL):
            name = pattern.sub("", name)
        name = GROUP.sub("", TITLES.sub("", name), count=1)
    name = name.strip(" ,;&|").strip()
    name = without_degrees(name).strip(" ,;")
    return "" if name.casefold().strip(" .[]()<>-\u2013'\"") in NOBODY or not any(map(str.isalpha, name)) else name


def without_homonym_number(name: str) -> str:
    """Return a name without the number by which DBLP tells people of one name apart.

    >>> without_homonym_number("Wei Wang 0001")
    'Wei Wang'
    """
    return HOMONYM.sub("", name)


def without_degrees(name: str) -> str:
    """Return a name without degrees behind it; behind a family name alone are initials: `Kim, M. A.`, `Lee, MD`."""
    behind = BEHIND.sub("", name)
    first = behind.split()[:-1]
    is_family = "," in name and "," not in behind and all(map(is_particle, first))
    if is_family:
        return behind if SURELY_BEHIND.match(name, len(behind)) else name
    return behind if first or "," in name else name


INITIAL = re.compile(r"(?:[^\W\d_]\.-?){1,4}|[^\W\d_]")


def is_suffix(text: str) -> bool:
    """Tell whether a piece of a name says which of several of that name: `Jr.`, `III`."""
    return SUFFIX.fullmatch(text) is not None


def is_degree(text: str) -> bool:
    """Tell whether a piece is a degree, or several, and no name."""
    return DEGREE.fullmatch(text.strip()) is not None


def is_particle(word: str) -> bool:
    """Tell whether a word begins a family name of several words: `van`, `De`, `St.`."""
    return word.casefold() in PARTICLES or word[:1].islower()


def is_given(text: str) -> bool:
    """Tell whether a piece can only be given names: one word, or words of which the others are initials.

    >>> [is_given(text) for text in ("Jose", "Richard A.", "J. P.", "Jane Doe")]
    [True, True, True, False]
    """
    words = text.partition(",")[0].split()
    return bool(words) and all(INITIAL.fullmatch(word) for word in words[1:])
