"""A reply as it is read, piece by piece: what of it is new, how it ended, what it took."""

from dataclasses import replace
from typing import Any

from rag.models.llms.base import NO_USAGE, Ending, Finish
from rag.models.llms.exchange.chunks import piece_of
from rag.models.llms.tokens import count_tokens

UNFINISHED = "the stream ended in the middle"
CALLED = "it called a tool instead of answering"


class Reading:
    """What is known of a reply so far; `ending` is None while it goes on, `begun` tells whether it has any words."""

    def __init__(self) -> None:
        self.ending: Ending | None = None
        self._reason = UNFINISHED
        self._usage = NO_USAGE
        self._declined = self._thought = ""
        self.begun = False
        self._called = False  # it asked for a tool
        self._place: int | None = None  # which of several answers is read: the first to come
        self._whole = False  # it came in one piece, which needn't say why it ended

    def take(self, payload: Any) -> str:
        """Return what of a piece is new text of the answer. Raises ValueError when it is no piece of a reply."""
        piece = piece_of(payload)
        self._usage = piece.usage or self._usage
        self._place = piece.place if self._place is None and payload.get("choices") else self._place
        if self._place is not None and piece.place != self._place:
            return ""
        text = piece.text or ("" if self.begun else piece.whole)
        self._whole = self._whole or text == piece.whole != ""
        self.begun = self.begun or bool(text.strip())  # spaces alone are no answer
        self._declined, self._thought = self._declined + piece.refusal, self._thought + piece.thought
        self._called = self._called or piece.called
        if piece.ending and self.ending is None:
            self.ending, self._reason = piece.ending, piece.reason
        return text if self.begun else ""

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
        called = CALLED if self._called and not self.begun else ""
        return Finish(ending, usage, self._reason if ending is Ending.CUT else called)
