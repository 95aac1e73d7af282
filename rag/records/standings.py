"""How a claim's standing is shown, the same everywhere: a sign, a word, and what it rests on."""

from typing import NamedTuple

from rag.records.claims import Claim, Standing


class Shown(NamedTuple):
    """A standing as a reader sees it: its sign, its word, and one sentence on what it rests on."""

    sign: str
    word: str
    meaning: str


SHOWN: dict[Standing, Shown] = {
    Standing.QUOTED: Shown("\u25cf", "quoted", "The cited abstract says it in these words, or nearly."),
    Standing.SUPPORTED: Shown("\u2713", "supported", "A checker that reads meaning says that the cited abstract does."),
    Standing.REWORDED: Shown(
        "\u25cc", "reworded", "Own words, with all names and numbers found; not otherwise checked: compare."
    ),
    Standing.PARTLY: Shown("\u25d0", "partly", "A name, a number or a large part wasn't found in the cited abstract."),
    Standing.DIFFERS: Shown("\u2260", "differs", "The cited abstract says something otherwise."),
    Standing.NOT_FOUND: Shown("\u25cb", "not found", "Hardly anything of it is in the cited abstract."),
    Standing.UNCITED: Shown("\u00b7", "uncited", "It cites no paper."),
}
SOUND = frozenset({Standing.QUOTED, Standing.SUPPORTED})  # nothing to compare


def shown(claim: Claim) -> Shown:
    """Return how a claim's standing is shown."""
    return SHOWN[claim.standing]


def standing_help() -> tuple[Shown, ...]:
    """Return every sign with its word and what it means, from the best standing on: what any legend says."""
    return tuple(SHOWN.values())


def needs_look(claim: Claim) -> bool:
    """Tell whether a reader should look at what a claim cites; only then it is marked.

    So with own words that nobody checked by meaning, too: of sentences with one fact changed four in ten stand
    there, with every name and number right (eval/RESULTS.md).
    """
    return claim.standing not in SOUND


def side_by_side(claim: Claim) -> str:
    """Return what a claim says otherwise, both values side by side; empty when nothing differs.

    `says 90 %, the abstract 92.8 %`.
    """
    return "; ".join(f"says {one.said}, the abstract {one.told}" for one in claim.differences)
