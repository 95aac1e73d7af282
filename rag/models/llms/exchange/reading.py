"""A reply as it is read, piece by piece: what of it is new, how it ended, what it took."""

from dataclasses import replace
from typing import Any

from rag.models.llms.base import NO_USAGE, Ending, Finish
from rag.models.llms.exchange.chunks import piece_of
from rag.models.llms.tokens import count_tokens

UNFINISHED = "the stream ended in the middle"


class Reading:
    """What is known of a reply so far; `ending` is None while it goes on."""

    def __init__(self) -> None:
        self.ending: Ending | None = None
        self._reason = UNFINISHED
        self._usage = NO_USAGE
        self._declined = self._thought = ""
        self._begun = False
        self._whole = False  # it came in one piece, which needn't say why it ended

    def take(self, payload: Any) -> str:
        """Return what of a piece is new text of the answer. Raises ValueError when it is no piece of a reply."""
        piece = piece_of(payload)
        text = piece.text or ("" if self._begun else piece.whole)
        self._whole = self._whole or text == piece.whole != ""
        self._begun = self._begun or bool(text.strip())  # spaces alone are no answer
        self._usage, self._declined = piece.usage or self._usage, self._declined + piece.refusal
        self._thought += piece.thought
        if piece.ending and self.ending is None:
            self.ending, self._reason = piece.ending, piece.reason
        return text if self._begun else ""

    def cut(self, reason: str) -> None:
        """End it in the middle, unless it has ended."""
        if self.ending is None:
            self.ending, self._reason = Ending.CUT, reason

    def finish(self, *, said_so: bool) -> Finish:
        """Return how it ended, when nothing more comes; `said_so`: the server said that it was whole."""
        usage = self._usage
        if self._thought and not usage.thinking_tokens:
            usage = replace(usage, thinking_tokens=count_tokens(self._thought))
        if self._declined.strip():
            return Finish(Ending.CUT, usage, f"it declined: {' '.join(self._declined.split())!r}")
        ending = self.ending or (Ending.COMPLETE if said_so or self._whole else Ending.CUT)
        return Finish(ending, usage, self._reason if ending is Ending.CUT else "")
