"""The facade: the papers of a library (rag.collection), searched and asked.

A Library may be shared between threads, and opened by many readers; one writer at a time in a folder.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag.answering.abstaining import outcome_of
from rag.answering.pipeline import AnswerPipeline, make_pipeline
from rag.answering.writers import Writers
from rag.asking import Asks
from rag.collection import Collection
from rag.comparison.comparer import Comparer
from rag.comparison.compares import Compares
from rag.gathering.gathers import Gathers
from rag.integrations.llama_index.offered import ForLlamaIndex
from rag.integrations.notebooks import ForNotebooks
from rag.mapping import PaperMap
from rag.marking import Marking
from rag.models.embedders.base import Embedder
from rag.models.llms.base import ChatModel
from rag.models.rerankers import load_reranker
from rag.records import (
    Filters,
    Found,
    Hit,
    IngestReport,
    Listing,
    Merge,
    MissingFromSource,
    Outcome,
    Paper,
)
from rag.records.answerers import Answerer
from rag.records.progress import Watch
from rag.retrieval.finding import Finder
from rag.retrieval.results import Retrieved, top
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.storage.pending import Working
from rag.utils.once import Once
from rag.utils.places import ServerAddress

if TYPE_CHECKING:
    from rag.maintenance.backup import Backup

PASSAGES = 3  # sentences shown of each paper that a search finds


class Library(Asks, Compares, ForLlamaIndex, ForNotebooks, Gathers, Marking):
    """One collection of papers and its indexes, in a folder or on servers, that questions are asked of.

    `place` is where it is, as `--library` takes it, without a password; `folder` holds the files beside the papers
    (uploads, runs): the library's own, or one of the user's for a library on servers.
    """

    def __init__(self, collection: Collection) -> None:
        """Use `Library.open`."""
        self._collection = collection
        self.place = collection.storage.place
        self.folder = collection.storage.folder
        self.settings = collection.settings
        self._writers = Writers(self.settings)
        self._reranker = Once(lambda: load_reranker(self.settings))

    @classmethod
    def open(
        cls, path: str | Path | ServerAddress | None = None, settings: Settings | None = None, *, create: bool = True
    ) -> Self:
        """Open the library in the folder `path` (by default the setting `library`), made when absent.

        `path` may also be the address of a database that several share, `postgresql://USER:PASSWORD@HOST/DATABASE`,
        beside which the setting `chroma` names a Chroma. Raises LibraryMissingError when it is absent and `create` is
        false, LibraryMismatchError when it was made with another embedding model or a newer version,
        LibraryDamagedError, StorageError; SettingsError for an address that can't be used.
        """
        return cls(Collection.open(path, settings, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Return the number of papers that can be found."""
        return len(self._collection)

    def close(self) -> None:
        """Stop what a language model still writes, let go of all models and files."""
        self._writers.close()
        for reranker in self._reranker.taken():
            if reranker is not None:
                reranker.close()
        self._collection.close()

    # --- Asked

    def search(
        self, query: str, *, limit: int = 10, filters: Filters = Filters(), as_written: bool = False
    ) -> list[Hit]:
        """Return the `limit` best papers, best first, each with its three best passages.

        Mistyped words of the query are read as words of the papers, unless `as_written`. Raises QuestionError for an
        unusable query, EmptyLibraryError when there is nothing to search.
        """
        return top(self.retrieve(query, limit=limit, filters=filters, as_written=as_written).hits, PASSAGES)

    def retrieve(
        self, query: str, *, limit: int = 10, filters: Filters = Filters(), as_written: bool = False
    ) -> Retrieved:
        """Do what `search` does, and return all that was found, with notes on what failed and was read otherwise."""
        return self._retriever().search(query, limit=limit, filters=filters, as_written=as_written)

    def find(
        self, query: str, *, filters: Filters = Filters(), limit: int = 20, offset: int = 0, as_written: bool = False
    ) -> Found:
        """Return the papers about `query`, words or a question: a page of them, and how many match in all.

        They are ranked as `search` ranks, each with its three best sentences; `offset` pages up to the last that
        matches. Mistyped words are read as `search` reads them, and `notes` tell so. Raises what `search` raises.
        """
        return self._retriever().find(
            query, filters=filters, limit=limit, offset=offset, sentences=PASSAGES, as_written=as_written
        )

    def outlook(self, question: str, *, filters: Filters = Filters()) -> Outcome:
        """Return whether the papers would answer a question, without writing an answer. Raises what `search` raises."""
        retriever = Retriever(self._collection.storage, self.embedder())  # nobody reads the order: no reranker
        return outcome_of(retriever.search(question, limit=1, filters=filters))

    async def asearch(
        self, query: str, *, limit: int = 10, filters: Filters = Filters(), as_written: bool = False
    ) -> list[Hit]:
        """Do what `search` does, without blocking the event loop."""
        return await asyncio.to_thread(self.search, query, limit=limit, filters=filters, as_written=as_written)

    def answerers(self) -> list[Answerer]:
        """Return who may write answers, the one first who does where none is chosen; quotes are always among them."""
        return self._writers.answerers()

    def map(self) -> PaperMap:
        """Return every paper as a point in the plane, in clusters named by their terms; computed once a version.

        Takes seconds the first time, and is kept in the library's folder. Raises EmptyLibraryError when there is
        nothing to show, LibraryDamagedError.
        """
        return self._collection.map()

    # --- The papers

    def ingest(
        self,
        paths: str | Path | Iterable[Any],
        watch: Watch = lambda progress: None,
        *,
        name: str | None = None,
        embed: bool = True,
    ) -> IngestReport:
        """Bring in the papers of files and folders, or rows of a notebook; return what became of each record.

        Rows are a DataFrame (pandas, polars, Arrow), dicts, or `rag.Record`s, their source is `name`, or named by their
        columns. A second run over the same changes nothing, a run after a crash finishes the work. `watch` is told the
        progress. Without `embed` papers can't be found until somebody does `work`. Raises SourceError for a path that
        doesn't exist and a frame without titles or abstracts, LibraryLockedError when somebody else is writing,
        StorageError when a write fails (what was stored stays).
        """
        return self._collection.ingest(paths, watch, name or "", embed=embed)

    def work(
        self,
        *,
        once: bool = True,
        watch: Watch = lambda progress: None,
        tell: Callable[[str], None] = lambda text: None,
    ) -> int:
        """Embed the papers that wait for it, beside others who do; return how many were embedded.

        Without `once` for ever: what fails for a while is told, and tried again. Raises EmbeddingError, and what
        `ingest` raises of writing.
        """
        return self._collection.work(once=once, watch=watch, tell=tell)

    def workers(self) -> list[Working]:
        """Return who embeds papers of a library on servers now."""
        return self._collection.storage.catalog.workers()

    def remove(self, paper_ids: Iterable[int]) -> int:
        """Forget papers with everything known of them; return how many were there.

        A record of one that is ingested again makes it a new paper. Raises what `ingest` raises of writing.
        """
        return self._collection.remove(paper_ids)

    def gone(self, paths: str | Path | Iterable[str | Path]) -> Iterator[MissingFromSource]:
        """Yield every paper that came from these files and folders and isn't there any more; `forget` drops them.

        A file of which anything is rejected is left out. Raises SourceError for a path that doesn't exist.
        """
        return self._collection.missing(paths)

    def forget(self, found: Iterable[MissingFromSource]) -> int:
        """Forget that papers came from sources; those that come from nowhere else are removed. Return how many were.

        Raises what `ingest` raises of writing.
        """
        return self._collection.forget(found)

    def named(self, name: str) -> Paper:
        """Return the paper of an id, DOI, arXiv id, PubMed id, key or title.

        Raises QuestionError for a name of none or of several.
        """
        return self._collection.named(name)

    def merges(self) -> list[Merge]:
        """Return every record that joined a paper, oldest first."""
        return self._collection.merges()

    def split(self, merge_id: int) -> Paper:
        """Make a record that joined a paper one of its own again, and return it; nothing joins the two any more.

        Raises MergeError when there is no such merge, and what `ingest` raises of writing.
        """
        return self._collection.split(merge_id)

    def backup(self, file: str | Path, *, vectors: bool = False) -> "Backup":
        """Write the library into one file, for `rag.maintenance.backup.restore`; others may go on using it.

        With `vectors` it can be searched right after, but nobody may write meanwhile. Raises LibraryDamagedError,
        LibraryLockedError, StorageError.
        """
        return self._collection.backup(file, vectors=vectors)

    def papers(
        self,
        text: str = "",
        *,
        order: str = "added",
        descending: bool = False,
        limit: int = 100,
        offset: int = 0,
        filters: Filters = Filters(),
    ) -> tuple[list[Paper], int]:
        """Return a page of the papers with every word of `text` in title, authors or year, and how many there are.

        Of those that pass the filters. `order` is `added`, `title`, `year` or `author`. Raises QuestionError.
        """
        return self._collection.papers(Listing(text, filters, order, descending, limit, offset))

    def selected(self, filters: Filters = Filters()) -> Iterator[Paper]:
        """Yield every paper that passes the filters, by id. Raises QuestionError for an unknown source."""
        return self._collection.selected(filters)

    def paper(self, paper_id: int) -> Paper | None:
        """Return one paper; None when it isn't there (any more)."""
        return self._collection.paper(paper_id)

    def sources(self) -> list[str]:
        """Return every source that papers came from, sorted: what the filter `origin` can name."""
        return self._collection.sources()

    @property
    def version(self) -> int:
        """A number that grows with every change of the papers."""
        return self._collection.version

    def embedder(self) -> Embedder:
        """Return the library's embedding model, loaded once. Raises EmbeddingError."""
        return self._collection.embedder()

    def _pipeline(self, answerer: str | None = None) -> AnswerPipeline:
        model, checker = self._writers.model(answerer), self._writers.checker(answerer)
        return make_pipeline(self._retriever(), model, self.settings, checker)

    def _language_model(self) -> ChatModel | None:
        return self._writers.model()

    def _retriever(self) -> Finder:
        return Finder(self._collection.storage, self.embedder(), self._reranker())

    def _comparer(self) -> Comparer:
        writers, storage = self._writers, self._collection.storage
        return Comparer(storage, self.embedder(), writers.model(), self.settings, writers.checker())
