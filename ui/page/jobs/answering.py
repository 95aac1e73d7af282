"""The answers that are being written for the page, each by the id of its exchange.

An answer belongs to its exchange and not to a connection: whoever knows the id follows it, from any tab, after a reload
or a cut connection, and finds it whole when it was finished meanwhile. Kept for an hour, the latest few hundred.
"""

import asyncio
import logging
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from rag.errors import RagError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.records import Anew, Answer
from rag.records.answers import EXTRACTIVE
from ui.page.jobs.followed import FAILED, PATIENCE, Followed
from ui.page.server_state import ServerState
from ui.page.views.writing import Piece, Writing, joined

REFRESH = 0.08  # seconds between two sights of an answer that is being written
QUICK = 0.5  # the same of quotes, which are whole by then: one reply takes them all, on a slow line half the time
KEPT = 300  # answers that are whole
KEPT_FOR = 3600.0  # seconds
STOPPED = "Stopped before the answer was whole."


@dataclass
class Written(Followed):
    """One answer: what came of it so far, and once it is whole what became of it."""

    pieces: list[Piece] = field(default_factory=list)
    text: str = ""
    answer: Answer | None = None
    ended: str = ""  # why there is no answer
    begun: bool = False  # no more in line
    quotes: bool = False  # no language model writes it
    whole: float | None = None  # since when, in seconds of the monotonic clock

    def end(self, task: "asyncio.Task[None]") -> None:
        """Say that nothing more comes; its task may have been stopped before it began."""
        if task.cancelled():
            self.ended = "" if self.answer else STOPPED
        elif error := task.exception():
            self.ended = str(error) if isinstance(error, RagError) else FAILED
            if self.ended is FAILED:
                logging.getLogger(__name__).error("an answer failed", exc_info=error)
        self.begun, self.whole = True, monotonic()
        self.pieces.clear()
        self.tell()


@dataclass(frozen=True, slots=True)
class Seen:
    """What who follows is told: the pieces since, how many there were, and the answer once it is whole."""

    pieces: tuple[Piece, ...]
    seen: int
    begun: bool
    written: Written | None = None


class AnswersUnderWay:
    """Writes answers side by side, as many as the server allows, and tells those who follow."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._known: OrderedDict[str, Written] = OrderedDict()

    def begin(self, exchange: str, asked: QuestionBundle) -> None:
        """Begin to answer; the same exchange again, as after a cut connection, changes nothing.

        Raises ModelError when too many wait already, or the server is shutting down.
        """
        if exchange in self._known:
            return
        self._state.check_room()
        self._forget()
        written = self._known[exchange] = Written()
        written.task = asyncio.create_task(self._write(written, asked))
        written.task.add_done_callback(written.end)

    async def follow(self, exchange: str, seen: int, *, begun: bool = True) -> Seen | None:
        """Return what is new of an answer, waiting for it a while; None when nobody knows the exchange any more.

        `begun` is what who follows believes: that it waits in line no more.
        """
        written = self._known.get(exchange)
        if written is None:
            return None
        if written.whole is None and len(written.pieces) <= seen:
            came = await written.news(PATIENCE if written.begun == begun else REFRESH)
            if came and written.task is not None:  # what comes in quick succession is told at once
                await asyncio.wait([written.task], timeout=QUICK if written.quotes and written.begun else REFRESH)
        if written.whole is not None:
            return Seen((), seen, True, written)
        pieces = written.pieces[seen:]
        return Seen(tuple(joined(pieces)), seen + len(pieces), written.begun)

    async def stop(self, exchange: str) -> None:
        """End an answer; what had come of it stays."""
        written = self._known.get(exchange)
        if written is None or written.task is None or written.whole is not None:
            return
        written.task.cancel()
        await asyncio.wait([written.task], timeout=PATIENCE)

    async def _write(self, written: Written, asked: QuestionBundle) -> None:
        writing = Writing()
        async with self._state.answering() as answering:
            engine = self._state.engine(streaming=True)
            written.begun, written.quotes = True, (asked.answerer or engine.answerer) == EXTRACTIVE
            written.tell()
            events = engine.astream(asked)
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Answer):
                        written.answer, answering.outcome = event, event.outcome
                        return
                    written.pieces += writing.anew() if isinstance(event, Anew) else writing.add(event)
                    written.text = writing.text
                    written.tell()

    def _forget(self) -> None:
        """Let go of the answers that nobody will ask for any more."""
        now = monotonic()
        whole = [name for name, one in self._known.items() if one.whole is not None]
        for place, name in enumerate(whole):
            since = self._known[name].whole or now
            if now - since > KEPT_FOR or len(whole) - place > KEPT:
                del self._known[name]


def told(written: Written) -> dict[str, Any]:
    """Return what the browser keeps of an answer that is whole, without its looks and the papers that were chosen.

    It has those, which may be thousands.
    """
    answer = written.answer
    kept = None if answer is None else answer.to_dict()
    if kept is not None and kept["searched"]["filters"]["papers"]:
        kept["searched"]["filters"]["papers"] = []
    return {
        "answer": kept,
        "text": "" if answer is not None else written.text.strip(),
        "ended": written.ended,
    }
