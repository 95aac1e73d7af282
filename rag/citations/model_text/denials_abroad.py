"""Does a sentence say in another language than English that the sources don't tell something?

By three things together in one sentence: a word for the sources, a negation, and a word for telling; or a set phrase
such as "no information" and "I can't answer". It is asked of sentences that cite nothing, or whose subject is the
sources themselves, so that a finding ("the study reports no loss") isn't one.
"""

import re
from typing import NamedTuple

from rag.citations.model_text import denials
from rag.text.languages import language
from rag.text.word_lists import any_of, word_lists
from rag.utils.patterns import lazily

FRONT = 32  # characters within which the sources are a sentence's subject
LONGEST = 400
MARKED = lazily(
    rf"[\s*_>\-•]*{any_of(word_lists('denials')['marks'])}[*_]{{0,2}}\s?[:\uff1a][*_]{{0,2}}\s*", re.IGNORECASE
)


class Words(NamedTuple):
    """The words of a language: for the sources shown, for papers as such, negations, for telling, set phrases."""

    ours: re.Pattern[str]
    papers: re.Pattern[str]
    negation: re.Pattern[str]
    telling: re.Pattern[str]
    phrase: re.Pattern[str]


def _words(ours: list[str], papers: list[str], negation: list[str], telling: list[str], phrase: list[str]) -> Words:
    return Words(*(lazily(any_of(one), re.IGNORECASE) for one in (ours, [*ours, *papers], negation, telling, phrase)))


LANGUAGES = {code: _words(**known) for code, known in word_lists("denials")["languages"].items()}
ANY_ALPHABET = LANGUAGES.keys() & {"ru", "ar", "hi", "zh", "ja", "ko"}
LATIN = [known for code, known in LANGUAGES.items() if code not in ANY_ALPHABET]


def is_marked_abroad(sentence: str) -> bool:
    """Tell whether a sentence begins with the agreed mark of a denial, translated.

    >>> is_marked_abroad("NICHT GESAGT: der Preis."), is_marked_abroad("Nicht gesagt ist es.")
    (True, False)
    """
    return MARKED.match(sentence) is not None


def without_mark(sentence: str) -> str:
    """Return a denial without the agreed mark, in whichever language it stands.

    >>> without_mark("**NOT SAID:** the price."), without_mark("未提及: 价格")
    ('the price.', '价格')
    """
    return MARKED.sub("", denials.MARKED.sub("", sentence, count=1), count=1).strip()


def denies_abroad(sentence: str, *, cites: bool) -> bool:
    """Tell whether a sentence in another language says that the sources don't tell something.

    >>> denies_abroad("Die Quellen sagen dazu nichts.", cites=False)
    True
    >>> denies_abroad("Die Studie berichtet keine Verluste.", cites=True)
    False
    """
    sentence = sentence[:LONGEST]
    written = language(sentence)
    among = [LANGUAGES[written]] if written in ANY_ALPHABET else [] if written == "en" else LATIN
    return any(_denies(sentence, known, cites=cites) for known in among)


def _denies(sentence: str, known: Words, *, cites: bool) -> bool:
    if cites:
        subject = known.ours.search(sentence[:FRONT])
        return bool(subject and known.negation.search(sentence) and known.telling.search(sentence))
    if known.phrase.search(sentence):
        return True
    return all(one.search(sentence) for one in (known.papers, known.negation, known.telling))
