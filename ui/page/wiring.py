"""Which handler answers which event of the page. No logic of its own: what comes in is handed on, a View goes out."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from rag.errors import RagError
from ui.filters import read_filters
from ui.page import handlers, library_handlers
from ui.page.handlers import View
from ui.page.server_state import ServerState
from ui.page.toolkit import gr
from ui.page.views import library as library_view
from ui.page.views import runs as runs_view
from ui.page.views.header import header
from ui.page.views.map import figure

ANSWERS = "answers"  # the line in which questions wait, on the page and through the endpoints
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# Clicks don't wait behind questions, and none is lost because the one before it is still on its way.
AT_ONCE: dict[str, Any] = QUIET | {"queue": False, "trigger_mode": "multiple"}
LATEST = AT_ONCE | {"trigger_mode": "always_last"}  # of what is typed, the last counts


@dataclass(frozen=True, slots=True)
class AskTab:
    """The parts of the tab where one asks."""

    store: gr.HTML
    exports: gr.HTML
    files: gr.HTML
    said: gr.HTML
    live: gr.HTML
    composer: gr.Textbox
    shown: gr.HTML
    years: gr.Textbox
    origin: gr.Dropdown
    title: gr.Textbox
    check: gr.Checkbox

    @property
    def bounds(self) -> list[Any]:
        """The filters, in the order of `read_filters`, and whether to check."""
        return [self.years, self.origin, self.title, self.check]

    @property
    def view(self) -> list[Any]:
        """The parts that a View changes, in its order."""
        return [self.store, self.said, self.live, self.shown, self.composer]


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """The parts of the tab that shows the library."""

    sought: gr.Textbox
    table: gr.HTML
    upload: gr.File
    progress: gr.HTML
    opened: gr.HTML


@dataclass(frozen=True, slots=True)
class MapTab:
    """The parts of the tab with the map."""

    tab: gr.Tab
    plot: gr.HTML
    picked: gr.HTML


@dataclass(frozen=True, slots=True)
class RunsTab:
    """The parts of the tab with the runs of the evaluation."""

    tab: gr.Tab
    listed: gr.HTML
    opened: gr.HTML


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts of the page."""

    head: gr.HTML
    ask: AskTab
    library: LibraryTab
    papers: MapTab
    runs: RunsTab


def wire(blocks: gr.Blocks, state: ServerState, parts: Parts, *, answers: int) -> None:
    """Connect the parts of the page with the handlers; `answers` are written at once."""
    _wire_asking(state, parts.ask, answers)
    _wire_reading(blocks, state, parts.ask)
    _wire_library(blocks, state, parts)
    papers = parts.papers
    papers.tab.select(lambda: figure(state.library), None, papers.plot, concurrency_id="map", **QUIET)

    def pick(event: gr.EventData) -> str:
        return library_handlers.paper(state, int(told(event)["paper"]), removable=False)

    def report(event: gr.EventData) -> str:
        return runs_view.report(state.library.folder, str(told(event)["run"]))

    papers.plot.picked(pick, None, papers.picked, **AT_ONCE)
    parts.runs.tab.select(lambda: runs_view.runs(state.library.folder), None, parts.runs.listed, **AT_ONCE)
    parts.runs.listed.opened(report, None, parts.runs.opened, **AT_ONCE)


def told(event: gr.EventData) -> dict[str, Any]:
    """Return what page.js told with an event."""
    data: dict[str, Any] = event._data or {}  # noqa: SLF001  (gradio offers no other way to it)
    return data


def _wire_asking(state: ServerState, ask: AskTab, answers: int) -> None:
    inputs = [ask.store, ask.composer, *ask.bounds]
    waits = QUIET | {"concurrency_id": ANSWERS, "concurrency_limit": answers}

    async def submit(kept: Any, question: str, *bounds: Any) -> AsyncIterator[list[Any]]:
        async for view in _answered(state, kept, question, bounds, None):
            yield view

    async def again(kept: Any, _: str, event: gr.EventData, *bounds: Any) -> AsyncIterator[list[Any]]:
        wanted = told(event)
        async for view in _answered(state, kept, str(wanted["question"]), bounds, wanted["index"]):
            yield view

    def stop(kept: Any, event: gr.EventData) -> list[Any]:
        wanted = told(event)
        question, text = str(wanted["question"]), str(wanted["text"])
        return _changes(lambda: handlers.stopped(state, kept, question, text, wanted["index"]))

    asking = [
        ask.composer.submit(submit, inputs, ask.view, **waits),
        ask.said.again(again, inputs, ask.view, **waits),
    ]
    ask.live.stopped(stop, [ask.store], ask.view, cancels=asking, **AT_ONCE)


