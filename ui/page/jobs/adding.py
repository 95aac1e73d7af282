"""Papers that readers bring in, of files or of indexes: each a job that goes on whoever watches, and can be cancelled.

What was stored when a job is cancelled or fails stays, and can be taken out again as long as the server runs.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from uuid import uuid4

from rag.errors import LibraryLockedError, QuestionError, RagError, StorageError
from rag.library import Library
from rag.records import IngestReport
from rag.records.progress import Progress, Watch
from rag.utils.files import replacing
from ui.page.jobs.followed import FAILED
from ui.page.server_state import ServerState

KEPT = 50  # jobs that are told of, the latest
AGAIN = 1.0  # seconds until a library that another process writes is tried again
WAITS = "Papers are being brought in elsewhere; these come next."

Work = Callable[[Library, Watch, Callable[[str], None]], IngestReport]


class CancelledByReaderError(RagError):
    """A reader wants no more of an ingest."""


@dataclass
class Job:
    """Papers on their way into the library: how far they are, and what became of them.

    `work` brings them in, and is given what watches it; `names` say what they are of: files, or a query.

    `state` is `waiting`, `working`, `done`, `cancelled` or `failed`; `fresh` are the sources that the library didn't
    know before, which can be taken out again as a whole.
    """

    names: tuple[str, ...]
    work: Work
    fetches: bool = False
    job_id: str = field(default_factory=lambda: uuid4().hex)
    state: str = "waiting"
    progress: Progress | None = None
    since: float = 0.0  # when the stage began, in seconds of the monotonic clock
    report: IngestReport | None = None
    error: str = ""
    said: str = ""  # what it waits for
    fresh: tuple[str, ...] = ()
    cancelled: bool = False

    @property
    def over(self) -> bool:
        """True when nothing more happens to it."""
        return self.state not in {"waiting", "working"}

    @property
    def left(self) -> float | None:
        """Seconds that the stage still takes, by its pace so far; None while that can't be told."""
        if self.progress is None or not self.progress.total or not self.progress.done or self.over:
            return None
        took = monotonic() - self.since
        return took / self.progress.done * (self.progress.total - self.progress.done)


class Adding:
    """The jobs of one server, the latest first. The library has one writer, so they work one at a time."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._jobs: list[Job] = []
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def jobs(self) -> list[Job]:
        """All that are known, the latest first."""
        return list(self._jobs)

    def begin(self, files: Sequence[Path], names: Sequence[str]) -> Job:
        """Begin to bring in files; return the job."""

        def work(library: Library, watch: Watch, telling: Callable[[str], None]) -> IngestReport:
            del telling  # a file is never waited for
            return library.ingest(_keep(files, names, library.folder / "uploads"), watch)

        return self._begin(Job(tuple(names), work))

    def begin_fetch(self, name: str, work: Work) -> Job:
        """Begin to bring in what an index gives; return the job."""
        return self._begin(Job((name,), work, fetches=True))

    def _begin(self, job: Job) -> Job:
        over = [one for one in self._jobs if one.over][: KEPT - 1]
        self._jobs = [job, *(one for one in self._jobs if one in over or not one.over)]
        task = asyncio.create_task(self._work(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def job(self, job_id: str) -> Job:
        """Return a job. Raises QuestionError when nobody knows it any more."""
        for job in self._jobs:
            if job.job_id == job_id:
                return job
        msg = "This upload isn't known any more: the server was restarted. Look in the library what is there."
        raise QuestionError(msg)

    @property
    def is_working(self) -> bool:
        """True while any waits or is at work."""
        return any(not job.over for job in self._jobs)

    def cancel(self, job_id: str) -> None:
        """Want no more of a job: it ends with the batch at work, or at once while it waits. Raises QuestionError."""
        job = self.job(job_id)
        job.cancelled = True
        if job.state == "waiting":
            job.state = "cancelled"

    async def finished(self) -> None:
        """Return once nothing waits or is at work."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, job: Job) -> None:
        async with self._turn:
            if job.over:  # cancelled while it waited
                return
            try:
                job.state = "working"
                library = self._state.own()
                job.report = await self._brought(library, job)
                job.state = "done"
            except CancelledByReaderError:
                job.state = "cancelled"
            except RagError as error:
                job.state, job.error = "failed", str(error)
            except BaseException:
                job.state, job.error = "failed", FAILED
                raise
            finally:
                self._state.settle()

    async def _brought(self, library: Library, job: Job) -> IngestReport:
        """Bring papers in; beside other processes of the page, wait for those that do so at the time."""
        while True:
            try:
                return await asyncio.to_thread(self._bring, library, job)
            except LibraryLockedError:
                if not self._state.is_one_of_several:
                    raise
                job.said = WAITS
                await asyncio.sleep(AGAIN)
                _check(job)

    @staticmethod
    def _bring(library: Library, job: Job) -> IngestReport:
        def watch(progress: Progress) -> None:
            _check(job)
            if job.fetches and progress.stage == "read":
                return  # a few at a time, in between
            if job.progress is None or job.progress.stage != progress.stage:
                job.since = monotonic()
            job.progress, job.said = progress, ""

        def telling(said: str) -> None:
            _check(job)
            job.said = said

        known = set(library.sources())
        try:
            return job.work(library, watch, telling)
        finally:
            job.fresh = tuple(source for source in library.sources() if source not in known)


def _check(job: Job) -> None:
    if job.cancelled:
        raise CancelledByReaderError


def _apart(names: Sequence[str]) -> list[str]:
    """Return names of files so that no two are one: those of different folders often are, case aside.

    >>> _apart(["refs.bib", "Refs.bib", "refs.bib", "a.csv"])
    ['refs.bib', 'Refs (2).bib', 'refs (3).bib', 'a.csv']
    """
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        path, number, kept = Path(name), 1, name
        while kept.casefold() in taken:
            number += 1
            kept = f"{path.stem} ({number}){path.suffix}"
        taken.add(kept.casefold())
        found.append(kept)
    return found


def _keep(files: Sequence[Path], names: Sequence[str], folder: Path) -> list[Path]:
    """Copy uploads into the library, so that where a paper came from has a name that lasts. Raises StorageError."""
    kept = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, name in zip(files, _apart(names), strict=True):
            target = folder / name
            with replacing(target) as partial:
                shutil.copyfile(path, partial)
            kept.append(target)
    except OSError as error:
        msg = f"The upload can't be kept in {folder} ({error.strerror}). Make room and add the file again."
        raise StorageError(msg) from error
    return kept
