"""Papers of no sense with the statistics of real ones: words by Zipf's law, topics, sentences, authors, years.

A paper is made of its number alone: a library that was cut short, or is to be larger, goes on with the same ones, and
what is asked of it is known without keeping any. The frequent words are English, in the order of the bundled model's
vocabulary; the rare ones are put together from these.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rag.records import Record
from rag.text.words import FIRST_WORD, VOCABULARY

Numbers = NDArray[np.int64]

SEED = 18
WORDS = 200_000  # the first tenth of them is English
ZIPF, FLATTENED = 1.15, 2.7  # exponent and offset of Mandelbrot's form of the law
FUNCTION_WORDS = 150  # which titles and questions have few of
PAPERS_A_TOPIC = 50  # on average: the first topics have more
FILES = 20  # that the papers are said to be from
TOPIC_WORDS, TOPIC_SHARE = 24, 0.22  # the words that a topic has of its own, and how much of a text is of them
SENTENCE = 24  # words of one
FEWEST, MOST = 150, 250  # words of an abstract
YEARS = (1990, 2026)
GIVEN = ("Ada", "Noam", "José", "Li", "Grace", "Łukasz", "Anna-Maria", "J. R.", "Yuki", "Omar", "Ines", "Ravi")
FAMILIES = 20_000
WITH_DOI = 0.7
ASKED = 6  # words of a question


def papers(count: int) -> Iterator[tuple[str, Record]]:
    """Yield the papers 1 to `count`, each with the name of the file that it is said to be from."""
    return ((f"export-{number % FILES + 1}.jsonl", paper(number)) for number in range(1, count + 1))


def paper(number: int) -> Record:
    """Return the paper of a number, counted from 1."""
    chance = np.random.default_rng((SEED, number))
    own = _topic(int(chance.integers(number // PAPERS_A_TOPIC + 1)))
    title = _written(_mixed(chance, int(chance.integers(6, 14)), own, 0.5, FUNCTION_WORDS))
    abstract = _mixed(chance, int(chance.integers(FEWEST, MOST + 1)), own, TOPIC_SHARE)
    sentences = (_written(abstract[start : start + SENTENCE]) for start in range(0, len(abstract), SENTENCE))
    return Record(
        title,
        ". ".join(sentences) + ".",
        number,
        key=f"made-up-{number}",
        authors=_authors(chance),
        year=int(chance.integers(YEARS[0], YEARS[1] + 1)),
        doi=f"10.5555/made.{number}" if chance.random() < WITH_DOI else None,
    )


def questions(count: int, number: int) -> list[str]:
    """Return questions about `number` of the papers 1 to `count`, spread over them, in words of their titles."""
    places = np.linspace(1, count, number, dtype=int).tolist()
    return [f"What is known of {' '.join(paper(place).title.split()[:ASKED]).lower()}?" for place in places]


def _mixed(chance: np.random.Generator, length: int, own: Numbers, share: float, least: int = 0) -> Numbers:
    """Return the numbers of words drawn by their frequency, from the one numbered `least` on, and of a topic's own."""
    bounds = _frequencies()
    base = bounds[least - 1] if least else 0.0
    drawn = np.searchsorted(bounds, base + chance.random(length) * (1.0 - base), side="right")
    topical = chance.random(length) < share
    # A topic's words are not equally frequent either: the square of a uniform number favours the first of them.
    drawn[topical] = own[(chance.random(int(topical.sum())) ** 2 * len(own)).astype(np.int64)]
    return np.minimum(drawn, WORDS - 1)


@cache
def _frequencies() -> NDArray[np.float64]:
    """Return how much of all text the words up to each one are."""
    mass = (np.arange(1, WORDS + 1) + FLATTENED) ** -ZIPF
    bounds: NDArray[np.float64] = np.cumsum(mass) / mass.sum()
    return bounds


def _topic(number: int) -> Numbers:
    """Return the words of a topic: some of a field's, most of them rare."""
    chance = np.random.default_rng((SEED, 0, number))
    return (FUNCTION_WORDS + (WORDS - FUNCTION_WORDS) * chance.random(TOPIC_WORDS) ** 3).astype(np.int64)


def _written(numbers: Numbers) -> str:
    known = words()
    return " ".join([known[number] for number in numbers.tolist()]).capitalize()


def _authors(chance: np.random.Generator) -> tuple[str, ...]:
    known, number = words(), int(chance.integers(1, 7))
    families = WORDS - 1 - (FAMILIES * chance.random(number) ** 2).astype(np.int64)
    given = chance.integers(0, len(GIVEN), number)
    return tuple(f"{GIVEN[one]} {known[other].capitalize()}" for one, other in zip(given, families, strict=True))


@cache
def words() -> tuple[str, ...]:
    """Return every word that a text may hold, the most frequent first."""
    entries = VOCABULARY.read_text("utf-8").splitlines()
    english = [word for word in entries[entries.index(FIRST_WORD) :] if word.isascii() and word.isalpha()]
    parts = [word for word in english if 3 <= len(word) <= 6]
    made = dict.fromkeys(english)
    for one, other in np.random.default_rng(SEED).integers(0, len(parts), (WORDS * 2, 2)).tolist():
        made[parts[one] + parts[other]] = None
    return tuple(made)[:WORDS]
