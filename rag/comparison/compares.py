"""What a library offers for comparing papers, the same four ways as for asking: whole or row by row, waiting or not."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Generator, Iterable, Sequence
from contextlib import aclosing

from rag.comparison.comparer import Comparer, Table, last_of
from rag.errors import StoppedError
from rag.models.cancellation import Cancellation, in_thread
from rag.records import ComparedPaper, Comparison
from rag.records.progress import Watch


class Compares(ABC):
    """Compares papers; `rag.library.Library` is one, and says by whom they are compared."""

    @abstractmethod
    def _comparer(self) -> Comparer:
        """Return who compares. Raises ModelError, PromptError, EmbeddingError when it can't be had."""

    def compare(
        self,
        papers: Iterable[int],
        columns: Sequence[str],
        *,
        watch: Watch = lambda progress: None,
        check: bool | None = None,
    ) -> Comparison:
        """Compare papers in a table: a row for each id, in the order given, a cell for each column.

        A column is a usual one (`task`, `data`, `result`, `limitation` ...), other words, or a question. A cell is a
        sentence of the abstract, or a language model's words with their standing, or empty where it isn't said.
        `watch` is told how many rows are done, `check` is as in `ask`. Raises QuestionError for more than 100 papers
        or 12 columns, for none, and for ones that can't be used; PromptError, and what loading a model raises. A model
        that fails leaves rows of quotes, and a note.
        """
        return last_of(self.stream_compare(papers, columns, watch=watch, check=check))

    def stream_compare(
        self,
        papers: Iterable[int],
        columns: Sequence[str],
        *,
        watch: Watch = lambda progress: None,
        check: bool | None = None,
    ) -> Generator[ComparedPaper | Comparison, None, None]:
        """Yield each row of `compare` as it is done, then the Comparison; closing the iterator stops the LLM."""
        yield from self._comparer().stream(Table(tuple(papers), tuple(columns), check=check), watch)

    async def acompare(
        self,
        papers: Iterable[int],
        columns: Sequence[str],
        *,
        watch: Watch = lambda progress: None,
        check: bool | None = None,
    ) -> Comparison:
        """Do what `compare` does, without blocking the event loop; cancelling stops the LLM at once."""
        async with aclosing(self.astream_compare(papers, columns, watch=watch, check=check)) as events:
            async for event in events:
                if isinstance(event, Comparison):
                    return event
        raise StoppedError

    async def astream_compare(
        self,
        papers: Iterable[int],
        columns: Sequence[str],
        *,
        watch: Watch = lambda progress: None,
        check: bool | None = None,
    ) -> AsyncGenerator[ComparedPaper | Comparison, None]:
        """Do what `stream_compare` does, without blocking the event loop; cancelling stops the LLM at once."""
        stop = Cancellation()
        table = Table(tuple(papers), tuple(columns), stop, check)
        async with aclosing(in_thread(lambda: self._comparer().stream(table, watch), stop)) as events:
            async for event in events:
                yield event
