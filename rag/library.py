"""The facade: open a library, put papers in, search, ask.

    papers.library/
        manifest.json      what it was made with
        catalog.sqlite3    the papers: the truth
        vectors-<n>/       derived, disposable
        write.lock         held while somebody writes

A Library may be shared between threads, and a folder opened by many readers; one writer at a time.
"""

import asyncio
import shutil
import threading
import weakref
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.answering import Answerer
from rag.answering.abstaining import outcome_of
from rag.answering.extractive import ExtractiveAnswerer
from rag.answering.generative import GenerativeAnswerer
from rag.backup import Backup, back_up
from rag.catalog import FILE as CATALOG
from rag.catalog import Catalog
from rag.catalog.naming import named
from rag.catalog.ratings import all_ratings, delete_rating, put_rating
from rag.catalog.records import merges
from rag.conversation import Rewritten, rewrite, standalone
from rag.datatypes import Answer, Filters, Gone, Hit, IngestReport, Merge, Outcome, Paper, Rating, Turn
from rag.embedding import Embedder, load_embedder
from rag.errors import (
    LibraryDamagedError,
    LibraryMissingError,
    ModelError,
    StoppedError,
)
from rag.ingest import Watch, index_pending, ingest
from rag.lending import Lender, manifest_of
from rag.locking import make_folder
from rag.manifest import FILE as MANIFEST
from rag.mapping import PaperMap, make_map, read_map, write_map
from rag.merging import forget, split
from rag.models import ChatModel, load_model
from rag.prompting import load_prompt
from rag.readers import find_files
from rag.readonly import copied, is_read_only
from rag.retrieval import Retriever, top
from rag.settings import Settings, load_settings
from rag.stopping import Stop, in_thread
from rag.syncing import gone

if TYPE_CHECKING:
    from rag.adapters import PaperEmbedding, PaperLLM, PaperRetriever
    from rag.engine import PaperQueryEngine

PAGE = 1_000  # papers read from the catalog at once
PASSAGES = 3  # sentences shown of each paper that a search finds


