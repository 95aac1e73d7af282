"""A model's text to cited, measured claims: its markers read, what claims something told from what doesn't, grounded.

For rag.answering.generative; each step is a module of its own: markers, claim_detection, grounding.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rag.citations.claim_detection import detect_claims
from rag.citations.grounding import ground_claims
from rag.citations.markers import read_markers
from rag.records import Claim, Paper

ECHOES = "echoes"  # in the repairs: sentences that only said the question again, and were left out


@dataclass(frozen=True, slots=True)
class ReadClaims:
    """The claims of a model's text, how often each kind of repair was needed, and whether it left something open.

    No claims when the text begins by saying that the sources don't tell.
    """

    claims: tuple[Claim, ...]
    repairs: Mapping[str, int]
    leaves_open: bool


def read_claims(text: str, question: str, sources: Mapping[int, Paper], number: Callable[[Paper], int]) -> ReadClaims:
    """Return what a model's text claims, by the sources that it was shown. `number` gives a paper's final number."""
    reading = read_markers(text, sources)
    detected = detect_claims(reading.sentences, question, sources.values())
    grounded = ground_claims(() if detected.abstains else detected.claiming, sources, number)
    repairs = Counter(reading.repairs) + Counter(grounded.repairs) + Counter({ECHOES: detected.echoes})
    return ReadClaims(grounded.claims, dict(repairs), bool(detected.denials) and not detected.abstains)
