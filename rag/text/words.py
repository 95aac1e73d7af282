"""Words as the lexical parts see them: tokens, stop words, stems.

Shared by full-text search, sentence choice and support, so that all three mean the same by "a word".
"""

import math
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import snowballstemmer

from rag.text.letters import plain_letters, without_accents

STOP_WORDS = frozenset(
    "a about above after again against all also am an and any are as at be because been before being below between "
    "both but by can could did do does doing done down during each either else ever few for from further get gets "
    "got had has have having he her here hers him his how however i if in into is it its itself just let like may me "
    "might more most much must my near no nor not now of off on once one only or other our ours out over own per same "
    "shall she should since so some such than that the their theirs them then there these they this those through to "
    "too toward towards under until up upon us use used uses using very via was we were what when where whether which "
    "while who whom whose why will with within without would yet you your yours".split()
)

VOCABULARY = Path(__file__).resolve().parent.parent / "data" / "minilm_vocab.txt"
FIRST_WORD = "the"  # the vocabulary's first word; before it stand marks and single characters
COMMON = 100  # rank among the words by frequency up to which rarity hardly counts
# A letter as LaTeX writes it: with an accent before it (`\'e`, `{\"{o}}`, `\v Z`), or as its name (`{\o}`).
MARK = r"\\(?:['`^\"~=.]|[Hcdkuv](?![A-Za-z])\s?|[br](?=\{))"
ACCENT = rf"{MARK}(?:\{{\\?[A-Za-z]{{1,2}}\}}|\\[ij](?![A-Za-z])|[A-Za-z])"
NAMED = r"\\(?:ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z])(?:\{\}|\s(?=[A-Za-z]))?"
IN_LATEX = rf"\{{(?:{ACCENT}|{NAMED})\}}|{ACCENT}|{NAMED}"
LATEX_LETTER = re.compile(IN_LATEX)
WORD, WORD_IN_LATEX = re.compile(r"[^\W_]+"), re.compile(rf"(?:[^\W_]|{IN_LATEX})+")


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
    return str(snowballstemmer.stemmer("porter").stemWord(without_accents(as_searched(word).lower())))


def as_searched(text: str) -> str:
    r"""Return a text as it is searched: letters that LaTeX or Unicode writes in a way of their own as plain ones.

    Case stays, and accents that are characters; full-text search folds both by itself. Catalogs hold an index of what
    comes out of here: whoever changes it adds a migration that makes the index anew.

    >>> as_searched(r"Poincar\'e, Schr{\"o}dinger, G\"{o}del, \L ojasiewicz, Erd\H{o}s, Sørensen; \cite{a}")
    'Poincare, Schrodinger, Godel, Lojasiewicz, Erdos, Sorensen; \\cite{a}'
    """
    if "\\" in text:
        text = LATEX_LETTER.sub(_letter, text)
    return plain_letters(text)


def words(text: str) -> Iterator[Word]:
    r"""Yield every word of `text`: a run of letters and digits, some of which LaTeX may write (`Poincar\'e`)."""
    for match in (WORD_IN_LATEX if "\\" in text else WORD).finditer(text):
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


def _letter(written: re.Match[str]) -> str:
    """Return the letter or letters of LATEX_LETTER without accent: those after the mark, or those of the name."""
    letters = re.findall(r"[A-Za-z]+", written[0])
    last = str(letters[-1])
    return last[0] if last in {"aa", "AA"} else last
