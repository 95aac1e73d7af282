"""The page in gradio: where things stand. What happens in each is in static/js, what the server does for it in `calls`.

Each part is an HTML component that static/js/page.js brings to life by its name. The browser keeps the conversations
and renders them; it asks the server through the one server function of the part `wire`.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from rag.errors import RagError
from ui.page.assets import folder
from ui.page.calls import CALLS, WRITING, caller
from ui.page.desk import desk_of
from ui.page.endpoints import endpoints
from ui.page.server_state import ServerState
from ui.page.toolkit import Api, api, gr
from ui.page.views.header import header
from ui.page.views.transcript import welcome

ENDPOINTS = "answers"  # the line in which calls of the endpoints wait
WIDE = 264  # pixels of the list of conversations


class Page(gr.Blocks):
    """Blocks whose endpoints take what isn't given to them by its default, whoever asks.

    gradio_client fills that in by itself; a plain request with fewer values, of before there were more, is refused by
    gradio.
    """

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Fill in what an endpoint isn't given behind its first value. Raises ValueError for any other lack."""
        missing = block_fn.inputs[len(inputs) :]
        if inputs and all(isinstance(one, Api) for one in missing):
            inputs.extend(one.value for one in missing)
        super().validate_inputs(block_fn, inputs)


def page(state: ServerState, *, answers: int, waiting: int) -> gr.Blocks:
    """Return the page over a library: `answers` are written at once, `waiting` questions may stand in line."""
    state.limit(answers, waiting)
    blocks: gr.Blocks
    with Page(title="Askpapers", fill_width=True, analytics_enabled=False) as blocks:
        with gr.Sidebar(width=WIDE, elem_id="ap-drawer"):
            _part("sidebar")
        _part("head", header(state))
        _part("wire", server_functions=[caller(desk_of(state), CALLS, WRITING)])
        with gr.Tabs(elem_id="ap-tabs"):
            with gr.Tab("Ask", id="ask"):
                _ask_tab(state)
            with gr.Tab("Library", id="library"):
                _library_tab(state)
            with gr.Tab("Compare", id="compare"):
                _part("compare")
            with gr.Tab("Map", id="map"):
                _part("map")
            with gr.Tab("Runs", id="runs"):
                _part("runs")
        for endpoint in endpoints(state):
            name = endpoint.__name__
            api(_told(endpoint), api_name=name, concurrency_id=ENDPOINTS, concurrency_limit=answers)
    blocks.queue(max_size=waiting, default_concurrency_limit=answers)
    return blocks


def _ask_tab(state: ServerState) -> None:
    papers = state.library.papers(limit=1)[1]
    with gr.Row(elem_id="ap-ask", equal_height=False):
        with gr.Column(elem_id="ap-main", scale=5, min_width=320):
            _part("transcript", welcome(papers, state.examples(), samples=state.is_samples))
            _part("composer")
        with gr.Column(elem_id="ap-side", scale=3, min_width=320):
            _part("evidence")


def _library_tab(state: ServerState) -> None:
    with gr.Row(elem_id="ap-library", equal_height=False):
        with gr.Column(scale=5, min_width=320):
            _part("papers")
        with gr.Column(scale=3, min_width=320, elem_id="ap-libside"):
            _part("uploads")
            if state.settings.fetch:
                _part("fetching")
            _part("opened")


def _part(name: str, html: str = "", **how: Any) -> gr.HTML:
    """Return an HTML part `#ap-<name>` that page.js brings to life; `html` stands there until then."""
    script = (
        f"import(new URL('assets/{folder()}/page.js', document.baseURI))"
        f".then((page) => page.mount('{name}', {{ element, server, upload }}));"
    )
    return gr.HTML(
        html, html_template="${value}", elem_id=f"ap-{name}", js_on_load=script, apply_default_css=False, **how
    )


def _told(endpoint: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return an endpoint whose expected errors reach the caller as their one line, not the log as a traceback."""

    @wraps(endpoint)
    async def told(*given: Any, **named: Any) -> Any:
        try:
            return await endpoint(*given, **named)
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told
