"""Back-pressure: a question for which there is no room is refused before it is taken in, with when to come again."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.page.server_state import ServerState

RETRY = "5"  # seconds
FULL = "Too many questions are waiting for an answer already. Ask again in a moment."
JOINING = ("queue/join", "call/ask", "call/v2/ask", "run/ask", "api/ask")  # of gradio, by which questions come


class Bounded:
    """An application that takes no question while its line is full, and says with each 503 when to come again."""

    def __init__(self, app: ASGIApp, state: ServerState, path: str) -> None:
        self._app = app
        self._state = state
        self._joining = {f"{path}/gradio_api/{one}" for one in JOINING}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or refuse it."""
        joins = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].rstrip("/") in self._joining
        if not joins:
            await self._app(scope, receive, send)
        elif self._state.is_full:
            self._state.metrics.refused()
            await JSONResponse({"detail": FULL}, 503, {"Retry-After": RETRY})(scope, receive, send)
        else:
            await self._app(scope, receive, self._counting(send))

    def _counting(self, send: Send) -> Send:
        """Return a way to reply that tells when to come again where gradio's own line is full."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 503:
                self._state.metrics.refused()
                message["headers"] = [*message["headers"], (b"retry-after", RETRY.encode())]
            await send(message)

        return told
