"""The web server: the page, what it is watched by, the plotting library, headers that keep every request on this host.

A signal to stop lets running answers finish for a while, then tells those that couldn't.
"""

import asyncio
import socket
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from types import FrameType

import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import SettingsError
from ui.page import assets
from ui.page.app import page
from ui.page.listening import address, listening
from ui.page.server_state import ServerState
from ui.page.serving import Serving
from ui.page.toolkit import gr
from ui.page.users.logins import Logins, Recognised
from ui.page.views.theme import THEME
from ui.page.watched.addresses import add_addresses
from ui.page.watched.pressure import Bounded
from ui.page.workers.handing_over import HandedOver
from ui.page.workers.share import Share

GRACE = 10.0  # seconds that running answers have once the server is told to stop
LARGEST_UPLOAD = "500mb"
# Whatever text of a paper or a model might get past the escaping: the browser asks nobody but this host.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def build(state: ServerState, serving: Serving, share: Share | None = None) -> FastAPI:
    """Return the whole application. Raises SettingsError when MCP is wanted and its package isn't there."""
    app = FastAPI(title="Askpapers", docs_url=None, redoc_url=None, openapi_url=None)
    return mount_page(app, state, serving, "/", share)


def mount_page(app: FastAPI, state: ServerState, serving: Serving, path: str, share: Share | None = None) -> FastAPI:
    """Make the page a part of an application, at a path such as `/papers`; return the application.

    `serving.host` and `.port` say where that application will be served; `share` which process of several this is.
    Raises what `build` raises.
    """
    if serving.mcp and find_spec("mcp") is None:
        msg = "--mcp needs the package mcp. Install it with: pip install 'askpapers[mcp]'"
        raise SettingsError(msg)
    state.keep, state.is_one_of_several = serving.keep, share is not None
    place, logins = path.rstrip("/"), Logins(None if share is None else share.logins)
    _add_middleware(app, state, serving, place, logins, share)
    add_addresses(app, state, serving, place)
    _add_routes(app, place)
    if serving.mcp:
        from ui.page.mcp_tools import PATH, mount_tools

        mount_tools(app, state, serving, f"{place}{PATH}")
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page(state, answers=serving.answers, waiting=serving.waiting),
        path=path,
        server_name=serving.host,
        server_port=serving.port,
        auth=None if serving.auth is None else serving.is_known,
        footer_links=[],
        ssr_mode=False,
        show_error=True,
        max_file_size=LARGEST_UPLOAD,
        mcp_server=False,
        theme=THEME,
        head=assets.head(),
        favicon_path=None if place else str(assets.STATIC / "icon.svg"),
    )
    for route in mounted.routes:
        if isinstance(served := getattr(route, "app", None), gr.routes.App):
            vars(served).update(tokens=logins, cookie_id=logins.cookie)
    return mounted


def _add_middleware(  # noqa: PLR0913, PLR0917  (all that requests are looked at by)
    app: FastAPI, state: ServerState, serving: Serving, place: str, logins: Logins, share: Share | None
) -> None:
    """Let each request go through what knows who asks, from the last to the first of these."""
    app.add_middleware(Bounded, state=state, path=place)
    app.add_middleware(Recognised, logins=logins, serving=serving, path=place)
    app.add_middleware(Headed, path=place)
    if share is not None:
        app.add_middleware(HandedOver, share=share, path=place)


def _add_routes(app: FastAPI, place: str) -> None:
    """Give an application the scripts of the page, and the one that draws the map."""

    @app.get(f"{place}/assets/plotly.js")
    def plotly() -> FileResponse:
        """Give the plotting library, for the map alone."""
        path = str(files("plotly") / "package_data" / "plotly.min.js")
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})

    @app.get(f"{place}/assets/{assets.folder()}/{{name}}")
    def script(name: str) -> Response:
        """Give a script of the page; its address names its content."""
        path = assets.script(name)
        if path is None:
            return Response(status_code=404)
        for_good = {"Cache-Control": "max-age=31536000, immutable"}
        return FileResponse(str(path), media_type="text/javascript", headers=for_good)


class Headed:
    """An application whose every reply below a path carries the headers that keep a browser on this host."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        ours = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self._path}/")
        await self._app(scope, receive, headed if ours else send)


def serve(state: ServerState, serving: Serving, ready: Callable[[str], object]) -> None:
    """Serve until told to stop; `ready` is called with the address once questions are answered.

    Raises SettingsError when the port is taken or can't be had.
    """
    with listening(serving) as listener:  # a taken port is told before the page is made
        serve_at([listener], state, serving, lambda: ready(address(serving)))


def serve_at(
    sockets: list[socket.socket],
    state: ServerState,
    serving: Serving,
    ready: Callable[[], object],
    share: Share | None = None,
) -> None:
    """Serve at sockets until told to stop; `share` says which process of several this is."""
    config = uvicorn.Config(build(state, serving, share), log_level="warning")

    def begun() -> None:
        state.metrics.serves()
        ready()

    _Server(config, state, begun).run(sockets)


class _Server(uvicorn.Server):
    """A server that lets running answers finish before it stops."""

    def __init__(self, config: uvicorn.Config, state: ServerState, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._state = state
        self._ready = ready
        self._ending: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  (uvicorn calls it so)
        """Close the door when a signal comes; at once when it comes twice."""
        if self._state.closing:
            self.should_exit = self.force_exit = True
            return
        self._state.closing = True
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._ending = asyncio.ensure_future(self._finish())

    async def _finish(self) -> None:
        await self._state.idle(GRACE)
        self._state.cut_off()
        await self._state.idle(1.0)
        await asyncio.sleep(0.3)  # the last words are still on their way
        self.config.timeout_graceful_shutdown = 1  # open pages hold a connection for ever
        self.should_exit = True  # not by uvicorn's own handler, which would end the process by the signal
