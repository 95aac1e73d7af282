"""In which language a question is asked: surely another one than English, or none that is told.

A question is short, full of names and of terms that every language takes from English. So it counts by what it is
asked with: a false word to somebody who asks in English is worse than none to somebody who doesn't.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from rag.text.languages import DENSE, SCRIPTS, WITHOUT_ALPHABET, little_words, script
from rag.text.word_lists import word_lists
from rag.text.words import rarity

NAMES = {
    "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "nl": "Dutch",
    "sv": "Swedish", "da": "Danish", "pl": "Polish", "cs": "Czech", "tr": "Turkish", "vi": "Vietnamese",
    "id": "Indonesian", "ro": "Romanian", "hu": "Hungarian", "fi": "Finnish", "zh": "Chinese", "ja": "Japanese",
    "ko": "Korean", "ar": "Arabic", "ru": "Russian", "hi": "Hindi", "he": "Hebrew", "el": "Greek", "th": "Thai",
    "bn": "Bengali", "ta": "Tamil", "te": "Telugu", "ka": "Georgian", "hy": "Armenian", "am": "Amharic",
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
APOSTROPHES, PARTS = re.compile("['\u2019]"), re.compile("['\u2019-]")
LONG = 3  # letters of a word that is no symbol: µP, SΩI
COMMON = 0.65  # rarity up to which a word of another language is an English one, too: men, door, die
SCRIPT = 0.3  # share of a question's letters in another script from which it is asked in that
MOST = 0.6  # the same where English words stand around it
SURE = 2  # words that tell a language even where all others may be English
LEAST = 3  # words of a question of which a single one tells the language


def question_language(text: str) -> str:
    """Return the language in which a question is asked as two letters; "" for English, and when unsure.

    >>> question_language("Warum halluzinieren Sprachmodelle?"), question_language("什么是LoRA")
    ('de', 'zh')
    >>> question_language("Who wrote Das Kapital?"), question_language("El Niño forecasting")
    ('', '')
    """
    words = WORD.findall(text)
    return _by_script(text, words) or _by_words(words)


class Telling(NamedTuple):
    """Words by language: those that tell it, those that it has in common with English, those that it asks with.

    `english` are English ones, `names` those that names and terms of any language bring along.
    """

    own: dict[str, frozenset[str]]
    shared: dict[str, frozenset[str]]
    asking: dict[str, frozenset[str]]
    english: frozenset[str]
    names: frozenset[str]


@cache
def _telling() -> Telling:
    asking = {code: frozenset(words.split()) for code, words in word_lists("asking").items()}
    names = asking.pop("names")
    known = {code: words | asking.get(code, frozenset()) for code, words in little_words().items()}
    english = known.pop("en")
    own = {
        code: frozenset(filter(_is_foreign, words - english)) | words & names - english for code, words in known.items()
    }
    return Telling(own, {code: words & english for code, words in known.items()}, asking, english, names)


def _is_foreign(word: str) -> bool:
    """Tell whether a word is no symbol, and none that English has in another sense."""
    return len(word) > 1 and rarity(word) > COMMON


def _by_script(text: str, words: Sequence[str]) -> str:
    """Return the language of another script than Latin in which a question stands; a quoted word is no question."""
    letters: Counter[str] = Counter()
    for code, run in groupby(filter(str.isalpha, text), lambda letter: SCRIPTS.get(script(letter), "")):
        length = len(list(run))
        if code in WITHOUT_ALPHABET or length >= LONG:
            letters[code] += length * (DENSE if code in WITHOUT_ALPHABET else 1)
    others = {code: count for code, count in letters.items() if code}
    english = any(word.lower() in _telling().english for word in words)
    if sum(others.values()) / max(1, letters.total()) < (MOST if english else SCRIPT):
        return ""
    return "ja" if "ja" in others else max(others, key=lambda code: others[code])


def _by_words(words: Sequence[str]) -> str:
    """Return the language that the little words of a question tell, and those it is asked with."""
    own, shared, asking, english, names = _telling()
    plain = [
        word.lower() for word in words[1:] if word.islower()
    ]  # a capital begins a name, everywhere capitals are one
    # Of a compound only its end is a word by itself, as in mesure-t-on; its beginning is where a question begins.
    said = {part for word in plain for part in APOSTROPHES.split(word.rpartition("-")[2]) if part}
    first = {words[0].lower(), PARTS.split(words[0].lower())[0]} if words and words[0][1:].islower() else set[str]()
    found = {code: (said & own[code]) | (first & asking.get(code, frozenset()) & own[code]) for code in own}
    best = max(found, key=lambda code: (len(found[code] - names), len(found[code])))
    hits = found[best]
    if not hits - names or len(hits) <= len((said | first) & english - shared[best]):
        return ""
    telling = [word for word in (*first, *plain) if word not in shared[best]]
    odd = [word for word in telling if rarity(word) >= 1 or not word.isascii()]
    strange = len({*odd, *hits}) * 2 >= len(telling)
    if len(hits) > 1:
        return best if strange or len(hits) > SURE else ""
    asks = words[0].lower() in asking.get(best, frozenset()) and words[1] in own[best]  # Was ist: English asks with was
    return best if strange and (odd or asks) and len(words) >= LEAST and hits <= {*first, *plain} else ""
