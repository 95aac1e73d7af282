"""What happens when somebody does something on the page: plain functions from what the browser sent to what it shows.

Without gradio, so that each can be called in a test. A `View` holds what changes; None leaves a part as it is. Every
expected error becomes a line on the page.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from rag.conversation.history import turn_line
from rag.conversation.markdown import conversation_markdown
from rag.errors import QuestionError, RagError, StorageError
from rag.export import Form, export
from rag.records import Answer, Filters, IngestReport, Rating
from rag.records.progress import Progress
from rag.utils.files import replacing
from ui.page.conversation import Conversation, Exchange, new_exchange, read_conversation
from ui.page.server_state import CUT_OFF, Desk
from ui.page.views import library as library_view
from ui.page.views.evidence import evidence
from ui.page.views.transcript import transcript, underway, welcome

SOON = 0.1  # seconds after which a reader is shown that work is under way; an answer that is faster needs no such sign
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


def opening(desk: Desk, kept: object, index: int | None = None) -> View:
    """Return a conversation as it was left, with the evidence of the answer at `index`, or of the last one."""
    try:
        conversation = read_conversation(kept)
    except QuestionError as error:
        return replace(_shown(desk, Conversation.new()), live=library_view.alert(str(error)))
    return _shown(desk, conversation, index)


async def respond(
    desk: Desk, kept: object, question: str, filters: Filters, index: int | None = None
) -> AsyncIterator[View]:
    """Answer a question, shown as it is written; with `index` in the place of an earlier exchange and what followed."""
    question = question.strip()
    try:
        conversation = read_conversation(kept).until(index)
    except QuestionError as error:
        yield View(live=library_view.alert(str(error)))
        return
    if not question:
        yield View(composer="")
        return
    place, writing = len(conversation.exchanges), False
    exchange, text, shown = new_exchange(question), "", monotonic()
    try:
        with desk.answering():
            events = desk.library.astream(question, history=conversation.turns, filters=filters)
            async with aclosing(events), aclosing(_paced(events, SOON)) as paced:
                async for event in paced:
                    if isinstance(event, Answer):
                        exchange = replace(exchange, answer=event)
                        break
                    text += event or ""
                    if event is None or monotonic() - shown >= REFRESH:
                        before = None if writing else _transcript(conversation, None)
                        composer = "" if index is None and not writing else None
                        yield View(
                            transcript=before,
                            live=underway(question, text, place, exchange.exchange_id),
                            composer=composer,
                        )
                        writing, shown = True, monotonic()
                    if desk.ending:
                        exchange = replace(exchange, text=text, ended=CUT_OFF)
                        break
    except RagError as error:
        exchange = replace(exchange, text=text, ended=str(error))
    done = _shown(desk, conversation.with_last(exchange))
    yield done if writing or index is not None else replace(done, composer="")


async def _paced(
    events: AsyncGenerator[str | Answer, None], silence: float
) -> AsyncGenerator[str | Answer | None, None]:
    """Yield what comes, and None whenever nothing has come for `silence` seconds: time to show what there is."""
    while True:
        coming = asyncio.ensure_future(anext(events, None))
        try:
            if not (await asyncio.wait({coming}, timeout=silence))[0]:
                yield None
            event = await coming
        finally:
            if not coming.done():
                coming.cancel()
                with suppress(asyncio.CancelledError):
                    await coming
        if event is None:
            return
        yield event


def stopped(desk: Desk, kept: object, question: str, text: str, index: int | None = None) -> View:
    """Return the conversation with an answer that was stopped: what had come of it stays."""
    conversation = read_conversation(kept).until(index)
    if not question.strip():
        return _shown(desk, conversation)
    exchange = replace(new_exchange(question.strip()), text=text.strip(), ended=STOPPED)
    return _shown(desk, conversation.with_last(exchange))


def choose(kept: object, index: int) -> View:
    """Return the evidence of one answer."""
    conversation = read_conversation(kept)
    return View(evidence=evidence(_exchange(conversation, index).answer))


def rate(desk: Desk, kept: object, index: int, good: bool | None, note: str = "") -> View:  # noqa: FBT001
    """Keep what a reader thinks of an answer, in the catalog and in the conversation; None takes it back."""
    conversation = read_conversation(kept)
    exchange = _exchange(conversation, index)
    if exchange.answer is None:
        msg = "Only an answer can be rated."
        raise QuestionError(msg)
    if good is None:
        desk.library.unrate(exchange.exchange_id)
    else:
        desk.library.rate(Rating(exchange.exchange_id, exchange.answer, good, note.strip()))
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


async def add_files(desk: Desk, uploaded: Sequence[str | Path]) -> AsyncIterator[str]:
    """Bring uploaded files into the reader's own library; yield the progress, then the report, as HTML."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Progress | None] = asyncio.Queue()

    def watch(progress: Progress) -> None:
        loop.call_soon_threadsafe(told.put_nowait, progress)

    try:
        library = desk.own()
        files = await asyncio.to_thread(_keep, [Path(path) for path in uploaded], library.folder / "uploads")
        work = asyncio.create_task(asyncio.to_thread(library.ingest, files, watch))
        work.add_done_callback(lambda _: told.put_nowait(None))
        yield library_view.progress(None)
        shown = 0.0
        while (progress := await told.get()) is not None:
            if monotonic() - shown >= REFRESH:
                yield library_view.progress(progress)
                shown = monotonic()
        report: IngestReport = await work
    except RagError as error:
        yield library_view.alert(str(error))
        return
    desk.settle()
    yield library_view.report(report)


