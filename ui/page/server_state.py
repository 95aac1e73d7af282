"""The library that a page is served over, and the answers under way: all that a server keeps.

While a reader has no papers of their own, the samples are served; the first file that is added begins their library.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.suggestions import questions_from
from rag.errors import LibraryMissingError, ModelError, RagError
from rag.library import Library
from rag.records import Outcome
from rag.records.answerers import QUOTES
from rag.records.answers import EXTRACTIVE
from rag.samples import PATH, QUESTIONS
from rag.settings import Settings
from rag.storage.choosing import AnyPlace, placed
from rag.storage.layout import is_library
from ui.page.serving import ANSWERS, WAITING
from ui.page.watched.metrics import Asked, Metrics

if TYPE_CHECKING:
    from rag.integrations.llama_index.query_engine import PaperQueryEngine

SAMPLES = Path("demo.library")
CLOSING = "Askpapers is shutting down. Ask again once it is back."
CUT_OFF = "The server shut down before the answer was whole. Ask again."


class ServerState:
    """A library, the samples until it has papers, and a count of what is being answered. Shared by all sessions."""

    def __init__(self, settings: Settings, home: AnyPlace, samples: Path = SAMPLES) -> None:
        """Serve the library at `home`, a folder or a database, or the samples' at `samples`, made when it is needed.

        Raises RagError.
        """
        self.settings = settings
        self.home = placed(home)
        self.keep = False  # conversations, for each user
        self.is_one_of_several = False  # processes that serve the page
        self.metrics = Metrics()
        self.closing = False  # no new answers
        self._line = asyncio.Semaphore(ANSWERS)
        self._waiting, self._room = 0, WAITING
        self._lock = threading.Lock()
        self._running: set[asyncio.Task[object]] = set()
        self._cut: set[asyncio.Task[object]] = set()  # those that we end
        self._examples: tuple[int, tuple[str, ...]] = (-1, ())
        self._own: Library | None = None
        self._samples: Library | None = None
        self._left: list[Library] = []  # open until the server ends, for those who still read them
        self._find_own()
        if self._own is None or not self._own.papers(limit=1)[1]:
            self._samples = Library.open(samples, settings)
            if not len(self._samples):  # made already, perhaps by a process beside this one
                self._samples.ingest([PATH])

    @property
    def library(self) -> Library:
        """The library to read: the reader's own, or the samples while it has no papers."""
        return self._samples or self._own or self.own()

    @property
    def is_samples(self) -> bool:
        """True while the samples are served."""
        return self._samples is not None

    @property
    def answerer(self) -> str:
        """Who writes the answers: a model's name, or that they are quotes."""
        name = self.engine().answerer
        return QUOTES if name == EXTRACTIVE else name

    def engine(self, *, streaming: bool = False) -> "PaperQueryEngine":
        """Return what questions are asked of, so that whoever listens to LlamaIndex sees them. Raises RagError."""
        return self.library.as_query_engine(streaming=streaming)

    def own(self) -> Library:
        """Return the reader's own library, made when absent. Raises RagError."""
        with self._lock:
            if self._own is None:
                self._own = Library.open(self.home, self.settings)
            return self._own

    def _find_own(self) -> None:
        """Open the reader's own library, if there is one. Raises RagError."""
        with self._lock:
            if isinstance(self.home, Path) and not is_library(self.home):
                return
            with suppress(LibraryMissingError):
                self._own = self._own or Library.open(self.home, self.settings, create=isinstance(self.home, Path))

    def settle(self) -> None:
        """Leave the samples once the reader has papers, of whatever process; who still reads them may finish."""
        if self._samples is not None and self._own is None:
            with suppress(RagError):  # told when it is opened next
                self._find_own()
        with self._lock:
            if self._samples is not None and self._own is not None and len(self._own):
                self._left.append(self._samples)
                self._samples = None

    def warm(self) -> None:
        """Load what the first answer needs, so that the first reader doesn't wait for it. Raises RagError."""
        self.engine()
        if len(self.library):
            self.library.outlook("warm up")  # no reranker, which may cost, is asked
        self.examples()

    def examples(self) -> tuple[str, ...]:
        """Return questions to begin with, drawn from the library and answered by it; made once a version."""
        library, version = self.library, self.library.version
        if self.is_samples:
            return QUESTIONS
        if self._examples[0] != version:
            try:
                papers, _ = library.papers(limit=2_000)
                found = questions_from(papers, lambda question: library.outlook(question) is Outcome.ANSWERED)
            except RagError:  # no example is no harm; the question itself will tell what is wrong
                found = ()
            self._examples = (version, found)
        return self._examples[1]

    def limit(self, answers: int, waiting: int) -> None:
        """Write `answers` at once; `waiting` questions may stand in line."""
        self._line, self._room = asyncio.Semaphore(answers), waiting

    @property
    def is_full(self) -> bool:
        """True while as many questions wait as may."""
        return self._waiting >= self._room

    def check_room(self) -> None:
        """Raise ModelError when no question can be taken: too many wait already, or the server is shutting down."""
        if self.closing:
            raise ModelError(CLOSING)
        if self.is_full:
            self.metrics.refused()
            msg = f"{self._waiting} questions are waiting for an answer already. Ask again in a moment."
            raise ModelError(msg)

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[Asked]:
        """Wait in line, then count an answer while a task writes it. Raises ModelError as `check_room` does.

        Who writes it notes its outcome on what this gives.
        """
        self.check_room()
        task = asyncio.current_task()
        if task is None:
            msg = "An answer is written in a task."
            raise RuntimeError(msg)
        self._running.add(task)
        try:
            with self.metrics.asking() as asked:
                await self._wait()
                try:
                    with self.metrics.answering():
                        yield asked
                finally:
                    self._line.release()
        except asyncio.CancelledError as error:
            if task not in self._cut:
                raise
            task.uncancel()  # it goes on, to tell who asked
            raise ModelError(CUT_OFF) from error
        finally:
            self._running.discard(task)
            self._cut.discard(task)

    async def _wait(self) -> None:
        """Wait until there is room for one more answer."""
        self._waiting += 1
        try:
            with self.metrics.waiting():
                await self._line.acquire()
        finally:
            self._waiting -= 1

    @property
    def running(self) -> int:
        """How many answers are being written."""
        return len(self._running)

    async def idle(self, seconds: float) -> None:
        """Return when nothing is being answered any more, at the latest after `seconds`."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    def cut_off(self) -> None:
        """End the answers under way; who asked is told so by a ModelError."""
        self._cut = set(self._running)
        for task in self._cut:
            task.cancel()

    def close(self) -> None:
        """Close the libraries."""
        for library in (self._own, self._samples, *self._left):
            if library is not None:
                library.close()
