"""Several processes that serve one page: started, replaced when one dies, and ended together.

They accept connections from one socket, so nothing that was begun is lost while one is replaced. Each has a library of
its own open, and the model.
"""

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.errors import RagError, SettingsError
from rag.settings import Settings
from rag.storage.choosing import AnyPlace
from ui.page.serving import Serving
from ui.page.workers.share import Share

LOOK = 0.2  # seconds between two looks at who lives
PAUSE = 2.0  # seconds before one that died early is replaced
EARLY = 5.0  # seconds of life that are few
PATIENCE = 15.0  # seconds in which all have to end, the answers under way with them


@dataclass(frozen=True, slots=True)
class Work:
    """What each process serves."""

    settings: Settings
    home: AnyPlace
    serving: Serving


def serve_together(work: Work, workers: int, listener: socket.socket, ready: Callable[[], object]) -> None:
    """Serve by several processes until told to stop; `ready` is called once the first of them answers.

    Raises SettingsError where a system can't.
    """
    if not hasattr(os, "setsid"):
        msg = "--workers needs a system with Unix sockets. Leave it out, or run several behind a proxy: docs/serving.md"
        raise SettingsError(msg)
    with TemporaryDirectory(prefix="askpapers-") as folder:
        first = Share(Path(folder), 0, workers)
        for made in (first.logins, first.metrics):
            made.mkdir()
        stopping = threading.Event()
        before = {sig: signal.signal(sig, lambda *_: stopping.set()) for sig in (signal.SIGTERM, signal.SIGINT)}
        shares = [Share(first.folder, place, workers, first.secret) for place in range(workers)]
        crew = [Place(_divided(work, workers), share, listener) for share in shares]
        try:
            _look_after(crew, stopping, ready)
        finally:
            _end(crew)
            for sig, handler in before.items():
                signal.signal(sig, handler)


class Place:
    """The process at one place, and who follows it there."""

    def __init__(self, work: Work, share: Share, listener: socket.socket) -> None:
        self._given = (work, share, listener)
        self._context = multiprocessing.get_context("spawn")
        self._begin()

    def _begin(self) -> None:
        self.serves = self._context.Event()
        self.process: SpawnProcess = self._context.Process(target=work_here, args=(*self._given, self.serves))
        self.since = time.monotonic()
        self.process.start()

    def mend(self) -> None:
        """Replace the process if it died; one that dies again and again is not begun at once."""
        if self.process.is_alive():
            return
        if time.monotonic() - self.since > (PAUSE if self.serves.is_set() else EARLY):
            self.process.join()
            self._begin()


def _look_after(crew: list[Place], stopping: threading.Event, ready: Callable[[], object]) -> None:
    told = False
    while not stopping.wait(LOOK):
        if not told and any(one.serves.is_set() for one in crew):
            told = True
            ready()
        for one in crew:
            one.mend()


def _end(crew: list[Place]) -> None:
    """Let all finish their answers and end."""
    for one in crew:
        if one.process.is_alive():
            one.process.terminate()
    until = time.monotonic() + PATIENCE
    for one in crew:
        one.process.join(max(0.0, until - time.monotonic()))
        if one.process.is_alive():
            one.process.kill()
            one.process.join()


def _divided(work: Work, workers: int) -> Work:
    """Return work in which each process takes its share of the cores, unless the setting says how many."""
    if work.settings.threads:
        return work
    threads = max(1, (os.cpu_count() or 1) // workers)
    return Work(work.settings.model_copy(update={"threads": threads}), work.home, work.serving)


def work_here(work: Work, share: Share, listener: socket.socket, serves: Any) -> None:
    """Serve, as one process of several, until told to stop or left alone."""
    os.setsid()  # Ctrl+C is for the one that started this
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(share.metrics)  # before what counts is imported
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from ui.page.server import serve_at
    from ui.page.server_state import ServerState
    from ui.page.watched.metrics import forget_dead

    forget_dead(share.metrics)
    try:
        state = ServerState(work.settings, work.home)
        try:
            state.warm()
            with share.listen() as door:
                serve_at([listener, door], state, work.serving, serves.set, share)
        finally:
            state.close()
    except RagError as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        with suppress(ProcessLookupError):
            os.kill(os.getpid(), signal.SIGTERM)
