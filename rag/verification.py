"""How well do the cited abstracts carry a claim? A score with its reasons, without a model.

An untrained blend of four shares of the claim found in the cited text: its words, its words in the best window of
three sentences, its word pairs, and its character 4-grams; minus half the share of its numbers that are nowhere there.
What a claim has none of, as "Yes." has no pairs, doesn't count. A verbatim claim scores 1. It sees words, not meaning:
**it can't see a negation**, nor who did what to whom.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, TypeVar

from rag.datatypes import Claim, Support
from rag.sentences import Span, sentence_spans
from rag.words import content_words, words

Part = TypeVar("Part")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SPELLED = {
    word: str(number)
    for number, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
SUPPORTED, PARTLY = 0.8, 0.5  # support from which a claim counts as supported, and as partly so; below it is not
SECOND_SENTENCE = 0.15  # support that a second sentence must add to be quoted along


def support(claim: str, abstracts: Sequence[str]) -> Support:
    """Return how well `abstracts`, the texts that a claim cites, carry it: 0..1 and what is missing.

    A claim without words is carried by anything; a claim without a citation by nothing.
    """
    wanted = [word for word in content_words(claim) if not word.text.isdigit()]
    if not abstracts:
        return Support(0.0, tuple(dict.fromkeys(word.text for word in wanted)), tuple(_numbers(claim)))
    text = "\n".join(abstracts)
    known = {word.stem for word in words(text)}
    missing_words = tuple(dict.fromkeys(word.text for word in wanted if word.stem not in known))
    stated = {*_numbers(text), *(SPELLED[word] for word in text.lower().split() if word in SPELLED)}
    numbers = _numbers(claim)
    missing_numbers = tuple(number for number in numbers if number not in stated)
    stems = [word.stem for word in wanted]
    shares: list[float] = []
    if stems:
        windows = [window for abstract in abstracts for window in _windows(abstract)]
        shares += [_share(stems, known), max((_share(stems, window) for window in windows), default=0.0)]
    if pairs := _pairs(claim):
        shares.append(_share(pairs, {*_pairs(text), *((stem,) for stem in known)}))
    if four_grams := _four_grams(claim):
        shares.append(_share(four_grams, set(_four_grams(text))))
    blend = sum(shares) / len(shares) if shares else 1.0
    penalty = len(missing_numbers) / len(numbers) / 2 if numbers else 0.0
    return Support(max(0.0, blend - penalty), missing_words, missing_numbers)


def verified(claim: Claim) -> Claim:
    """Return a claim with its support by the abstracts that it cites, and by those alone."""
    found = support(claim.text, list(dict.fromkeys(citation.paper.abstract for citation in claim.citations)))
    return replace(claim, support=found.score, missing_words=found.missing_words, missing_numbers=found.missing_numbers)


def standing(claim: Claim) -> Literal["supported", "partly", "not found"]:
    """Return what a reader is shown of a claim: its support as a word; a checking LLM's "not" outweighs the score."""
    if claim.verdict == "not" or claim.support < PARTLY:
        return "not found"
    return "supported" if claim.support >= SUPPORTED else "partly"


def best_slice(claim: str, abstract: str) -> tuple[Span, float]:
    """Return the sentence of an abstract that carries a claim best, or two in a row where one is clearly not enough.

    With its support, 0..1. The abstract must hold a sentence; the first of equals is taken.
    """
    spans = sentence_spans(abstract)
    single = [(support(claim, [abstract[start:end]]).score, Span(start, end)) for start, end in spans]
    score, best = max(single, key=lambda found: found[0])
    place = spans.index(best)
    for first, last in ((place - 1, place), (place, place + 1)):
        if first >= 0 and last < len(spans):
            both = Span(spans[first].start, spans[last].end)
            together = support(claim, [abstract[both.start : both.end]]).score
            if together >= score + SECOND_SENTENCE:
                score, best = together, both
    return best, score


def _share(parts: Sequence[Part], known: set[Part]) -> float:
    return sum(part in known for part in parts) / len(parts)


def _numbers(text: str) -> list[str]:
    """Return the distinct numbers of a text, in one form: 4,000 and 4000 are the same."""
    found = (re.sub(r",(?=\d{3}\b)", "", match[0]) for match in NUMBER.finditer(text))
    return list(dict.fromkeys(found))


def _windows(abstract: str) -> list[set[str]]:
    """Return the stems of every three sentences in a row."""
    spans = sentence_spans(abstract)
    return [
        {word.stem for word in words(abstract[span.start : spans[min(number + 2, len(spans) - 1)].end])}
        for number, span in enumerate(spans)
    ]


def _pairs(text: str) -> list[tuple[str, ...]]:
    """Return the word pairs of a text; of a single word itself."""
    stems = [word.stem for word in words(text)]
    return list(pairwise(stems)) if len(stems) > 1 else [(stem,) for stem in stems]


def _four_grams(text: str) -> list[str]:
    letters = " ".join(word.text.lower() for word in words(text))
    return [letters[place : place + 4] for place in range(len(letters) - 3)]