async def _answered(
    state: ServerState, kept: Any, question: str, bounds: tuple[Any, ...], index: int | None
) -> AsyncIterator[list[Any]]:
    try:
        *written, check = bounds
        filters = read_filters(*written)
    except RagError as error:
        yield _parts(View(live=library_view.alert(str(error))))
        return
    async for view in handlers.respond(state, kept, question, filters, index, check=bool(check)):
        yield _parts(view)


def _wire_reading(blocks: gr.Blocks, state: ServerState, ask: AskTab) -> None:
    def choose(kept: Any, event: gr.EventData) -> list[Any]:
        return _changes(lambda: handlers.choose(kept, int(told(event)["index"])))

    def rate(kept: Any, event: gr.EventData) -> list[Any]:
        wanted = told(event)
        return _changes(lambda: handlers.rate(state, kept, int(wanted["index"]), wanted["good"], str(wanted["note"])))

    def reopen(kept: Any) -> list[Any]:
        return _changes(lambda: handlers.opening(state, kept))

    def export(kept: Any, event: gr.EventData) -> dict[str, str]:
        try:
            name, text = handlers.exported(kept, str(told(event)["form"]))
        except RagError as error:
            return {"error": str(error)}
        return {"name": name, "text": text}

    ask.said.chosen(choose, [ask.store], ask.view, **AT_ONCE)
    ask.said.rated(rate, [ask.store], ask.view, **AT_ONCE)
    ask.store.opened(reopen, [ask.store], ask.view, **AT_ONCE)
    ask.exports.asked(export, [ask.store], ask.files, **AT_ONCE)
    blocks.load(reopen, [ask.store], ask.view, js="async (kept) => [await askpapers.last(kept)]", **AT_ONCE)


def _wire_library(blocks: gr.Blocks, state: ServerState, parts: Parts) -> None:
    library = parts.library
    around = [parts.head, parts.ask.origin, library.table]

    def surroundings(sought: str = "") -> list[Any]:
        return [
            header(state),
            gr.update(choices=library_handlers.sources(state)),
            library_handlers.table(state, sought),
        ]

    async def add(files: list[str] | None) -> AsyncIterator[list[Any]]:
        async for html in library_handlers.add_files(state, files or []):
            yield [html, gr.skip()]
        yield [gr.skip(), None]

    def turn(sought: str, event: gr.EventData) -> str:
        wanted = told(event)
        turned = library_view.Turned(str(wanted["order"]), bool(wanted["descending"]), int(wanted["page"]))
        return library_handlers.table(state, sought, turned)

    def opened(event: gr.EventData) -> str:
        return library_handlers.paper(state, int(told(event)["paper"]))

    def remove(event: gr.EventData) -> str:
        return library_handlers.remove(state, int(told(event)["paper"]))

    blocks.load(surroundings, None, around, **AT_ONCE)
    library.upload.upload(
        add, [library.upload], [library.progress, library.upload], concurrency_id="adding", **QUIET
    ).then(surroundings, [library.sought], around, **AT_ONCE)
    library.sought.change(lambda text: library_handlers.table(state, text), [library.sought], library.table, **LATEST)
    library.table.turned(turn, [library.sought], library.table, **AT_ONCE)
    library.table.opened(opened, None, library.opened, **AT_ONCE)
    library.opened.removed(remove, None, library.opened, **AT_ONCE).then(
        surroundings, [library.sought], around, **AT_ONCE
    )


def _changes(handle: Callable[[], View]) -> list[Any]:
    """Return what a handler changes; an expected error is shown below the conversation."""
    try:
        return _parts(handle())
    except RagError as error:
        return _parts(View(live=library_view.alert(str(error))))


def _parts(view: View) -> list[Any]:
    found = (view.conversation, view.transcript, view.live, view.evidence, view.composer)
    return [gr.skip() if part is None else part for part in found]
