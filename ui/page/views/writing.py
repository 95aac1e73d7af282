"""An answer while it is being written, in pieces that carry only what is new.

("text", more)   goes on with the paragraph that is being written, as it is
("block", html)  that paragraph (or list, table, code) is whole: it stands as this HTML from now on
("anew", "")     what came before turned out to be no part of the answer
"""

import re
from collections.abc import Iterable

from ui.page.views.markup import document

Piece = tuple[str, str]
FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
GAP = re.compile(r"\n[ \t]*\n\s*")


class Writing:
    """Cuts a text that comes in bits into blocks."""

    def __init__(self) -> None:
        self._open = ""  # of the block that isn't whole yet

    def add(self, text: str) -> list[Piece]:
        """Return the pieces that a bit of text brings."""
        pieces: list[Piece] = [("text", text)] if text else []
        self._open += text
        while (end := _end_of_block(self._open)) is not None:
            block, self._open = self._open[: end[0]], self._open[end[1] :]
            if block.strip():
                pieces.append(("block", document(block)))
                pieces += [("text", self._open)] if self._open else []
        return pieces

    def anew(self) -> list[Piece]:
        """Return the piece with which everything begins anew."""
        self._open = ""
        return [("anew", "")]


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces that have the same effect as these, as few as can be.

    >>> joined([("text", "a"), ("text", "b"), ("block", "<p>ab</p>"), ("text", "c")])
    [('block', '<p>ab</p>'), ('text', 'c')]
    """
    found: list[Piece] = []
    for kind, what in pieces:
        if kind == "anew":
            found = []
        elif kind == "block" and found and found[-1][0] == "text":
            found.pop()
        if kind == "text" and found and found[-1][0] == "text":
            found[-1] = ("text", found[-1][1] + what)
        else:
            found.append((kind, what))
    return found


def _end_of_block(text: str) -> tuple[int, int] | None:
    """Return where the first block of a text ends and the next one begins; None while it isn't whole."""
    for gap in GAP.finditer(text):
        if gap.end() == len(text):
            return None  # what follows tells whether it goes on, as an indented line does
        before = text[: gap.start()]
        if len(FENCE.findall(before)) % 2 == 0 and before.count("$$") % 2 == 0:
            return gap.start(), gap.end()
    return None
