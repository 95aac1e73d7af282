"""A model's text while it is streamed: what a reader can be shown of it now."""

import re
from collections.abc import Callable, Mapping

from rag.citations.model_text.marker_grammar import LABEL_BEGINS, WHOLE, is_interval, known_among, label_of, numbers_in
from rag.records import Paper


class Preview:
    """A text as it is streamed: markers in brackets are held back until they are whole, then shown with final numbers.

    Markers of other forms are shown as they were written; in the Answer they are mended too. `show` gives the number
    that a source has for the reader. What is shown doesn't depend on the pieces in which the text comes.
    """

    HELD = 62  # characters: the longest marker with its brackets

    def __init__(self, sources: Mapping[int, Paper], show: Callable[[int], int]) -> None:
        self._sources = sources
        self._show = show
        self._held = ""
        self._begins = True  # a line, with which a label may be copied

    def feed(self, piece: str) -> str:
        """Take a piece; return what can be shown now."""
        return "".join(map(self._take, piece))

    def rest(self) -> str:
        """Return what is still held back, at the end."""
        held, self._held = self._held, ""
        return held

    def _take(self, character: str) -> str:
        held = self._held + character
        if self._begins:
            if LABEL_BEGINS.fullmatch(held) and character != "\n":
                self._held = held
                return ""
            label = label_of(held, self._sources)
            held = label[1] + held[label.end() :] if label else held
        self._begins = character == "\n"
        if character in "]】":
            opened = max(held.rfind("["), held.rfind("【"), 0)
            held = held[:opened] + WHOLE.sub(self._shown, held[opened:])
        keep = self._kept_from(held)
        self._held = held[keep:]
        return held[:keep]

    def _kept_from(self, held: str) -> int:
        """Return from where on a text may still become a marker."""
        opened: list[int] = []
        for at, character in enumerate(held):
            if character in "[【":
                opened.append(at)
            elif character in "]】":
                del opened[-1:]
            elif character == "\n":
                opened.clear()
        return next((at for at in opened if len(held) - at < self.HELD), len(held))

    def _shown(self, match: re.Match[str]) -> str:
        found = numbers_in(match[1])
        if found is None or is_interval(match[0], self._sources):
            return match[0]
        return "".join(f"[{self._show(number)}]" for number in known_among(found, self._sources))
