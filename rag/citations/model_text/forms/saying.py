"""Says in the one form that is read, `[2]`, what markers of other forms mean, and counts how often."""

from collections import Counter
from collections.abc import Mapping

from rag.citations.model_text.forms.marker_contents import Pointed, by_address, pointed_at
from rag.citations.model_text.marker_grammar import known_among
from rag.records import Paper

REFORMED = "reformed"  # another form than [n]
NAMED = "named"  # authors and year, a title or an address in place of a number


class Saying:
    """What stands in the place of markers, by the papers that were shown."""

    def __init__(self, sources: Mapping[int, Paper]) -> None:
        self.sources = sources
        self.repairs: Counter[str] = Counter()

    def markers(self, pointed: Pointed) -> str:
        """Return the markers of what a text points at; of sources that there are, when there is one."""
        numbers = list(dict.fromkeys([*known_among(pointed.ranges, self.sources), *pointed.named]))
        self.repairs[NAMED if pointed.named else REFORMED] += 1
        return "".join(f"[{number}]" for number in numbers or [first for first, _ in pointed.ranges])

    def said(self, inside: str, *, tolerant: bool = False, bare: bool = True) -> str | None:
        """Return the markers that mean what a text points at; None when it is text.

        Bare numbers must be a source's; without `bare` they are text.
        """
        pointed = pointed_at(inside, self.sources, tolerant=tolerant)
        if pointed is None or not (pointed.in_words or (bare and known_among(pointed.ranges, self.sources))):
            return None
        return self.markers(pointed)

    def known(self, inside: str) -> str | None:
        """Return the markers that mean what a text points at; None when it is text, or one number is no source's."""
        pointed = pointed_at(inside, self.sources)
        if pointed is None or not all(first in self.sources and last in self.sources for first, last in pointed.ranges):
            return None
        return self.markers(pointed)

    def of_address(self, address: str) -> str | None:
        """Return the marker of the source whose address stands in one; None when it is no source's."""
        if not (named := by_address(address, self.sources)):
            return None
        self.repairs[NAMED] += 1
        return f"[{named[0]}]"
