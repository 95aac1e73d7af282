"""Name clusters of papers by the terms that set each apart from the others.

A term is one to three words in a row as authors write them, `diffusion models`; words with the same stem are the same.
It counts for a cluster by how much more common it is there than elsewhere (the idea of class-based TF-IDF), times the
papers that have it; a title counts three times. Every further term of a name counts half the papers that have an
earlier one, so that the name speaks of the whole cluster.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.mapping.label_stop_words import filler, generic, is_adjective, stop_words
from rag.records import Paper
from rag.text.words import stem

Term = tuple[str, ...]  # the stems of its words
Worths = dict[Term, float]
Forms = defaultdict[Term, Counter[str]]  # how each term is written, and how often

LONGEST = 3  # words of a term
TERMS, FEWEST = 3, 2  # of a name, at best and at least
SHARE = 0.06  # of the papers of a cluster that have a term, at least
IN_TITLE = 3.0  # what a paper counts with the term in its title
AGAIN = 0.5  # what a paper still counts that has an earlier term of the name
DISTINCT = math.log(1.5)  # how much more common a term must be there than elsewhere
LONGER = 0.5  # what each further word of a term adds, for it tells more
WHOLE = 0.5  # of the papers with a term: when so many have a longer one around it, that one stands for it
# A word, or a sign that ends a row of words.
TOKEN = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*|\S")
JOINT = re.compile(r"[-'\u2019]")
BYTES = 40  # of a word; a longer one is a line of a language without spaces


class Word(NamedTuple):
    """A word as written or a row of them, the stems of its parts, whether it tells something, and ends in a noun."""

    text: str
    stems: Term
    telling: bool
    noun: bool


class Text(NamedTuple):
    """The terms of one paper: those of its title, and all."""

    title: frozenset[Term]
    all: frozenset[Term]


class Kind(NamedTuple):
    """The papers of one cluster, in how many of them each term stands, and in how many titles."""

    texts: list[Text]
    papers: Counter[Term]
    titles: Counter[Term]


def name_clusters(clusters: Sequence[Sequence[Paper]]) -> list[tuple[str, ...]]:
    """Return up to three terms for each cluster, best first; a term is one cluster's only, and some may have none."""
    forms: Forms = defaultdict(Counter)
    kinds = [_kind([_read(paper, forms) for paper in papers]) for papers in clusters]
    return [
        tuple(_as_written(forms[term]) for term in _choose(kind, worths))
        for kind, worths in zip(kinds, _worths(kinds), strict=True)
    ]


def _as_written(forms: Counter[str]) -> str:
    """Return the commonest form of a term; a small one counts three times, for many have capitals just there."""
    return max(forms, key=lambda form: (forms[form] * (3 if form.islower() else 1), form))


def _kind(texts: list[Text]) -> Kind:
    papers = Counter(term for text in texts for term in text.all)
    return Kind(texts, papers, Counter(term for text in texts for term in text.title))


def _worths(kinds: Sequence[Kind]) -> list[Worths]:
    """Return for each cluster what a paper with a term counts, of the terms that tell more of it than of any other."""
    everywhere: Counter[Term] = Counter()
    for kind in kinds:
        everywhere.update(kind.papers)
    total = sum(len(kind.texts) for kind in kinds)
    worths: list[Worths] = [{} for _ in kinds]
    best: dict[Term, tuple[float, int]] = {}
    for number, kind in enumerate(kinds):
        size = len(kind.texts)
        for term, count in kind.papers.items():
            # One more paper elsewhere has it, lest a rare word that stands nowhere else be worth the most.
            elsewhere = (everywhere[term] - count + 1) / (total - size + 2)
            lift = math.log(count / size / elsewhere) if size < total else 1.0
            if lift > DISTINCT:
                worths[number][term] = lift * (1 + LONGER * (len(term) - 1))
                score = worths[number][term] * (count + (IN_TITLE - 1) * kind.titles[term]) / size
                best[term] = max(best.get(term, (0.0, 0)), (score, -number))
    return [{t: worth for t, worth in own.items() if best[t][1] == -number} for number, own in enumerate(worths)]


