"""Names of a claim that the cited text lacks, and the name that stands there in their place.

A name is what looks like one: a capital in mid-sentence, two capitals, letters and digits (`GPT-3`, `p53`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.citations.comparing.likeness import likeness
from rag.citations.comparing.quantities import LABELLED
from rag.records import Difference
from rag.text.sentences import sentence_spans
from rag.text.words import STOP_WORDS, Word, names, rarity, words

NUMBERED = re.compile(r"(?<![\w-])[A-Za-z]+(?:[-@/][A-Za-z]+)*[-@_]?\d[\w.]*(?<!\.)")
TIMES = re.compile(r"\d+[x\u00d7]", re.IGNORECASE)  # of `2.5x`: a quantity
CARDINAL = re.compile(r"(?:one|two|three|four|five|six|seven|eight|nine|ten)", re.IGNORECASE)
SHORTEST = 3  # letters of an abbreviation that may be put together from the initials of a text
BESIDE = 3  # words on each side of a name that tell its place
LIKE = 0.45  # share of a claim's content that a sentence has from which a name may stand in the place of another
SHARED = 3  # words beside both


class Known(NamedTuple):
    """What a text knows of names: its words by stem, each name with digits in one form, and its words' initials."""

    stems: frozenset[str]
    forms: frozenset[str]
    initials: tuple[str, ...]


class Sentence(NamedTuple):
    """A sentence: its words, those of them that are names, and how rare its content words are, by stem."""

    words: tuple[Word, ...]
    names: frozenset[Word]
    rarities: dict[str, float]


def missing_names(claim: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of a claim that no text has, as written, each once.

    >>> missing_names("On COCO, GPT-4 and RAG beat BERT.", ["GPT-3 and BERT, and retrieval-augmented generation."])
    ('COCO', 'GPT-4')
    """
    claim, known = LABELLED.sub(" ", _flat(claim)), [_known(_flat(text)) for text in texts]
    numbered = [match for match in NUMBERED.finditer(claim) if not any(_plain(match[0]) in one.forms for one in known)]
    inside = {place for match in NUMBERED.finditer(claim) for place in range(*match.span())}
    found = [(match.start(), match[0]) for match in numbered]
    found += [
        (word.start, word.text)
        for word in names(claim)
        if word.start not in inside
        and not word.text.isdigit()
        and not TIMES.fullmatch(word.text)
        and not any(_knows(one, word) for one in known)
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def unknown_names(written: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """Return those of some names that no text has, in any of the ways in which a name is written."""
    known = [_known(_flat(text)) for text in texts]
    return tuple(dict.fromkeys(name for name in written if not any(_has(one, name) for one in known)))


def _has(known: Known, name: str) -> bool:
    """Tell whether a text has a name, or every part of it."""
    if NUMBERED.fullmatch(name):
        return _plain(name) in known.forms
    return _plain(name) in known.forms or all(_knows(known, part) for part in words(name))


def other_names(claim: str, texts: Sequence[str]) -> Iterator[Difference]:
    """Yield the names of a claim in whose place a like sentence of the texts has a name that the claim lacks."""
    missing = set(missing_names(claim, texts))
    if not missing:
        return
    said = _sentence(_flat(claim))
    for place, word in enumerate(said.words):
        if word.text not in missing:
            continue
        here = _beside(said.words, place)
        rivals = [
            (shared, other.text)
            for text in texts
            for sentence in _sentences(text)
            if likeness(said.rarities, sentence.rarities) >= LIKE
            for at, other in enumerate(sentence.words)
            if other in sentence.names and other.stem not in said.rarities and not _shortened(word.text, other.text)
            if (shared := len(here & _beside(sentence.words, at))) >= SHARED
        ]
        if rivals:
            yield Difference("name", word.text, max(rivals)[1])


@lru_cache(maxsize=200)
def _known(text: str) -> Known:
    found = list(words(text))
    initials = "".join(word.text[0].lower() for word in found)
    telling = "".join(word.text[0].lower() for word in found if word.text.lower() not in STOP_WORDS)
    joined = {one.text.lower() + two.text.lower() for one, two in pairwise(found)}
    forms = {_plain(match[0]) for match in NUMBERED.finditer(text)} | joined | {word.text.lower() for word in found}
    return Known(frozenset(word.stem for word in found), frozenset(forms), (initials, telling))


def _knows(known: Known, word: Word) -> bool:
    lower = word.text.lower()
    if word.stem in known.stems or lower in known.forms or CARDINAL.fullmatch(lower):
        return True
    return len(lower) >= SHORTEST and word.text.isupper() and any(lower in one for one in known.initials)


def _shortened(one: str, other: str) -> bool:
    """Tell whether a name may be an abbreviation of another: `LA` and `Los`."""
    return one[0].lower() == other[0].lower() and (one.isupper() != other.isupper())


def _flat(text: str) -> str:
    """Return a text with raised and lowered signs on the line: CO2 for CO₂."""
    return unicodedata.normalize("NFKC", text)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


@lru_cache(maxsize=200)
def _sentences(text: str) -> tuple[Sentence, ...]:
    return tuple(_sentence(text[start:end]) for start, end in sentence_spans(text))


def _sentence(text: str) -> Sentence:
    found = tuple(words(text))
    telling = {word.stem: rarity(word.text) for word in found if word.text.lower() not in STOP_WORDS}
    return Sentence(found, frozenset(names(text)), telling)


def _beside(found: Sequence[Word], place: int) -> set[tuple[bool, str]]:
    """Return the words beside a place, each with the side on which it stands."""
    left = {(True, word.stem) for word in found[max(0, place - BESIDE) : place]}
    return left | {(False, word.stem) for word in found[place + 1 : place + 1 + BESIDE]}
