"""What the texts that a source gives are worth: the abstract that they hold, or what stands in its place.

Placeholders, notices of withdrawal and publishers' texts go, and what is said twice. Of several languages all stay, the
English one first, for that is the one most questions find.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from rag.readers.cleaning.text import clean
from rag.text.boilerplate.placeholders import is_placeholder, is_withdrawal
from rag.text.boilerplate.publishers_texts import own_words
from rag.text.languages import language
from rag.text.word_lists import any_of, word_lists
from rag.text.words import stems

SAME = 0.9  # share of the shorter text's words that the other holds where both are one abstract
# Where an abstract in another language begins within a text, as journals in several languages head it.
HEADINGS = tuple("ABSTRACT SUMMARY RESUMO RESUMEN RÉSUMÉ ZUSAMMENFASSUNG RIASSUNTO SAMENVATTING".split())
HEADED = re.compile(rf"(?<=[.!?;)]) (?=(?:{'|'.join(HEADINGS)})\b[:.]? [A-ZÀ-Þ])")
TELLING = 8  # different words from which that can be told


class Worth(NamedTuple):
    """The abstract that texts hold, else an empty text and the first of what stood there instead."""

    abstract: str
    instead: str = ""


def abstract_of(texts: str | Sequence[str], title: str = "") -> Worth:
    """Return the abstract that the texts of a source hold, in its order but for English, which comes first.

    >>> abstract_of(["Изучено состояние рек.", "We test otters.", "Copyright of Nets is the property of X."])
    Worth(abstract='We test otters. Изучено состояние рек.', instead='')
    >>> abstract_of(["[No abstract available]"])
    Worth(abstract='', instead='[No abstract available]')
    """
    if isinstance(texts, str):
        texts = [texts]
    parts = [part for text in texts if text for part in _by_language(text)]
    if len(parts) == 1:  # as nearly always
        return _worth(parts[0], title)
    found = [_worth(part, title) for part in parts]
    said = _once([one.abstract for one in found if one.abstract])
    if not said:
        return Worth("", next((one.instead for one in found if one.instead), ""))
    return Worth(" ".join(english_first(said)))


def title_of(titles: str | Sequence[str]) -> str:
    """Return the title of a paper that has one or several: of two languages the English one, the other behind it.

    >>> title_of(["Состояние рек", "State of rivers and otters"])
    'State of rivers and otters (Состояние рек)'
    """
    if isinstance(titles, str):
        return clean(titles)
    found = list(dict.fromkeys(filter(None, map(clean, titles))))
    first, *others = english_first(found) or [""]
    other = next((one for one in others if _is_foreign(one) and not _is_foreign(first)), "")
    return f"{first} ({other})" if other else next(iter(found), "")


def english_first(texts: Sequence[str]) -> list[str]:
    """Return texts in their order, those that are surely of another language than English behind the others."""
    return sorted(texts, key=_is_foreign) if len(texts) > 1 else list(texts)


def _is_foreign(text: str) -> bool:
    return language(text) not in {"", "en"}


def _worth(text: str, title: str) -> Worth:
    if "\n" in text:
        text = _heading().sub("", text, count=1)
    line = clean(text)
    own = own_words(line, title)
    if not own or is_placeholder(own) or is_withdrawal(own):
        return Worth("", line)
    return Worth(own)


def _by_language(text: str) -> list[str]:
    """Return the abstracts that one text holds in several languages under headings, nearly always the text alone."""
    if not _is_headed(text):
        return [text]
    parts = HEADED.split(text)
    tongues = {language(part) for part in parts} if len(parts) > 1 else set()
    return parts if len(tongues) == len(parts) else [text]


def _is_headed(text: str) -> bool:
    for heading in HEADINGS:  # noqa: SIM110  (every text is asked, and any() takes twice as long)
        if heading in text:
            return True
    return False


def _once(texts: list[str]) -> list[str]:
    """Return texts without those that another one says as well, the fuller of two staying in the place of the first."""
    kept: list[str] = []
    for text in texts:
        twin = next((place for place, other in enumerate(kept) if _is_same(text, other)), None)
        if twin is None:
            kept.append(text)
        elif len(text) > len(kept[twin]):
            kept[twin] = text
    return kept


def _is_same(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if shorter in longer:
        return True
    left, right = set(stems(shorter)), set(stems(longer))
    return len(left) >= TELLING and len(left & right) >= SAME * len(left)


@cache
def _heading() -> re.Pattern[str]:
    """Return what finds a first line that only says that an abstract follows."""
    label = any_of(label for one in word_lists("no_abstract").values() for label in one["labels"])
    return re.compile(rf"\A\s*[\[(]?(?i:{label})[\])]?[\s:.]*\n")
