"""The sentences of an abstract that carry a claim: up to three, also apart from each other."""

from collections.abc import Iterator
from functools import lru_cache

from rag.citations.comparing.quantities import quantities, same
from rag.citations.support import nearness
from rag.text.sentences import Span, sentence_spans
from rag.text.words import content_words, rarity

MOST = 3  # sentences
WORTH = 0.1  # share of a claim that a further sentence must add to be shown along
COMMON = 0.3  # rarity of a word up to which it doesn't count: `method`, `model`
A_NUMBER = 1.0  # what a number counts, beside words by how rare they are


def best_sentence(claim: str, abstract: str) -> tuple[Span, float]:
    """Return the sentence of an abstract that is nearest to a claim, and how near, 0..1; the first of equals.

    A sentence that says the contrary is as near as one that says the same, for a reader should see it. The abstract
    must hold a sentence.
    """
    scored = [(nearness(claim, abstract[start:end]), Span(start, end)) for start, end in sentence_spans(abstract)]
    score, span = max(scored, key=lambda one: one[0])
    return span, score


def best_sentences(claim: str, abstract: str) -> tuple[Span, ...]:
    """Return the spans of the sentences that carry a claim together, in their order; neighbours are one span.

    The nearest sentence, and up to two others that add clearly to what was found of the claim.
    """
    spans = sentence_spans(abstract)
    weights = _parts(claim)
    held = [_held(claim, abstract[start:end]) for start, end in spans]
    chosen = [spans.index(best_sentence(claim, abstract)[0])]
    covered = set(held[chosen[0]])
    whole = sum(weights.values())
    while len(chosen) < MOST:
        gains = [sum(weights[part] for part in one - covered) for one in held]
        best = max(range(len(spans)), key=lambda place: gains[place])
        if gains[best] < WORTH * whole or not gains[best]:
            break
        chosen.append(best)
        covered |= held[best]
    return tuple(_joined([spans[place] for place in sorted(chosen)], spans))


def carried_share(claim: str, abstract: str) -> tuple[float, float]:
    """Return which share of a claim the sentences shown for it have, and which share the whole abstract has."""
    weights = _parts(claim)
    whole = sum(weights.values()) or 1.0
    spans = best_sentences(claim, abstract)
    shown = set().union(*(_held(claim, abstract[span.start : span.end]) for span in spans))
    return sum(weights[part] for part in shown) / whole, sum(weights[part] for part in _held(claim, abstract)) / whole


@lru_cache(maxsize=200)
def _parts(claim: str) -> dict[str, float]:
    """Return what of a claim can be found, each with what it counts: words by stem, numbers as written."""
    parts = {
        word.stem: max(0.0, rarity(word.text) - COMMON) for word in content_words(claim) if not word.text.isdigit()
    }
    return parts | {one.text: A_NUMBER for one in quantities(claim)}


@lru_cache(maxsize=1_000)
def _held(claim: str, text: str) -> frozenset[str]:
    """Return the parts of a claim that a text has."""
    stems = {word.stem for word in content_words(text)}
    told = quantities(text)
    numbers = (one.text for one in quantities(claim) if any(same(one, other) for other in told))
    return frozenset([*(stem for stem in _parts(claim) if stem in stems), *numbers])


def _joined(chosen: list[Span], spans: list[Span]) -> Iterator[Span]:
    start, last = chosen[0], chosen[0]
    for span in chosen[1:]:
        if spans.index(span) != spans.index(last) + 1:
            yield Span(start.start, last.end)
            start = span
        last = span
    yield Span(start.start, last.end)
