"""A claim in another language than what it cites: what can be compared of it is its numbers and its names.

Words of two languages can't be looked up in each other, so nothing is said of them: a claim of which every number and
name is there is one in other words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.citations.comparing.names import unknown_names
from rag.citations.comparing.quantities import NOTHING, quantities
from rag.text.languages import SCRIPTS, WORD, is_foreign, language
from rag.text.word_lists import word_lists
from rag.text.words import rarity

STRANGE = 0.75  # share of its longer words that no English text has, from which a claim is hardly English
FEW = 3  # a bare count up to here may only number what the claim lists
SCALES = {  # words that multiply the number before them
    word: float(scale) for scale, written in word_lists("scales")["scales"].items() for word in written.split()
} | {"mil millones": 1e9, "mil milhões": 1e9}
NUMBER = re.compile(
    r"(?<![\d.,])(?P<digits>\d{1,3}(?:[.,'\u2019\u202f\u00a0 ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    rf"(?:\s?(?P<scale>{'|'.join(sorted(map(re.escape, SCALES), key=len, reverse=True))})(?![^\W\d_]))?",
    re.IGNORECASE,
)
DECIMAL_COMMA = re.compile(r"(?<![\d,.])\d{1,3},\d{1,2}(?![\d,])")
NAME = re.compile(r"(?<![A-Za-z\u00c0-\u024f])[A-Za-z][A-Za-z0-9_-]*+(?![\u00c0-\u024f])")


def is_translated(claim: str, texts: Sequence[str]) -> bool:
    """Tell whether a claim is in another language than every one of the texts."""
    if not texts or language(claim) == "en":
        return False
    return all(is_foreign(claim, text) or (not language(claim) and _is_strange(claim, text)) for text in texts)


def _is_strange(claim: str, text: str) -> bool:
    """Tell whether a claim too short for its language to be known is hardly of the text's, by words or commas."""
    if language(text) != "en":
        return False
    told = _known_words(text)
    own = [word for word in WORD.findall(claim) if len(word) > FEW]
    strange = [word for word in own if word.lower() not in told and (rarity(word) >= 1 or not word.isascii())]
    plain = [word for word in strange if not any(map(str.isupper, word[1:]))]
    return DECIMAL_COMMA.search(claim) is not None or (len(plain) > 1 and len(plain) >= STRANGE * len(own))


@lru_cache(maxsize=200)
def _known_words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in WORD.findall(text))


def missing_numbers(claim: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers of a claim, as written, that no text has in any way to write a number.

    >>> missing_numbers("Es sind 92,8 Prozent von 4.000 und 17 mehr.", ["It is 92.8 % of 4,000."])
    ('17',)
    """
    told = [value for text in texts for value in _told(text)]
    found = [(said, readings) for said, readings in _numbers(claim) if not _only_counts(readings)]
    return tuple(dict.fromkeys(said for said, readings in found if not any(_near(one, told) for one in readings)))


def missing_names(claim: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a claim that no text has, of those that no language translates.

    >>> missing_names("Das Modell GPT-4 schlägt ColBERT.", ["ColBERT wins."])
    ('GPT-4',)
    """
    return unknown_names(_names(claim), texts)


def comparables(claim: str) -> tuple[str, ...]:
    """Return the numbers and names of a claim that can be compared with a text of another language."""
    numbers = [said for said, readings in _numbers(claim) if not _only_counts(readings)]
    return tuple(dict.fromkeys([*numbers, *_names(claim)]))


def in_common(claim: str, text: str) -> frozenset[str]:
    """Return the numbers and names of a claim that a text has."""
    return frozenset(comparables(claim)) - {*missing_numbers(claim, [text]), *missing_names(claim, [text])}


def _names(claim: str) -> list[str]:
    """Return what is a name in every language: letters with digits, an inner capital, Latin among other letters."""
    among_others = language(claim) in SCRIPTS.values()
    found = (word.strip("-") for word in NAME.findall(_flat(claim)) if word.isascii())
    return [word for word in found if len(word) > 1 and _is_name(word, among_others=among_others)]


def _is_name(word: str, *, among_others: bool) -> bool:
    digits, letters = any(map(str.isdigit, word)), sum(map(str.isalpha, word))
    inner = any(one.isupper() for part in word.split("-") for one in part[1:]) and not word.isupper()
    return bool(digits and letters) or inner or (among_others and any(map(str.isupper, word)))


@lru_cache(maxsize=1_000)
def _numbers(text: str) -> tuple[tuple[str, tuple[tuple[float, int], ...]], ...]:
    """Return the numbers of a text as written, each with what it may mean: values and how many decimals they have."""
    plain = _flat(text)
    plain = NOTHING.sub(lambda match: " " * len(match[0]), plain)
    return tuple((match[0].strip(), tuple(_readings(match))) for match in NUMBER.finditer(plain))


def _readings(match: re.Match[str]) -> Iterator[tuple[float, int]]:
    scale = SCALES.get((match["scale"] or "").lower(), 1.0)
    digits = re.sub(r"['\u2019\u202f\u00a0 ]", "", match["digits"])
    for point, group in ((".", ","), (",", ".")):
        plain = digits.replace(group, "")
        if plain.count(point) > 1:
            plain = plain.replace(point, "")
        number = plain.replace(point, ".")
        yield float(number[:30]) * scale, len(number.partition(".")[2]) if scale == 1 else 6


@lru_cache(maxsize=400)
def _told(text: str) -> tuple[float, ...]:
    """Return every value that a text tells, in whatever unit."""
    found = {value for one in quantities(text) for value in (one.value, one.raw)}
    found |= {float(one) for one in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}
    found |= {value for _, readings in _numbers(text) for value, _ in readings}
    return tuple(found | {value / 100 for value in found} | {100 * value for value in found if value <= 1})


def _near(reading: tuple[float, int], told: Sequence[float]) -> bool:
    value, decimals = reading
    rounding = 0.5 * 10**-decimals if value >= 2 or decimals else 0.0  # 1 is no rounding of .6
    return any(abs(value - one) <= max(rounding, 1e-9 * abs(value)) for one in told)


def _only_counts(readings: Sequence[tuple[float, int]]) -> bool:
    return all(value <= FEW and not decimals for value, decimals in readings)


def _flat(text: str) -> str:
    """Return a text with digits, points and signs of other scripts as those of ours."""
    plain = unicodedata.normalize("NFKC", text).replace("\u066b", ".").replace("\u066c", ",").replace("\u066a", "%")
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() and not one.isascii() else one for one in plain)
