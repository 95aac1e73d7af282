"""Words as the lexical parts see them: tokens, stop words, stems.

Shared by full-text search, sentence choice and support, so that all three mean the same by "a word".
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import snowballstemmer

STOP_WORDS = frozenset(
    "a about above after again against all also am an and any are as at be because been before being below between "
    "both but by can could did do does doing done down during each either else ever few for from further get gets "
    "got had has have having he her here hers him his how however i if in into is it its itself just let like may me "
    "might more most much must my near no nor not now of off on once one only or other our ours out over own per same "
    "shall she should since so some such than that the their theirs them then there these they this those through to "
    "too toward towards under until up upon us use used uses using very via was we were what when where whether which "
    "while who whom whose why will with within without would yet you your yours".split()
)

VOCABULARY = Path(__file__).resolve().parent / "data" / "minilm_vocab.txt"
FIRST_WORD = "the"  # the vocabulary's first word; before it stand marks and single characters
COMMON = 100  # rank among the words by frequency up to which rarity hardly counts
# Accents that LaTeX writes with a letter (`\\H{o}`), and letters that it spells (`{\\o}`).
MACROS = {"\u030c": "v", "\u0327": "c", "\u030b": "h", "\u0306": "u", "\u0328": "k", "\u030a": "r", "\u0323": "d"}
LETTERS_IN_LATEX = {"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}  # noqa: RUF001


class Word(NamedTuple):
    """A word as written, its stem, and where it stands: `text[start:end]`."""

    text: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the Porter stem of a word, in lower case and without accents."""
    # Porter, as SQLite's FTS5 tokenizer `porter`: both must agree on what one word is.
    # A stemmer works on its own fields, so threads must not share one; a new one costs microseconds.
    folded = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    return str(snowballstemmer.stemmer("porter").stemWord(folded))


def words(text: str) -> Iterator[Word]:
    """Yield every word of `text`: a run of letters and digits."""
    for match in re.finditer(r"[^\W_]+", text):
        yield Word(match[0], stem(match[0]), match.start(), match.end())


def content_words(text: str) -> list[Word]:
    """Return the words that carry meaning: no stop words, no single letters."""
    return [
        word
        for word in words(text)
        if word.text.lower() not in STOP_WORDS and (len(word.text) > 1 or word.text.isdigit())
    ]


def stems(text: str) -> list[str]:
    """Return the distinct stems of the content words, in order of appearance."""
    return list(dict.fromkeys(word.stem for word in content_words(text)))


def in_latex(word: str) -> list[str]:
    r"""Return how a word with accents falls apart where its accents are written as LaTeX, as words with spaces.

    Full-text search finds a word only in the form that it stands in; `Poincar\'e` stands there as two words.

    >>> in_latex("Poincaré"), in_latex("Erdős"), in_latex("Hölder"), in_latex("plain")
    (['poincar e'], ['erd h o s'], ['h older', 'h o lder'], [])
    """
    bare = bracketed = ""
    for letter in word.lower():
        apart = unicodedata.normalize("NFD", letter)
        base, mark = apart[0], apart[1:2] or letter
        if letter in LETTERS_IN_LATEX:
            bare = bracketed = f"{bracketed} {LETTERS_IN_LATEX[letter]} "
        elif mark in MACROS:
            bare = bracketed = f"{bracketed} {MACROS[mark]} {base} "
        elif unicodedata.combining(mark):
            bare, bracketed = f"{bare} {base}", f"{bracketed} {base} "
        else:
            bare, bracketed = bare + letter, bracketed + letter
    forms = dict.fromkeys(" ".join(form.split()) for form in (bare, bracketed))
    return [form for form in forms if " " in form]


def rarity(word: str) -> float:
    """Return how rare a word is, 0..1: 0 for the commonest, 1 for one outside of the vocabulary.

    By the logarithm of its rank: the vocabulary of the bundled embedding model lists English words by frequency.

    >>> round(rarity("the"), 2), round(rarity("role"), 2), rarity("backpropagation")
    (0.0, 0.33, 1.0)
    """
    ranks = _ranks()
    rank = ranks.get(word.lower(), len(ranks))
    return math.log1p(rank / COMMON) / math.log1p(len(ranks) / COMMON)


@cache
def _ranks() -> dict[str, int]:
    entries = VOCABULARY.read_text("utf-8").splitlines()
    return {word: rank for rank, word in enumerate(entries[entries.index(FIRST_WORD) :])}


def names(text: str) -> list[Word]:
    """Return the content words that look like names: two capitals, letters and digits, a capital in mid-sentence."""
    return [word for word in content_words(text) if _is_name(word, text[: word.start].rstrip())]


def _is_name(word: Word, before: str) -> bool:
    capitals = sum(character.isupper() for character in word.text)
    mixed = any(c.isdigit() for c in word.text) and any(c.isalpha() for c in word.text)
    inside = bool(before) and before[-1] not in ".?!:"
    return capitals >= 2 or mixed or (inside and word.text[0].isupper())
