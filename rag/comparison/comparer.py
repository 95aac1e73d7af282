"""One table: a row a paper, by quotes or by a language model, each as it is done, then the whole.

papers, columns -> for each paper: ask the model, or quote -> Comparison
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from rag.answering.checking import checker_for
from rag.comparison.asking import Asker
from rag.comparison.columns import read_columns
from rag.comparison.quoting import Quoter
from rag.comparison.telling import Spent, Teller
from rag.errors import QuestionError, StoppedError
from rag.models.cancellation import Cancellation
from rag.models.checkers.base import Checker
from rag.models.embedders.base import Embedder
from rag.models.llms.base import ChatModel
from rag.models.spending import cost_of
from rag.records import ComparedPaper, Comparison, Paper
from rag.records.answers import EXTRACTIVE
from rag.records.progress import Progress, Watch
from rag.settings import Settings
from rag.storage.base import Storage

MOST_PAPERS = 100


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be compared: ids of papers, names of columns, a way to stop, and `check` as `Library.ask` has it."""

    papers: Sequence[int]
    columns: Sequence[str]
    stop: Cancellation = field(default_factory=Cancellation)
    check: bool | None = None


class Comparer:
    """Compares papers of one library. Safe to share between threads."""

    def __init__(
        self,
        storage: Storage,
        embedder: Embedder,
        model: ChatModel | None,
        settings: Settings,
        checker: Checker | None = None,
    ) -> None:
        """Compare by `model`, by quotes without one. Raises PromptError."""
        self._storage = storage
        self._settings = settings
        self._quoter = Quoter(storage, embedder)
        self._model = model
        self._checker = checker
        self._asker = Asker(model, settings) if model else None

    def stream(self, table: Table, watch: Watch) -> Generator[ComparedPaper | Comparison, None, None]:
        """Yield each row as it is done, then the Comparison; nothing more after `table.stop`.

        Raises QuestionError, EmbeddingError, PromptError.
        """
        started = perf_counter()
        papers, columns = self._papers(table.papers), read_columns(table.columns)
        sought = self._quoter.prepared(columns)
        checker = checker_for(table.check, self._checker, self._model, self._settings) if self._model else None
        teller = Teller(self._asker, checker, self._settings) if self._asker else None
        rows: list[ComparedPaper] = []
        watch(Progress("compare", 0, len(papers)))
        for number, paper in enumerate(papers, start=1):
            quoted = ComparedPaper(number, paper, self._quoter.cells(paper, number, sought))
            row = teller.told(quoted, columns, table.stop) if teller else quoted
            if table.stop:
                return
            rows.append(row)
            watch(Progress("compare", len(rows), len(papers)))
            yield row
        timings = {"compare": perf_counter() - started}
        yield self._whole(tuple(column.name for column in columns), rows, teller.spent if teller else Spent(), timings)

    def _whole(
        self, names: tuple[str, ...], rows: Sequence[ComparedPaper], spent: Spent, timings: Mapping[str, float]
    ) -> Comparison:
        writer = next((row.answerer for row in rows if row.answerer != EXTRACTIVE), EXTRACTIVE)
        cost, unpriced = cost_of(spent.by_model, self._settings) if spent.calls else (None, ())
        return Comparison(
            columns=names,
            rows=tuple(rows),
            answerer=writer,
            notes=(*notes_on(rows), *unpriced),
            usage=spent.counted,
            cost=cost,
            prompts=tuple(spent.prompts),
            timings=timings,
        )

    def _papers(self, paper_ids: Iterable[int]) -> list[Paper]:
        """Return the papers of a table, each once. Raises QuestionError for none, too many, or one that isn't there."""
        wanted = list(dict.fromkeys(paper_ids))
        if not wanted:
            msg = "No paper is named to compare. Name one or more, or choose them by a search."
            raise QuestionError(msg)
        if len(wanted) > MOST_PAPERS:
            msg = f"{len(wanted)} papers are named, at most {MOST_PAPERS} can be compared at once: leave some out."
            raise QuestionError(msg)
        found = self._storage.catalog.papers(wanted)
        if gone := sorted(set(wanted) - {paper.paper_id for paper in found}):
            msg = f"There is no paper {', '.join(map(str, gone))} in this library (any more): leave it out."
            raise QuestionError(msg)
        return found


def last_of(events: Iterable[ComparedPaper | Comparison]) -> Comparison:
    """Return the Comparison that ends a stream. Raises StoppedError when none came."""
    for event in events:
        if isinstance(event, Comparison):
            return event
    raise StoppedError


def notes_on(rows: Sequence[ComparedPaper]) -> list[str]:
    """Return the notes of rows, each once, with the numbers of its rows in front."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.note:
            found.setdefault(row.note, []).append(f"[{row.number}]")
    return [f"{', '.join(numbers)} {note}" for note, numbers in found.items()]
