"""In which language a text is written, as far as its letters and little words tell.

That is enough to know what can't be compared: words of two languages can't be looked up in each other, their numbers
and names can.
"""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache

from rag.text.word_lists import word_lists
from rag.text.words import rarity

LEAST = 0.3  # share of a text's letters in a script from which it is written in it
SURE = 2  # little words that tell a language even where all words may be English
DENSE = 3  # letters of an alphabet that a sign of a script without one stands for
SCRIPTS = {
    "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "ARABIC": "ar", "CYRILLIC": "ru",
    "DEVANAGARI": "hi", "HEBREW": "he", "GREEK": "el", "THAI": "th", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy", "ETHIOPIC": "am",
}  # fmt: skip
WITHOUT_ALPHABET = frozenset({"zh", "ja", "ko"})
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


@lru_cache(maxsize=2_000)
def language(text: str) -> str:
    """Return the language of a text as two letters, those of the chief one of its script; "" when unsure.

    >>> language("Die Hälfte der Gewichte wird entfernt."), language("我们剪掉一半权重。"), language("SparseCut")
    ('de', 'zh', '')
    """
    scripts = Counter(SCRIPTS.get(script, "") for script in map(script, filter(str.isalpha, text)) if script)
    weights = {code: count * (DENSE if code in WITHOUT_ALPHABET else 1) for code, count in scripts.items()}
    whole = sum(weights.values())
    others = {code: weight for code, weight in weights.items() if code}
    if others and sum(others.values()) >= LEAST * whole:
        return "ja" if "ja" in others else max(others, key=lambda code: others[code])
    return _in_latin(text)


@cache
def little_words() -> dict[str, frozenset[str]]:
    """Return little words by language, and what is said most often of findings."""
    return {code: frozenset(words.split()) for code, words in word_lists("little_words").items()}


def _in_latin(text: str) -> str:
    found = [word.lower() for word in WORD.findall(text)]
    said = [word for one in found for word in re.split("['\u2019]", one) if word]  # d'une
    hits = {code: sum(word in little for word in said) for code, little in little_words().items()}
    own = hits.pop("en")
    best = max(hits, key=lambda code: hits[code])
    odd = sum(rarity(word) >= 1 or not word.isascii() for word in said)
    strange = odd * 2 >= len(said) or any(not word.isascii() for word in said)
    if hits[best] > 1 and hits[best] > 1.5 * own and (strange or hits[best] > SURE):
        return best
    if (
        hits[best]
        and not own
        and strange
        and len(said) > 2
        and any((len(word) > 1 and word in little_words()[best]) or not word.isascii() for word in said)
    ):
        return best
    return "en" if own and own >= hits[best] else ""


@lru_cache(maxsize=2_000)
def script(letter: str) -> str:
    """Return the first word of a letter's name in Unicode, which tells its script."""
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0]


def is_foreign(text: str, other: str) -> bool:
    """Tell whether two texts are surely of different languages.

    >>> is_foreign("Die Hälfte der Gewichte wird entfernt.", "Half of the weights are removed.")
    True
    """
    one, two = language(text), language(other)
    return bool(one and two) and one != two and {one, two} not in ({"sv", "da"}, {"es", "pt"}, {"zh", "ja"})
