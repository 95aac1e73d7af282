"""Numbers of what is asked and answered, as Prometheus reads them: never a question, a name or a text.

In one process they are counted in memory; with several, PROMETHEUS_MULTIPROC_DIR names the folder that they count in
together, before this is imported, and any of them tells the sum of all.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from rag.errors import RagError

SHARED = "PROMETHEUS_MULTIPROC_DIR"
FORM = CONTENT_TYPE_LATEST
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
REFUSED, FAILED, STOPPED = "refused", "failed", "stopped"  # outcomes beside those of an answer


@dataclass
class Asked:
    """A question that is being answered: `outcome` is what became of it, once that is known."""

    outcome: str = FAILED


class Metrics:
    """What is counted of one page. Safe to share between threads."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._questions = Counter(
            "askpapers_questions", "Questions by what became of them.", ["outcome"], registry=registry
        )
        self._seconds = Histogram(
            "askpapers_answer_seconds", "Seconds from a question to its answer, waiting too.",
            buckets=SECONDS, registry=registry,
        )  # fmt: skip
        self._errors = Counter(
            "askpapers_errors", "Errors that somebody was told, by kind.", ["error"], registry=registry
        )
        self._answering = Gauge(
            "askpapers_answers_in_flight", "Answers that are being written.",
            multiprocess_mode="livesum", registry=registry,
        )  # fmt: skip
        self._waiting = Gauge(
            "askpapers_questions_waiting",
            "Questions that wait in line.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._papers = Gauge(
            "askpapers_papers", "Papers that can be found.", multiprocess_mode="livemostrecent", registry=registry
        )
        self._processes = Gauge(
            "askpapers_processes", "Processes that answer.", multiprocess_mode="livesum", registry=registry
        )

    def serves(self) -> None:
        """Count this process as one that answers."""
        self._processes.set(1)

    @contextmanager
    def asking(self) -> Iterator[Asked]:
        """Count a question, the time that it takes, and what becomes of it."""
        asked, begun = Asked(), perf_counter()
        try:
            yield asked
        except RagError as error:
            self.failed(error)
            raise
        except BaseException:
            asked.outcome = STOPPED
            raise
        finally:
            self._questions.labels(asked.outcome).inc()
            self._seconds.observe(perf_counter() - begun)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count a question as one that waits."""
        with self._waiting.track_inprogress():
            yield

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count an answer as one that is being written."""
        with self._answering.track_inprogress():
            yield

    def refused(self) -> None:
        """Count a question for which there was no room."""
        self._questions.labels(REFUSED).inc()

    def failed(self, error: BaseException) -> None:
        """Count an error by its class."""
        self._errors.labels(type(error).__name__).inc()

    def told(self, papers: int) -> bytes:
        """Return all numbers in the text form of Prometheus."""
        self._papers.set(papers)
        registry = self._registry
        if folder := os.environ.get(SHARED):
            registry = CollectorRegistry()
            MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def forget_dead(folder: Path) -> None:
    """Let what processes that are gone had under way count no more; what they counted up stays."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(OSError):
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except OSError:  # it lives, and is somebody else's
            continue