def _keep(uploaded: Sequence[Path], folder: Path) -> list[Path]:
    """Copy uploads into the library, so that where a paper came from has a name that lasts. Raises StorageError."""
    kept = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in uploaded:
            target = folder / path.name
            with replacing(target) as partial:
                shutil.copyfile(path, partial)
            kept.append(target)
    except OSError as error:
        msg = f"The upload can't be kept in {folder} ({error.strerror}). Make room and add the file again."
        raise StorageError(msg) from error
    return kept


def table(desk: Desk, text: str = "", turned: library_view.Turned = library_view.Turned()) -> str:
    """Return a page of the library's papers with every word of `text` as a table."""
    page = replace(turned, page=max(0, turned.page))
    try:
        papers, total = desk.library.papers(
            text,
            order=page.order,
            descending=page.descending,
            limit=library_view.PAGE,
            offset=page.page * library_view.PAGE,
        )
    except RagError as error:
        return library_view.alert(str(error))
    return library_view.table(papers, total, page, samples=desk.is_samples)


def paper(desk: Desk, paper_id: int, *, removable: bool = True) -> str:
    """Return one paper, opened, with what can be done with it."""
    found = desk.library.paper(paper_id)
    if found is None:
        return library_view.alert("This paper is no longer in the library.")
    return library_view.opened(found, removable=removable)


def remove(desk: Desk, paper_id: int) -> str:
    """Remove a paper from the library; return what to say of it."""
    found = desk.library.paper(paper_id)
    try:
        desk.library.remove([paper_id])
    except RagError as error:
        return library_view.alert(str(error))
    return library_view.notice(f"Removed: {found.title}" if found else "It was gone already.")


def sources(desk: Desk) -> list[tuple[str, str]]:
    """Return (name, path) of every source that papers came from, after one for all of them."""
    return [("All sources", ""), *((Path(source).name, source) for source in desk.library.sources())]


def _shown(desk: Desk, conversation: Conversation, index: int | None = None) -> View:
    """Return a whole conversation, with the evidence of the exchange at `index` or of the last one."""
    last = len(conversation.exchanges) - 1
    chosen = last if index is None or not 0 <= index <= last else index
    if not conversation.exchanges:
        library = desk.library
        empty = welcome(library.papers(limit=1)[1], desk.examples(), samples=desk.is_samples)
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
