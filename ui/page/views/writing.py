"""An answer while it is being written, in pieces that carry only what is new.

("text", more, 0)    goes on with what was written, as it is
("block", html, n)   the next paragraph (or list, table, code) is whole and stands as this HTML from now on; what is
                     open begins at character n of all that was written
("anew", "", 0)      what came before turned out to be no part of the answer
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable

from ui.page.views.markup import document

Piece = tuple[str, str, int]
ANEW: Piece = ("anew", "", 0)
FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
GAP = re.compile(r"\n[ \t]*\n\s*")


class Writing:
    """Cuts a text that comes in bits into blocks. `text` is all of it that is valid, as it was written."""

    def __init__(self) -> None:
        self.anew()

    def add(self, bit: str) -> list[Piece]:
        """Return the pieces that a bit of text brings."""
        bit = self._pairs.decode(bit.encode("utf-16-le", "surrogatepass"))
        if not bit:
            return []
        self.text += bit
        pieces: list[Piece] = [("text", bit, 0)]
        while (end := _end_of_block(self.text[self._begun :])) is not None:
            block = self.text[self._begun :][: end[0]]
            self._begun += end[1]
            if block.strip():
                pieces.append(("block", document(block), self._begun))
        return pieces

    def anew(self) -> list[Piece]:
        """Return the piece with which everything begins anew."""
        self.text = ""
        self._begun = 0  # where the block begins that isn't whole yet
        self._pairs = getincrementaldecoder("utf-16-le")("replace")  # some models send an emoji in two halves
        return [ANEW]


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    r"""Return the pieces that have the same effect as these, as few as can be.

    >>> joined([("text", "a", 0), ("text", "b\n\nc", 0), ("block", "<p>ab</p>", 4), ("text", "d", 0)])
    [('text', 'ab\n\ncd', 0), ('block', '<p>ab</p>', 4)]
    """
    anew: list[Piece] = []
    text, blocks = "", list[Piece]()
    for piece in pieces:
        if piece == ANEW:
            anew, text, blocks = [ANEW], "", []
        elif piece[0] == "block":
            blocks.append(piece)
        else:
            text += piece[1]
    return [*anew, *([("text", text, 0)] if text else []), *blocks]


def _end_of_block(text: str) -> tuple[int, int] | None:
    """Return where the first block of a text ends and the next one begins; None while it isn't whole."""
    for gap in GAP.finditer(text):
        if gap.end() == len(text):
            return None  # what follows tells whether it goes on, as an indented line does
        before = text[: gap.start()]
        if len(FENCE.findall(before)) % 2 == 0 and before.count("$$") % 2 == 0:
            return gap.start(), gap.end()
    return None
