"""How well do the cited abstracts carry a claim? A score with its reasons, without a model.

An untrained blend of four shares of the claim found in the cited text: its words, its words in the best window of
three sentences (rare words count more than common ones), its word pairs, and its character 4-grams. From it goes half
the share of its numbers that are nowhere there, and a fixed cost when the text says the other way round what the
claim says (rag.citations.contradiction). What a claim has none of, as "Yes." has no pairs, doesn't count. A verbatim
claim scores 1.

It sees words, not meaning: **it can't see** a synonym or a translation, who did what to whom, a negation in the text
of what the claim affirms, unless at a word of direction, nor an opposite that rag.citations.contradiction doesn't list.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from rag.citations.contradiction import contradicted_words
from rag.records import Claim, Support
from rag.text.sentences import Span, sentence_spans
from rag.text.words import STOP_WORDS, Word, rarity, words

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SPELLED = {
    word: str(number)
    for number, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
SUPPORTED, PARTLY = 0.8, 0.5  # support from which a claim counts as supported, and as partly so; below it is not
SECOND_SENTENCE = 0.18  # support that a second sentence must add to be quoted along

# Shares of a claim and how much each counts. Words know most on SciFact, pairs and 4-grams tell a faithful answer of an
# LLM from an invented one (eval/RESULTS.md).
WORDS, WINDOW, PAIRS, GRAMS = 2, 2, 1, 1
Standing = Literal["supported", "partly", "not found"]
VERDICTS: dict[str, Standing] = {"supported": "supported", "partly": "partly", "not": "not found"}
MARKS: dict[Standing, str] = {"supported": "●", "partly": "◐", "not found": "○"}  # what a reader sees of a standing

WRONG_NUMBERS = 0.5  # cost when all numbers are missing
TURNED = 0.4  # cost when the text says it the other way round: at best partly supported
SENTENCES = 3  # of a window


class Text(NamedTuple):
    """One cited text, read once: what a claim is looked up in."""

    stems: frozenset[str]
    windows: tuple[frozenset[str], ...]  # the stems of every three sentences in a row
    forms: frozenset[str]  # words, and two words in a row as one: `finetuning` for `fine-tuning`
    pairs: frozenset[tuple[str, ...]]
    grams: frozenset[str]
    numbers: frozenset[str]


class Wanted(NamedTuple):
    """A content word of a claim: how much it counts, and whether the cited texts have it."""

    word: Word
    weight: float
    known: bool


def support(claim: str, abstracts: Sequence[str]) -> Support:
    """Return how well `abstracts`, the texts that a claim cites, carry it: 0..1 and what is missing.

    A claim without words is carried by anything; a claim without a citation by nothing. Words that the abstracts say
    the other way round count as missing.
    """
    carried = _carried(claim, abstracts)
    against = contradicted_words(claim, abstracts)
    return Support(
        max(0.0, carried.score - TURNED * bool(against)),
        tuple(dict.fromkeys([*carried.missing_words, *against])),
        carried.missing_numbers,
    )


def verified(claim: Claim) -> Claim:
    """Return a claim with its support by the abstracts that it cites, and by those alone."""
    found = support(claim.text, list(dict.fromkeys(citation.paper.abstract for citation in claim.citations)))
    return replace(claim, support=found.score, missing_words=found.missing_words, missing_numbers=found.missing_numbers)


def standing(claim: Claim) -> Standing:
    """Return what a reader is shown of a claim: its support as a word; the verdict of a checker outweighs the score."""
    if claim.verdict is not None:
        return VERDICTS[claim.verdict]
    if claim.support < PARTLY:
        return "not found"
    return "supported" if claim.support >= SUPPORTED else "partly"


def best_slice(claim: str, abstract: str) -> tuple[Span, float]:
    """Return the sentence of an abstract that carries a claim best, or two in a row where one is clearly not enough.

    With how well it does, 0..1; a sentence that says the contrary is as near as one that says the same, for a reader
    should see it. The abstract must hold a sentence; the first of equals is taken.
    """
    spans = sentence_spans(abstract)
    single = [(_carried(claim, [abstract[start:end]]).score, Span(start, end)) for start, end in spans]
    score, best = max(single, key=lambda found: found[0])
    place = spans.index(best)
    for first, last in ((place - 1, place), (place, place + 1)):
        if first >= 0 and last < len(spans):
            both = Span(spans[first].start, spans[last].end)
            together = _carried(claim, [abstract[both.start : both.end]]).score
            if together >= score + SECOND_SENTENCE:
                score, best = together, both
    return best, score


def _carried(claim: str, abstracts: Sequence[str]) -> Support:
    """Return the support of a claim as far as it needs no look at which way the texts say it."""
    said = list(words(claim))
    texts = [_read(abstract) for abstract in abstracts]
    wanted = _wanted(said, texts)
    numbers = _numbers(claim)
    missing = tuple(number for number in numbers if not any(number in text.numbers for text in texts))
    cost = WRONG_NUMBERS * len(missing) / max(1, len(numbers))
    score = max(0.0, _blend(said, wanted, texts) - cost) if texts else 0.0
    return Support(score, tuple(each.word.text for each in wanted if not each.known), missing)


def _blend(said: Sequence[Word], wanted: Sequence[Wanted], texts: Sequence[Text]) -> float:
    """Return the weighted mean of the shares of a claim that the texts have; 1 for a claim without parts."""
    shares: list[tuple[int, float]] = []
    if wanted:
        shares.append((WORDS, _weighed(wanted, [each.known for each in wanted])))
        shares.append((WINDOW, _best_window(wanted, texts)))
    for weight, parts, known in (
        (PAIRS, _pairs(said), [text.pairs for text in texts]),
        (GRAMS, _four_grams(_letters(said)), [text.grams for text in texts]),
    ):
        if parts:
            shares.append((weight, sum(any(part in one for one in known) for part in parts) / len(parts)))
    return sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares) if shares else 1.0


def _wanted(said: Sequence[Word], texts: Sequence[Text]) -> list[Wanted]:
    """Return the content words of a claim, but for numbers.

    A word is known in any of its forms, or as one with the word beside it: `fine-tuning` where a text has `finetuning`.
    """
    wanted: list[Wanted] = []
    written = [word.text.lower() for word in said]
    for place, (word, lower) in enumerate(zip(said, written, strict=True)):
        if lower in STOP_WORDS or len(lower) < 2 or lower.isdigit():
            continue
        joined = {lower, "".join(written[max(0, place - 1) : place + 1]), "".join(written[place : place + 2])}
        known = any(word.stem in text.stems or not joined.isdisjoint(text.forms) for text in texts)
        wanted.append(Wanted(word, rarity(lower), known))
    return wanted


def _best_window(wanted: Sequence[Wanted], texts: Sequence[Text]) -> float:
    """Return the share of the words in the best window; what is known only in another form stands in every one."""
    anywhere = {each.word.stem for each in wanted if each.known}.difference(*(text.stems for text in texts))
    windows = [window | anywhere for text in texts for window in text.windows]
    return max((_weighed(wanted, [each.word.stem in window for each in wanted]) for window in windows), default=0.0)


def _weighed(wanted: Sequence[Wanted], found: Sequence[bool]) -> float:
    """Return the share of the words that were found, each by its weight."""
    whole = sum(each.weight for each in wanted)
    return sum(each.weight for each, is_found in zip(wanted, found, strict=True) if is_found) / whole


@lru_cache(maxsize=128)
def _read(text: str) -> Text:
    """Return what a claim is looked up in; kept, for the same abstract is asked about every claim."""
    found = list(words(text))
    written = [word.text.lower() for word in found]
    numbers = {*_numbers(text), *(SPELLED[word] for word in written if word in SPELLED)}
    spelled = {word for word, number in SPELLED.items() if number in numbers} | ({"percent"} if "%" in text else set())
    neighbours = {one.text.lower() + two.text.lower() for one, two in pairwise(found) if two.start - one.end < 2}
    return Text(
        frozenset(word.stem for word in found),
        tuple(_windows(text, found)),
        frozenset({*written, *neighbours, *spelled}),
        frozenset([*_pairs(found), *((word.stem,) for word in found)]),
        frozenset(_four_grams(_letters(found))),
        frozenset(numbers),
    )


def _windows(text: str, found: Sequence[Word]) -> Iterator[frozenset[str]]:
    """Yield the stems of every three sentences in a row."""
    spans = sentence_spans(text)
    for number, span in enumerate(spans):
        end = spans[min(number + SENTENCES, len(spans)) - 1].end
        yield frozenset(word.stem for word in found if span.start <= word.start < end)


def _numbers(text: str) -> list[str]:
    """Return the distinct numbers of a text, in one form: 4,000 and 4000 are the same."""
    found = (re.sub(r",(?=\d{3}\b)", "", match[0]) for match in NUMBER.finditer(text))
    return list(dict.fromkeys(found))


def _pairs(found: Sequence[Word]) -> list[tuple[str, ...]]:
    """Return the pairs of words in a row, by stem; of a single word itself."""
    stems = [word.stem for word in found]
    return list(pairwise(stems)) if len(stems) > 1 else [(stem,) for stem in stems]


def _letters(found: Sequence[Word]) -> str:
    return " ".join(word.text.lower() for word in found)


def _four_grams(letters: str) -> list[str]:
    return [letters[place : place + 4] for place in range(len(letters) - 3)]


def holds(claim: Claim) -> bool:
    """Tell whether a claim is carried at least partly by what it cites: by a checker's verdict, else by its words."""
    return claim.support >= PARTLY if claim.verdict is None else claim.verdict != "not"


def nothing_holds(claims: Sequence[Claim]) -> bool:
    """Tell whether not one of the claims is carried by what it cites; so it is without claims."""
    return not any(holds(claim) for claim in claims)
