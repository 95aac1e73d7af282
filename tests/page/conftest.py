"""The page served by a real web server around a library."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.library import Library
from rag.settings import Settings
from tests.chat_server import ChatServer, Held

if TYPE_CHECKING:
    import uvicorn

    from ui.page.server_state import ServerState
    from ui.page.serving import Serving


class PageServer:
    """The page over a library, served by a real web server in a thread until `stop`."""

    def __init__(self, state: "ServerState", serving: "Serving") -> None:
        self.state = state
        self.url = ""
        self._ready: Future[uvicorn.Server] = Future()
        self._thread = threading.Thread(target=self._run, args=[serving])
        self._thread.start()
        self._server = self._ready.result()
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    @property
    def library(self) -> Library:
        """The library that is served."""
        return self.state.library

    def stop(self) -> None:
        """Stop serving and close the library."""
        self._server.should_exit = True
        self._thread.join()
        self.state.close()

    def _run(self, serving: "Serving") -> None:
        try:
            asyncio.run(self._serve(serving))
        except Exception as error:  # noqa: BLE001  (the test that asked for the server gets it)
            self._ready.set_exception(error)

    async def _serve(self, serving: "Serving") -> None:
        import uvicorn

        from ui.page.server import build

        # Built inside a loop: without one, gradio makes two and leaves them open.
        config = uvicorn.Config(build(self.state, serving), port=0, log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        served = asyncio.ensure_future(server.serve())
        while not server.started and not served.done():  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.005)
        if server.started:
            self._ready.set_result(server)
        await served


def _served(home: Path, samples: Path, settings: Settings, **how: Any) -> PageServer:
    from ui.page.server_state import ServerState
    from ui.page.serving import Serving

    state = ServerState(settings, home, samples)
    state.warm()
    return PageServer(state, Serving(**how))


@pytest.fixture
def serve_page(sample_folder: Path, tmp_path: Path) -> Iterator[Callable[..., PageServer]]:
    """Serve the page over the library at `home`: the samples when there is none, as for a new reader."""
    serving: list[PageServer] = []

    def serve(home: Path | None = None, settings: Settings | None = None, **how: Any) -> PageServer:
        samples = tmp_path / f"samples-{len(serving)}.library"
        if home is None:
            shutil.copytree(sample_folder, samples)
        settings = settings or Settings(llm="extractive")
        serving.append(_served(home or tmp_path / "papers.library", samples, settings, **how))
        return serving[-1]

    yield serve
    for server in serving:
        server.stop()


@pytest.fixture(scope="module")
def sample_page(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page over the samples as for a new reader, without a language model; to be read only."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(sample_folder, folder / "samples.library")
    settings = Settings(llm="extractive")
    server = _served(folder / "papers.library", folder / "samples.library", settings)
    yield server
    server.stop()


@pytest.fixture
def hold(chat_server: ChatServer) -> Callable[..., Held]:
    """Let the chat server say some pieces, each only when it is released."""

    def make(*pieces: str, to: str = "") -> Held:
        return Held(chat_server, pieces, to)

    return make
