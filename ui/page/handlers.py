"""What happens when somebody does something on the page: plain functions from what the browser sent to what it shows.

Without gradio, so that each can be called in a test. A `View` holds what changes; None leaves a part as it is. Every
expected error becomes a line on the page.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from rag.conversation.history import turn_line
from rag.conversation.markdown import conversation_markdown
from rag.errors import QuestionError, RagError
from rag.export import Form, export
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.records import Anew, Answer, Filters, Rating
from ui.page.conversation import Conversation, Exchange, new_exchange, read_conversation
from ui.page.server_state import CUT_OFF, ServerState
from ui.page.views import library as library_view
from ui.page.views.evidence import evidence
from ui.page.views.transcript import transcript, underway, welcome

SOON = 0.1  # seconds after which a reader is shown that work is under way; an answer that is faster needs no such sign
PULSE = (
    1.0  # seconds of silence after which the browser is looked for: a reader who left is noticed as something is sent
)
REFRESH = 0.08  # seconds between two sights of an answer that is being written
STOPPED = "Stopped before the answer was whole."


@dataclass(frozen=True, slots=True)
class View:
    """What changes on the page. `conversation` is what the browser keeps, `composer` the text in the question box."""

    conversation: dict[str, Any] | None = None
    transcript: str | None = None
    live: str | None = None
    evidence: str | None = None
    composer: str | None = None


def opening(state: ServerState, kept: object, index: int | None = None) -> View:
    """Return a conversation as it was left, with the evidence of the answer at `index`, or of the last one."""
    try:
        conversation = read_conversation(kept)
    except QuestionError as error:
        return replace(_shown(state, Conversation.new()), live=library_view.alert(str(error)))
    return _shown(state, conversation, index)


async def respond(  # noqa: PLR0913  (each is a part of the page)
    state: ServerState, kept: object, question: str, filters: Filters, index: int | None = None, *, check: bool = False
) -> AsyncIterator[View]:
    """Answer a question, shown as it is written, and its claims checked with `check`.

    With `index` it takes the place of an earlier exchange and what followed.
    """
    question = question.strip()
    try:
        conversation = read_conversation(kept).until(index)
    except QuestionError as error:
        yield View(live=library_view.alert(str(error)))
        return
    if not question:
        yield View(composer="")
        return
    exchange, text, writing, shown = new_exchange(question), "", False, monotonic()
    try:
        with state.answering():
            asked = QuestionBundle(question, history=conversation.turns, filters=filters, check=check)
            events = state.engine(streaming=True).astream(asked)
            async with aclosing(events), aclosing(_paced(events, SOON)) as paced:
                async for event in paced:
                    if isinstance(event, Answer):
                        exchange = replace(exchange, answer=event)
                        break
                    text = "" if isinstance(event, Anew) else text + (event or "")
                    if event is None or monotonic() - shown >= REFRESH:
                        view = _written_so_far(conversation, exchange, text)
                        yield view if writing else _begun(view, conversation, typed=index is None)
                        writing, shown = True, monotonic()
                    if state.ending:
                        exchange = replace(exchange, text=text, ended=CUT_OFF)
                        break
    except RagError as error:
        exchange = replace(exchange, text=text, ended=str(error))
    done = _shown(state, conversation.with_last(exchange))
    yield done if writing or index is not None else replace(done, composer="")


def _written_so_far(conversation: Conversation, exchange: Exchange, text: str) -> View:
    """Return what is to be seen of an answer that is being written."""
    place = len(conversation.exchanges)
    return View(live=underway(exchange.question, text, place, exchange.exchange_id))


def _begun(view: View, conversation: Conversation, *, typed: bool) -> View:
    """Return the first sight of an answer: what stood after an edited question goes, what was typed is taken."""
    return replace(view, transcript=_transcript(conversation, None), composer="" if typed else None)


async def _paced(
    events: AsyncGenerator[str | Answer, None], silence: float
) -> AsyncGenerator[str | Answer | None, None]:
    """Yield what comes, and None when nothing has come for `silence` seconds, and again while nothing comes.

    It is time to show what there is then; and only what is sent shows whether the reader is still there.
    """
    while True:
        coming, patience = asyncio.ensure_future(anext(events, None)), silence
        try:
            while not (await asyncio.wait({coming}, timeout=patience))[0]:
                yield None
                patience = PULSE
            event = await coming
        finally:
            if not coming.done():
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
        if event is None:
            return
        yield event


def stopped(state: ServerState, kept: object, question: str, text: str, index: int | None = None) -> View:
    """Return the conversation with an answer that was stopped: what had come of it stays."""
    conversation = read_conversation(kept).until(index)
    if not question.strip():
        return _shown(state, conversation)
    exchange = replace(new_exchange(question.strip()), text=text.strip(), ended=STOPPED)
    return _shown(state, conversation.with_last(exchange))


def choose(kept: object, index: int) -> View:
    """Return the evidence of one answer."""
    conversation = read_conversation(kept)
    return View(evidence=evidence(_exchange(conversation, index).answer))


def rate(state: ServerState, kept: object, index: int, good: bool | None, note: str = "") -> View:  # noqa: FBT001
    """Keep what a reader thinks of an answer, in the catalog and in the conversation; None takes it back."""
    conversation = read_conversation(kept)
    exchange = _exchange(conversation, index)
    if exchange.answer is None:
        msg = "Only an answer can be rated."
        raise QuestionError(msg)
    if good is None:
        state.library.unrate(exchange.exchange_id)
    else:
        state.library.rate(Rating(exchange.exchange_id, exchange.answer, good, note.strip()))
    rated = conversation.with_rating(index, good=good, note=note.strip() if good is not None else "")
    return View(conversation=rated.to_dict(), transcript=_transcript(rated, index))


def exported(kept: object, form: str, index: int | None = None) -> tuple[str, str]:
    """Return (file name, text) of a conversation as Markdown or history, or of the papers that it cites.

    With `index`, of one answer alone. Raises QuestionError when there is nothing to export, or no such form.
    """
    conversation = read_conversation(kept)
    if index is not None:
        conversation = replace(conversation, exchanges=(_exchange(conversation, index),))
    if not conversation.exchanges:
        msg = "There is nothing to export yet: ask something first."
        raise QuestionError(msg)
    if form == "history":
        return "conversation.jsonl", "".join(turn_line(turn) for turn in conversation.turns)
    if form == "conversation":
        return "conversation.md", conversation_markdown(conversation.turns, title=conversation.title)
    papers = {
        citation.paper.paper_id: citation.paper
        for exchange in conversation.exchanges
        if exchange.answer
        for citation in exchange.answer.citations
    }
    if not papers:
        msg = "No paper is cited in this conversation yet."
        raise QuestionError(msg)
    try:
        chosen = Form(form)
    except ValueError as error:
        msg = f"There is no form {form!r} to export."
        raise QuestionError(msg) from error
    return f"cited{chosen.suffix}", export(papers.values(), chosen)


def _shown(state: ServerState, conversation: Conversation, index: int | None = None) -> View:
    """Return a whole conversation, with the evidence of the exchange at `index` or of the last one."""
    last = len(conversation.exchanges) - 1
    chosen = last if index is None or not 0 <= index <= last else index
    if not conversation.exchanges:
        library = state.library
        empty = welcome(library.papers(limit=1)[1], state.examples(), samples=state.is_samples)
        return View(conversation.to_dict(), empty, "", evidence(None), None)
    return View(
        conversation.to_dict(),
        _transcript(conversation, chosen),
        "",
        evidence(conversation.exchanges[chosen].answer),
        None,
    )


def _transcript(conversation: Conversation, chosen: int | None) -> str:
    copied = [_copied(exchange) for exchange in conversation.exchanges]
    return transcript(conversation, copied, chosen=chosen)


def _copied(exchange: Exchange) -> str:
    return conversation_markdown([exchange.turn], title="")


def _exchange(conversation: Conversation, index: int) -> Exchange:
    if not 0 <= index < len(conversation.exchanges):
        msg = "This answer is not in the conversation any more."
        raise QuestionError(msg)
    return conversation.exchanges[index]