def _choose(kind: Kind, worths: Worths) -> list[Term]:
    """Return the best terms; where there are too few, also those of one paper, then those of abstracts alone."""
    chosen: list[Term] = []
    if len(kind.texts) == 1:
        return chosen  # nobody can tell what is common to one
    some = SHARE * len(kind.texts)
    for wanted, least, least_titles in ((TERMS, max(2, some), 1), (FEWEST, some, 1), (FEWEST, max(2, some), 0)):
        pool = {t: w for t, w in worths.items() if kind.papers[t] >= least and kind.titles[t] >= least_titles}
        for part in _parts_of_longer(kind, pool):
            del pool[part]
        while len(chosen) < wanted and (best := _best(kind, pool, chosen)):
            chosen.append(best)
    return chosen


def _parts_of_longer(kind: Kind, pool: Worths) -> set[Term]:
    """Return the terms of the pool for which a longer one stands, as `diffusion models` does for `diffusion`."""
    return {
        part
        for term in pool
        for start in range(len(term))
        for end in range(start + 1, len(term) + 1)
        if (part := term[start:end]) != term and part in pool and kind.papers[term] >= WHOLE * kind.papers[part]
    }


def _best(kind: Kind, pool: Worths, chosen: list[Term]) -> Term | None:
    """Return the term of the pool that tells most beside those chosen and repeats none of their words."""
    used = {part for term in chosen for part in term} - _generic_stems()
    fresh = {
        term: worth
        for term, worth in pool.items()
        if used.isdisjoint(term) and not any(_same(term, other) for other in chosen)
    }
    scores = dict.fromkeys(fresh, 0.0)
    for text in kind.texts:
        left = AGAIN ** sum(term in text.all for term in chosen)
        for term in text.all & fresh.keys():
            scores[term] += left * fresh[term] * (IN_TITLE if term in text.title else 1.0)
    return max(scores, key=lambda term: (scores[term], term), default=None)


def _same(one: Term, other: Term) -> bool:
    """Tell whether two terms are the same, or one is the initials of the other."""
    return one == other or (_initials(one),) == other or one == (_initials(other),)


def _initials(term: Term) -> str:
    return "".join(part[:1] for part in term)


def _read(paper: Paper, forms: Forms) -> Text:
    title, abstract = list(_terms(paper.title)), list(_terms(paper.abstract))
    for found, times in ((title, 1), (abstract, 5)):  # the capitals of a title say little of how a word is written
        for term, form in found:
            forms[term][form] += times
    in_title = frozenset(term for term, _ in title)
    return Text(in_title, in_title.union(term for term, _ in abstract))


def _terms(text: str) -> Iterator[tuple[Term, str]]:
    """Yield every term of a text, and how it is written there."""
    row: list[Word] = []  # what ends at the word before, up to one word less than the longest term
    for token in TOKEN.findall(text):
        word = _word(token)
        if word is None:
            row = []
            continue
        row = [word, *(_joined(before, word) for before in row[: LONGEST - 1])]
        yield from ((found.stems, found.text) for found in row if found.telling and word.noun)


def _joined(before: Word, word: Word) -> Word:
    return Word(f"{before.text} {word.text}", before.stems + word.stems, before.telling or word.telling, word.noun)


@lru_cache(maxsize=100_000)
def _word(text: str) -> Word | None:
    """Return a word, None when no term may hold it."""
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    if letters + digits < 2 or not letters or len(text.encode()) > BYTES or (text[0].isdigit() and digits > 1):
        return None
    parts = JOINT.split(text.lower())
    if any(part in filler() for part in parts) or all(part in stop_words() for part in parts):
        return None
    telling = any(len(part) > 1 and part not in stop_words() and part not in generic() for part in parts)
    return Word(text, tuple(map(stem, parts)), telling, not is_adjective(text.lower()))


@lru_cache(maxsize=1)
def _generic_stems() -> frozenset[str]:
    return frozenset(map(stem, generic()))
