"""What a claim says otherwise than what it cites: another number, unit, name or direction, or a negation too many.

An accusation must be right nine times of ten, so each needs a sentence of the text that speaks of the same thing and
holds another value in the same place. What merely isn't there is missing, not different. It sees words beside each
other, not meaning: **it can't see** who did what to whom, a scope (`some`, `all`), or an addition.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from rag.citations.comparing.contradiction import contradictions
from rag.citations.comparing.names import other_names
from rag.citations.comparing.quantities import Quantity, numbers_of_names, quantities, same
from rag.records import Difference
from rag.text.sentences import sentence_spans
from rag.text.words import content_words, rarity

ALIKE = 0.25  # share of a claim's content that a sentence has from which it speaks of the same
MOST_COMBINED = 24  # numbers of a sentence of which sums and differences are tried
SMALL = 3  # a bare count up to here may only number what the claim itself lists
LIKE_SIZE = 10  # times that of two decimals one may be the other
YEARS = range(1900, 2100)
UNIT_ALIKE = 0.15


class Place(NamedTuple):
    """A sentence of a text: its quantities, and its content words by stem with how rare each is."""

    quantities: tuple[Quantity, ...]
    stems: dict[str, float]


def missing_quantities(claim: str, texts: Sequence[str]) -> list[Quantity]:
    """Return the quantities of a claim that no text has, in any spelling, unit or true rounding."""
    told = [one for text in texts for one in quantities(text)]
    in_names = {number for text in texts for number in numbers_of_names(text)}
    return [
        said for said in quantities(claim) if said.text not in in_names and not any(same(said, one) for one in told)
    ]


def differences(claim: str, texts: Sequence[str]) -> tuple[Difference, ...]:
    """Return what a claim says otherwise than the texts that it cites, each once; nothing for most false claims.

    >>> differences("Pruning reaches 90 % accuracy.", ["Pruning reaches 92.8 % accuracy in 2 hours."])
    (Difference(kind='number', said='90 %', told='92.8 %'),)
    >>> differences("Pruning reaches nearly 93 % accuracy.", ["Pruning reaches 92.8 % accuracy in 2 hours."])
    ()
    """
    places = [place for text in texts for place in _places(text)]
    found = [one for said in missing_quantities(claim, texts) if (one := _other(said, claim, places))]
    return tuple(dict.fromkeys([*found, *other_names(claim, texts), *contradictions(claim, texts)]))


@lru_cache(maxsize=200)
def _places(text: str) -> tuple[Place, ...]:
    return tuple(_place(text[start:end]) for start, end in sentence_spans(text))


def _place(sentence: str) -> Place:
    counted = quantities(sentence)
    inside = {place for one in counted for place in range(one.start, one.end)}
    stems = {word.stem: rarity(word.text) for word in content_words(sentence) if word.start not in inside}
    return Place(counted, stems)


def _other(said: Quantity, claim: str, places: Sequence[Place]) -> Difference | None:
    """Return the value that the texts have in the place of one that they lack; None when there is no such place."""
    if not said.unit and (said.value <= SMALL or (said.raw in YEARS and not said.things)):
        return None
    if any(_computed(said, place.quantities) for place in places):
        return None
    own = _place(claim)
    taken = [one for one in own.quantities if one is not said]
    rivals = [
        (likeness, other)
        for place in places
        if (likeness := _likeness(own, place)) >= UNIT_ALIKE
        for other in place.quantities
        if not any(same(one, other) for one in taken) and _same_thing(said, other)
    ]
    if not rivals:
        return None
    likeness, other = max(rivals, key=lambda rival: rival[0])
    if likeness < ALIKE:
        return None
    kind = "unit" if said.raw == other.raw else "number"
    return Difference(kind, _shown(said), _shown(other))


def _likeness(one: Place, other: Place) -> float:
    whole = sum(one.stems.values())
    return sum(weight for stem, weight in one.stems.items() if stem in other.stems) / whole if whole else 0.0


def _same_thing(said: Quantity, told: Quantity) -> bool:
    """Tell whether two quantities could stand for one another: of one dimension, or counting the same thing."""
    if said.raw == told.raw and said.unit != told.unit:
        return bool(said.unit and told.unit)
    if said.unit or told.unit:
        return said.unit == told.unit or {said.unit, told.unit} == {"%", "point"}
    if said.things and told.things:
        return bool(set(said.things) & set(told.things))
    return (
        said.decimals > 0
        and told.decimals > 0
        and max(said.value, told.value) / (min(said.value, told.value) or 1) <= LIKE_SIZE
    )


def _computed(said: Quantity, told: Sequence[Quantity]) -> bool:
    """Tell whether a quantity is the sum, difference or ratio of two that are told, or the rest to 100 %."""
    about = said._replace(hedge=said.hedge or "about")
    if any(one.unit == "%" and same(said, one._replace(value=100 - one.value, raw=100 - one.raw)) for one in told):
        return True  # the rest
    for one, other in combinations(told[:MOST_COMBINED], 2):
        if one.unit != other.unit:
            continue
        small, large = sorted((abs(one.value), abs(other.value)))
        results = [(large + small, one.unit), (large - small, one.unit), (large - small, "point")]
        if small:
            results += [(large / small, "x"), (100 * small / large, "%"), (100 * (large - small) / large, "%"),
                        (100 * (large - small) / small, "%")]  # fmt: skip
        if any(same(about, _bare(value, unit)) for value, unit in results):
            return True
    return False


def _bare(value: float, unit: str) -> Quantity:
    return Quantity("", value, unit, value, (), 9, "", 0, 0)


def _shown(one: Quantity) -> str:
    """Return a quantity as a reader is shown it: as written, with what it counts."""
    return one.text.strip()
