"""The addresses for whoever watches: /health, /ready and /metrics.

The first two ask for no password, as probes have none, and tell nothing of what is served; with `--auth` the numbers
are for users (HTTP Basic), and why a server isn't ready stands in its log alone.
"""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from rag.errors import RagError
from ui.page.server_state import ServerState
from ui.page.serving import Serving
from ui.page.users.basic import named_in
from ui.page.watched.metrics import FORM
from ui.page.watched.readiness import Readiness

RETRY = 5  # seconds after which it is worth asking again
NOT_READY = "not ready; the log says why"


def add_addresses(app: FastAPI, state: ServerState, serving: Serving, place: str) -> None:
    """Let an application be watched, below a path."""
    readiness = Readiness(state)

    @app.get(f"{place}/health")
    async def health() -> JSONResponse:
        """Tell that the process answers, and how many answers are being written; `closing` while it shuts down."""
        return JSONResponse({"status": "closing" if state.closing else "ok", "answering": state.running})

    @app.get(f"{place}/ready")
    async def ready() -> JSONResponse:
        """Tell whether questions can be answered: 200, or 503 with the reason."""
        why = await readiness.lacking()
        if not why:
            return JSONResponse({"status": "ready"})
        logging.getLogger(__name__).warning("not ready: %s", why)
        told = why if serving.auth is None else NOT_READY
        return JSONResponse({"status": "not ready", "reason": told}, 503, {"Retry-After": str(RETRY)})

    @app.get(f"{place}/metrics")
    def metrics(request: Request) -> Response:
        """Give the numbers, to users where there are any."""
        if serving.auth is not None and named_in(request.headers.get("authorization", ""), serving) is None:
            return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Askpapers"'})
        try:
            papers = len(state.library)
        except RagError as error:  # the other numbers are wanted then more than ever
            state.metrics.failed(error)
            papers = 0
        return Response(state.metrics.told(papers), media_type=FORM)
