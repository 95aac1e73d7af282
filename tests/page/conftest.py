"""The page served by a real web server around a library."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome

from rag.library import Library
from rag.settings import Settings
from tests.chat_server import ChatServer, Held
from tests.copies import copied
from tests.page.browser import AXE, PATIENCE, PHONE, OpenTab, Tab, assert_quiet, lacking, start_chromium

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
            copied(sample_folder, samples)
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
    copied(sample_folder, folder / "samples.library")
    settings = Settings(llm="extractive")
    server = _served(folder / "papers.library", folder / "samples.library", settings)
    yield server
    server.stop()


@pytest.fixture
def chat(own_samples: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start `askpapers chat` as a process; return it and its address once it answers. `port` may be one again."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str, seconds: float = 10.0, port: int | None = None, **environment: str
    ) -> tuple[subprocess.Popen[str], str]:
        # `seconds` are what running answers have once the server is told to stop.
        if port is None:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
        script = f"import ui.page.server as s; s.GRACE = {seconds}; from ui.cli.app import main; main()"
        where = ["--library", str(own_samples), "--port", str(port)]
        command = [sys.executable, "-c", script, "chat", *where, *arguments]
        # From here, as the tests do, whatever was installed; what they write is below a folder of their own.
        here = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | here | environment)
        started.append(process)
        url, until = f"http://127.0.0.1:{port}", time.monotonic() + 10 * PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=PATIENCE):
                    return process, url
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"askpapers chat never answered: {process.communicate()[1] if process.poll() is not None else ''}")

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture
def hold(chat_server: ChatServer) -> Callable[..., Held]:
    """Let the chat server say some pieces, each only when it is released."""

    def make(*pieces: str, to: str = "") -> Held:
        return Held(chat_server, pieces, to)

    return make


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the browser puts what it downloads."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def chromium(downloads: Path) -> Iterator[Chrome]:
    """One browser for all tests; each has tabs of its own and begins with an empty storage."""
    driver = start_chromium(downloads)
    yield driver
    driver.quit()


@pytest.fixture
def open_tab(chromium: Chrome, serve_page: Any) -> Iterator[OpenTab]:
    """Open a page in a tab of its own; at the end the console is empty and no other host was asked."""
    home, opened = chromium.current_window_handle, list[Tab]()

    def open_one(server: Any, *, phone: bool = False, log_in: Callable[[Tab], None] = Tab.load) -> Tab:
        chromium.switch_to.new_window("tab")
        tab = Tab(chromium, server.url)
        if all(one.url != tab.url for one in opened):
            chromium.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": tab.url, "storageTypes": "all"})
        opened.append(tab)
        if phone:
            tab.size(**PHONE)
        log_in(tab)
        return tab

    yield open_one
    if not opened:
        return
    hosts = {urlsplit(tab.url).netloc for tab in opened}
    for tab in opened:
        chromium.switch_to.window(tab.handle)
        assert not tab.is_hacked
        chromium.get("about:blank")  # nothing of this page comes later, into the log of the next test
    assert_quiet(chromium, hosts)
    for tab in opened:
        chromium.switch_to.window(tab.handle)
        chromium.close()
    chromium.switch_to.window(home)


@pytest.fixture
def tab(open_tab: OpenTab, sample_page: Any) -> Tab:
    """The page over the sample papers, without a language model."""
    return open_tab(sample_page)


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.is_file():
        lacking(f"axe-core is not at {AXE}")
    return AXE.read_text("utf-8")