class Library:
    """A folder holding one collection of papers and its indexes."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Use `Library.open`."""
        self.folder = folder
        self.settings = settings
        self._lock = threading.RLock()
        self._embedder: Embedder | None = None
        self._model: list[ChatModel | None] = []  # empty until it is needed
        self._map: tuple[int, PaperMap] | None = None  # with the version that it is of
        self._map_lock = threading.Lock()
        self._files = folder
        manifest_of(folder, folder, settings)  # told before anything is copied
        if is_read_only(folder):
            self._files = copied(folder)
            weakref.finalize(self, shutil.rmtree, self._files, ignore_errors=True)
        is_copy = self._files != folder
        self._catalog = Catalog(folder / CATALOG, copy=self._files / CATALOG if is_copy else None)
        self._lender = Lender(folder, self._files, self._catalog, settings, self.embedder)

    @classmethod
    def open(cls, path: str | Path | None = None, settings: Settings | None = None, *, create: bool = True) -> Self:
        """Open the library in the folder `path` (by default the setting `library`), made when absent.

        Raises LibraryMissingError when it is absent and `create` is false, LibraryMismatchError when it was made
        with another embedding model or a newer version, LibraryDamagedError, StorageError.
        """
        settings = settings or load_settings()
        folder = Path(path or settings.library)
        if not is_file_with_content(folder / CATALOG):
            if (folder / MANIFEST).exists():
                msg = (
                    f"The catalog of {folder} is gone, and with it the papers. Restore it, or ingest into a new folder."
                )
                raise LibraryDamagedError(msg)
            if not create:
                msg = f"There is no library at {folder}. Make one with: askpapers ingest PATH --library {folder}"
                raise LibraryMissingError(msg)
            make_folder(folder)
        return cls(folder, settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Return the number of papers that can be found."""
        return self._catalog.count(indexed=True)

    def close(self) -> None:
        """Stop what a language model still writes, let go of all models and files."""
        self._lender.close()
        with self._lock:
            self._embedder = None
            for model in self._model:
                if model is not None:
                    model.close()
            self._model.clear()
        self._catalog.close()
        if self._files != self.folder:
            shutil.rmtree(self._files, ignore_errors=True)

    def ingest(self, paths: str | Path | Iterable[str | Path], watch: Watch = lambda progress: None) -> IngestReport:
        """Bring in the papers of files and folders (or of one); return what became of each record.

        A second run over the same files changes nothing, a run after a crash finishes the work. `watch` is told the
        progress. Raises SourceError for a path that doesn't exist, LibraryLockedError when somebody else is writing,
        StorageError when a write fails (what was stored before stays).
        """
        files = find_files([Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)])
        with self._lender.changing() as index:
            return ingest(files, self._catalog, index, self.embedder, watch)

    def remove(self, paper_ids: Iterable[int]) -> int:
        """Forget papers with everything known of them; return how many were there.

        A record of one that is ingested again makes it a new paper. Raises what `ingest` raises of writing.
        """
        with self._lender.changing() as index:
            with self._catalog.transaction():
                gone = self._catalog.remove(paper_ids)
            index.delete(gone)
        return len(gone)

    def gone(self, paths: str | Path | Iterable[str | Path]) -> Iterator[Gone]:
        """Yield every paper that came from these files and folders and isn't there any more; `forget` drops them.

        A file of which anything is rejected is left out. Raises SourceError for a path that doesn't exist.
        """
        roots = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
        return gone(self._catalog, roots, find_files(roots))

    def forget(self, found: Iterable[Gone]) -> int:
        """Forget that papers came from sources; those that come from nowhere else are removed. Return how many were.

        Raises what `ingest` raises of writing.
        """
        with self._lender.changing() as index:
            with self._catalog.transaction():
                removed = [one.paper.paper_id for one in found if forget(one.paper.paper_id, one.source, self._catalog)]
            index.delete(removed)
            index_pending(self._catalog, index, self.embedder)
        return len(removed)

    def named(self, name: str) -> Paper:
        """Return the paper of an id, DOI, arXiv id, PubMed id, key or title.

        Raises QuestionError for a name of none or of several.
        """
        return named(self._catalog, name)

    def merges(self) -> list[Merge]:
        """Return every record that joined a paper, oldest first."""
        return merges(self._catalog)

    def split(self, merge_id: int) -> Paper:
        """Make a record that joined a paper one of its own again, and return it; nothing joins the two any more.

        Raises MergeError when there is no such merge, and what `ingest` raises of writing.
        """
        with self._lender.changing() as index:
            with self._catalog.transaction():
                paper_id = split(merge_id, self._catalog)
            index_pending(self._catalog, index, self.embedder)
            return self._catalog.papers([paper_id])[0]

    def backup(self, file: str | Path, *, vectors: bool = False) -> Backup:
        """Write the library into one file, to be brought back by `rag.backup.restore`; others may go on using it.

        With `vectors` it can be searched right after, but nobody may write meanwhile. Raises LibraryDamagedError,
        LibraryLockedError, StorageError.
        """
        return back_up(self.folder, Path(file), vectors=vectors)

    def papers(
        self, text: str = "", *, order: str = "added", descending: bool = False, limit: int = 100, offset: int = 0
    ) -> tuple[list[Paper], int]:
        """Return a page of the papers with every word of `text` in title, authors or year, and how many there are.

        `order` is `added`, `title`, `year` or `author`. Raises QuestionError for another one.
        """
        return self._catalog.listed(text, order=order, descending=descending, limit=limit, offset=offset)

    def selected(self, filters: Filters = Filters()) -> Iterator[Paper]:
        """Yield every paper that passes the filters, by id. Raises QuestionError for an unknown source."""
        allowed = self._catalog.indexed_ids(filters) if filters else None
        after = 0
        while batch := self._catalog.all_papers(after=after, limit=PAGE):
            after = batch[-1].paper_id
            yield from (paper for paper in batch if allowed is None or paper.paper_id in allowed)

    def paper(self, paper_id: int) -> Paper | None:
        """Return one paper; None when it isn't there (any more)."""
        return next(iter(self._catalog.papers([paper_id])), None)

    def sources(self) -> list[str]:
        """Return every source that papers came from, sorted: what the filter `origin` can name."""
        return self._catalog.sources()

    def map(self) -> PaperMap:
        """Return every paper as a point in the plane, in clusters named by their terms; computed once a version.

        Takes seconds the first time, and is kept in the library's folder. Raises EmptyLibraryError when there is
        nothing to show, LibraryDamagedError.
        """
        with self._map_lock:
            generation = self.version
            if self._map is None or self._map[0] != generation:
                found = read_map(self.folder, generation)
                if found is None:
                    with self._lender.reading() as index:
                        ids, vectors = index.vectors.by_paper()
                    known = {paper.paper_id: paper for paper in self.selected()}
                    rows = [row for row, paper_id in enumerate(ids) if int(paper_id) in known]
                    found = make_map([known[int(ids[row])] for row in rows], vectors[rows])
                    write_map(self.folder, generation, found)
                self._map = generation, found
            return self._map[1]

    @property
    def version(self) -> int:
        """A number that grows with every change of the papers."""
        return self._catalog.generation

    def rate(self, rating: Rating) -> None:
        """Keep what a reader thought of an answer; the same `rating_id` again is a change of mind."""
        put_rating(self._catalog, rating)

    def unrate(self, rating_id: str) -> None:
        """Forget a rating, if it is there."""
        delete_rating(self._catalog, rating_id)

    def ratings(self) -> list[Rating]:
        """Return what readers thought of answers, oldest first."""
        return all_ratings(self._catalog)

    def search(self, query: str, *, limit: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return the `limit` best papers, best first, each with its three best passages.

        Raises QuestionError for an unusable query, EmptyLibraryError when there is nothing to search.
        """
        return top(self._retriever().retrieve(query, limit=limit, filters=filters).hits, PASSAGES)

    def outlook(self, question: str, *, filters: Filters = Filters()) -> Outcome:
        """Return whether the papers would answer a question, without writing an answer. Raises what `search` raises."""
        return outcome_of(self._retriever().retrieve(question, limit=1, filters=filters))

    def ask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """Answer a question from the papers, each sentence cited; or say that the abstracts don't tell.

        `history` holds the earlier turns, oldest first. Raises QuestionError, EmptyLibraryError; with a language
        model also ModelError and PromptError.
        """
        from rag.adapters import Question

        return self.as_query_engine().answer(Question(question, history=history, filters=filters))

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()
    ) -> Generator[str | Answer, None, None]:
        """Yield the answer's text in pieces as it is written, then the Answer itself.

        What an LLM writes is shown as it comes, only its markers put right; the Answer is what counts. Closing the
        iterator early stops the LLM. Raises what `ask` raises.
        """
        from rag.adapters import Question

        yield from self.as_query_engine().stream(Question(question, history=history, filters=filters))

    async def asearch(self, query: str, *, limit: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Do what `search` does, without blocking the event loop."""
        return await asyncio.to_thread(self.search, query, limit=limit, filters=filters)

    async def aask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """Do what `ask` does, without blocking the event loop; cancelling stops the LLM at once."""
        async with aclosing(self.astream(question, history=history, filters=filters)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise StoppedError

    async def astream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters = Filters()
    ) -> AsyncGenerator[str | Answer, None]:
        """Do what `stream` does, without blocking the event loop; cancelling stops the LLM at once."""
        stop = Stop()

        def start() -> Iterator[str | Answer]:
            from rag.adapters import Question

            return self.as_query_engine().stream(Question(question, history=history, filters=filters, stop=stop))

        async with aclosing(in_thread(start, stop)) as events:
            async for event in events:
                yield event

    def as_query_engine(self, *, streaming: bool = False) -> "PaperQueryEngine":
        """Return the library as a llama_index query engine; the Answer is in its response's metadata.

        Raises ModelError, PromptError when the LLM or a prompt can't be had.
        """
        from rag.engine import PaperQueryEngine

        settings, model = self.settings, self._language_model()
        if model is None:
            answerer: Answerer = ExtractiveAnswerer(
                papers=settings.papers, sentences=settings.sentences, words=settings.words
            )
            rewriter = rewriter_without_model
        else:
            answerer = GenerativeAnswerer(model, settings)
            rewriter = partial(rewrite, model=model, prompt=load_prompt("rewrite", settings.prompts))
        return PaperQueryEngine(self._retriever(), answerer, rewriter, settings, streaming=streaming)

    def as_llm(self) -> "PaperLLM":
        """Return the library's language model as a llama_index LLM. Raises ModelError when answers are extractive."""
        from rag.adapters import PaperLLM

        model = self._language_model()
        if model is None:
            msg = "No language model is set. Name one with ASKPAPERS_LLM=openai:MODEL or gguf:PATH."
            raise ModelError(msg)
        return PaperLLM(model, self.settings)

    def as_retriever(self, limit: int = 10) -> "PaperRetriever":
        """Return the library's search as a llama_index retriever of `limit` papers."""
        from rag.adapters import PaperRetriever

        return PaperRetriever(self._retriever(), limit)

    def as_embedding(self) -> "PaperEmbedding":
        """Return the library's embedding model as a llama_index embedding."""
        from rag.adapters import PaperEmbedding

        return PaperEmbedding(self.embedder())

    def embedder(self) -> Embedder:
        """Return the library's embedding model, loaded once. Raises EmbeddingError."""
        with self._lock:
            if self._embedder is None:
                self._embedder = load_embedder(self.settings)
            return self._embedder

    def _language_model(self) -> ChatModel | None:
        """Return the language model, made once; None when answers are extractive. Raises ModelError."""
        with self._lock:
            if not self._model:
                self._model = [load_model(self.settings)]
            return self._model[0]

    def _retriever(self) -> Retriever:
        return Retriever(self._catalog, self._lender.reading, self.embedder())


def rewriter_without_model(question: str, history: Sequence[Turn], stop: Stop) -> Rewritten:
    """Return a follow-up made to stand alone without a language model."""
    return Rewritten(standalone(question, history))


def is_file_with_content(path: Path) -> bool:
    """Tell whether a file is there and not empty."""
    return path.is_file() and path.stat().st_size > 0
