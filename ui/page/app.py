"""The page in gradio: where things stand. What happens to them is in `wiring`, what they show in plain functions.

What a reader does inside the HTML parts comes as events that static/page.js triggers; the names in the `js_on_load`
lines are those events, for gradio looks for them there.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from rag.errors import RagError
from ui.page import handlers, library_handlers
from ui.page.endpoints import endpoints
from ui.page.handlers import View
from ui.page.server_state import ServerState
from ui.page.toolkit import api, gr
from ui.page.views.header import EXPORTS, SIDE, header
from ui.page.wiring import ANSWERS, AskTab, LibraryTab, MapTab, Parts, RunsTab, wire

PICK = '<p class="ap-empty">Each point is a paper, near the papers that it is like. Click one to read it.</p>'
CHECK = "Check each claim with the model"


def page(state: ServerState, *, answers: int, waiting: int) -> gr.Blocks:
    """Return the page over a library: `answers` are written at once, `waiting` questions may stand in line."""
    opening = handlers.opening(state, None)
    blocks: gr.Blocks
    with gr.Blocks(title="Askpapers", fill_width=True, analytics_enabled=False) as blocks:
        head = _html("${value}", header(state), "ap-head", "head")
        with gr.Tabs(elem_id="ap-tabs"):
            with gr.Tab("Ask", id="ask"):
                ask = _ask_tab(state, opening)
            with gr.Tab("Library", id="library"):
                library = _library_tab(state)
            with gr.Tab("Map", id="map") as tab:
                papers = _map_tab(tab)
            with gr.Tab("Runs", id="runs") as tab:
                runs = RunsTab(
                    tab, _html("${value}", "", "ap-runs", "runs", "opened"), _html("${value}", "", "ap-run", "plain")
                )
        wire(blocks, state, Parts(head, ask, library, papers, runs), answers=answers)
        for endpoint in endpoints(state):
            name = endpoint.__name__
            api(_told(endpoint), api_name=name, concurrency_id=ANSWERS, concurrency_limit=answers)
    blocks.queue(max_size=waiting, default_concurrency_limit=answers)
    return blocks


def _ask_tab(state: ServerState, opening: View) -> AskTab:
    with gr.Row(elem_id="ap-ask", equal_height=False):
        with gr.Column(elem_id="ap-side", scale=0, min_width=236):
            store = _html(SIDE, opening.conversation, "ap-store", "store", "opened")
            with gr.Accordion("Filters", open=False, elem_id="ap-filters"):
                years = gr.Textbox("", label="Years", placeholder="2018..2021, 2020.., ..2015", max_lines=1)
                title = gr.Textbox("", label="Words in the title", max_lines=1)
                origin = gr.Dropdown(library_handlers.sources(state), value="", label="Source")
            check = gr.Checkbox(
                state.settings.check != "off", label=CHECK, visible=state.offers_check, elem_id="ap-check"
            )
            with gr.Accordion("Export", open=False, elem_id="ap-export"):
                exports = _html(EXPORTS, None, "ap-exports", "exports", "asked")
            files = _html("", None, "ap-files", "files")
        with gr.Column(elem_id="ap-main", scale=5, min_width=320):
            with gr.Column(elem_id="ap-scroll"):
                said = _html("${value}", opening.transcript, "ap-transcript", "transcript", "again", "chosen", "rated")
                live = _html("${value}", "", "ap-live", "live", "stopped")
            composer = gr.Textbox(
                label="Question", placeholder="Ask the abstracts, or follow up …", lines=1, max_lines=8,
                max_length=4_000, submit_btn=True, autofocus=True, show_label=False, container=False,
                elem_id="ap-composer",
            )  # fmt: skip
        with gr.Column(elem_id="ap-evidence", scale=3, min_width=320):
            shown = _html("${value}", opening.evidence, "ap-shown", "evidence")
    return AskTab(store, exports, files, said, live, composer, shown, years, origin, title, check)


def _library_tab(state: ServerState) -> LibraryTab:
    with gr.Row(elem_id="ap-library", equal_height=False):
        with gr.Column(scale=5, min_width=320):
            with gr.Row(elem_id="ap-finding"):
                sought = gr.Textbox(label="Find papers", placeholder="Words of title, authors or year", max_lines=1)
            table = _html("${value}", library_handlers.table(state), "ap-table", "table", "turned", "opened")
        with gr.Column(scale=3, min_width=320, elem_id="ap-libside"):
            upload = gr.File(
                label="Add papers: BibTeX, RIS, PubMed, arXiv, Zotero, CSV, JSON; also zipped",
                file_count="multiple",
                elem_id="ap-upload",
                height=160,
            )
            progress = _html("${value}", "", "ap-report", "plain")
            opened = _html("${value}", "", "ap-opened", "cards", "removed")
    return LibraryTab(sought, table, upload, progress, opened)


def _map_tab(tab: gr.Tab) -> MapTab:
    with gr.Row(elem_id="ap-maprow", equal_height=False):
        with gr.Column(scale=5, min_width=320):
            plot = _html('<div class="ap-plot"></div>', None, "ap-map", "map", "picked")
        with gr.Column(scale=3, min_width=320):
            picked = _html("${value}", PICK, "ap-picked", "cards")
    return MapTab(tab, plot, picked)


def _html(template: str, value: Any, elem_id: str, part: str, *events: str) -> gr.HTML:
    """Return an HTML part that page.js brings to life: `askpapers.parts.<part>` triggers the events."""
    names = ", ".join(f"'{event}'" for event in events)
    script = f"askpapers.parts.{part}({{element, props, trigger, watch, events: [{names}]}});"
    return gr.HTML(value, html_template=template, elem_id=elem_id, js_on_load=script, apply_default_css=False)


def _told(endpoint: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return an endpoint whose expected errors reach the caller as their one line, not the log as a traceback."""

    @wraps(endpoint)
    async def told(*given: Any, **named: Any) -> Any:
        try:
            return await endpoint(*given, **named)
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told
