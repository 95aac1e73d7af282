"""The progress of an ingest: a bar with rate and time left on a terminal, a plain line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.progress import Task as ProgressTask
from rich.text import Text

from rag.records.progress import Progress, Watch

STAGES = {
    "read": "reading records",
    "embed": "embedding papers",
    "fetch": "fetching records",
    "look up": "looking papers up",
}
PLAIN_SECONDS = 10.0


class _Rate(ProgressColumn):
    """Papers a second."""

    def render(self, task: ProgressTask) -> Text:
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


@contextmanager
def watching(console: Console) -> Iterator[Watch]:
    """Give a watcher that shows on `console` how far an ingest is."""
    if not console.is_terminal:
        yield _plain(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with ProgressBar(*columns, console=console, transient=True) as bar:
        tasks = {stage: bar.add_task(name, visible=False, total=None) for stage, name in STAGES.items()}

        def watch(progress: Progress) -> None:
            bar.update(tasks[progress.stage], completed=progress.done, total=progress.total, visible=True)

        yield watch


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a watcher that shows on stderr how many of a number of things are done."""
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProgressBar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain(console: Console) -> Watch:
    told = started = monotonic()

    def watch(progress: Progress) -> None:
        nonlocal told
        now = monotonic()
        if now - told >= PLAIN_SECONDS or (progress.total and progress.done == progress.total):
            of = "" if progress.total is None else f" of {progress.total:,}"
            console.print(f"{STAGES[progress.stage]}: {progress.done:,}{of} after {now - started:.0f} s")
            told = now

    return watch
