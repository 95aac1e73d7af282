"""How like a claim a sentence is, by its content words: whether what stands there may be said of the same thing."""

from collections.abc import Collection, Mapping


def likeness(said: Mapping[str, float], told: Collection[str]) -> float:
    """Return the share of a claim's content that a sentence has, from 0 to 1: rare words count more.

    `said` is how rare each content word of the claim is, by its stem, `told` the stems of the sentence's.

    >>> likeness({"dune": 0.9, "wander": 0.6}, {"dune", "sand"})
    0.6
    """
    whole = sum(said.values())
    return sum(value for stem, value in said.items() if stem in told) / whole if whole else 0.0
