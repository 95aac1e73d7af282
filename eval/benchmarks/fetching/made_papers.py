"""Papers that nobody wrote, for the indexes of this machine to hold."""

from dataclasses import dataclass

BEASTS = "otter heron beaver dormouse newt kestrel badger marten shrew lapwing".split()
DOINGS = "crossing nesting foraging wintering singing moulting climbing diving resting roaming".split()
PLACES = "estuaries orchards quarries moorland hedgerows weirs meadows reservoirs culverts allotments".split()
NAMES = (("Ada", "Lindqvist"), ("Bram", "Okafor"), ("Chiara", "Novak"), ("Deniz", "Haraldsen"), ("Eva", "Moreau"))


@dataclass(frozen=True)
class Made:
    """A paper and its ids, as every index knows it."""

    number: int
    title: str
    abstract: str
    authors: tuple[tuple[str, str], ...]  # given and family names
    year: int
    doi: str
    arxiv_id: str
    pubmed_id: str


def made(count: int, *, start: int = 1) -> list[Made]:
    """Return so many papers, each with a title of its own; the same ones at every call."""
    return [_made(number) for number in range(start, start + count)]


def _made(number: int) -> Made:
    beast, doing, place = BEASTS[number % 10], DOINGS[number // 10 % 10], PLACES[number // 100 % 10]
    title = f"The {beast} {doing} in {place}, survey {number}"
    abstract = (
        f"We watched {number + 10} animals of the {beast} {doing} in {place} over a full year. "
        f"Most of them came back to the places where survey {number} had marked them before."
    )
    authors = tuple(NAMES[(number + place) % len(NAMES)] for place in range(1 + number % 3))
    return Made(
        number,
        title,
        abstract,
        authors,
        2000 + number % 25,
        f"10.5555/beasts.{number}",
        f"{2001 + number // 50_000}.{10_000 + number % 50_000}",
        str(30_000_000 + number),
    )
