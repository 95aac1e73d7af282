"""The papers of a library: brought in and taken out, listed, merged and taken apart, mapped, backed up, rated.

`rag.library` holds one, and asks questions of it. What reads files is imported when files are read, so that nobody
who only asks waits for it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rag.errors import SourceError
from rag.ingestion.chunking import CHUNKER
from rag.ingestion.indexing import index_pending
from rag.ingestion.merging import forget, split
from rag.ingestion.run import Run
from rag.ingestion.taking import put_back, remove_source, take_out
from rag.mapping import MapCache, PaperMap, make_map
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder
from rag.models.embedders.loading import embedder_name, pinned_settings, tell_note
from rag.records import Filters, IngestReport, Listing, Merge, MissingFromSource, Paper, Removed
from rag.records.progress import Watch
from rag.settings import Settings, load_settings
from rag.storage.base import Storage
from rag.storage.catalog.lookup import named
from rag.storage.catalog.merged_records import merges
from rag.storage.catalog.papers import require_source
from rag.storage.catalog.users.audit import going_on, log_change, named_ids, named_sources
from rag.storage.choosing import AnyPlace, open_storage
from rag.storage.manifest import IndexSpec, require_same

if TYPE_CHECKING:
    from rag.ingestion.ingest import Found
    from rag.maintenance.backup import Backup

PAGE = 1_000  # papers read from the catalog at once


class Collection:
    """The papers of one library, where they are stored, and the model that their index is made with.

    Safe to share between threads. What changes papers raises LibraryLockedError when somebody else is writing,
    LibraryDamagedError, and StorageError when a write fails.
    """

    def __init__(
        self, place: AnyPlace, settings: Settings, *, create: bool = True, embedder: Embedder | None = None
    ) -> None:
        """Use `Collection.open`."""
        self.settings = settings
        self._place = place
        self._lock = threading.RLock()
        self._given = embedder
        self._embedder: Embedder | None = None
        spec = IndexSpec(self._model_name, CHUNKER, lambda: self.embedder().dimension)
        self.storage: Storage = open_storage(place, spec, settings, create=create)
        self._maps = MapCache(self.storage.folder)

    @classmethod
    def open(
        cls,
        path: AnyPlace | None = None,
        settings: Settings | None = None,
        *,
        create: bool = True,
        embedder: Embedder | None = None,
    ) -> Self:
        """Open the papers in a folder or a database (by default the setting `library`), made when absent if `create`.

        `embedder`: the model of their index, in the place of the one that the settings name. Raises what
        `rag.storage.choosing.open_storage` raises.
        """
        settings = settings or load_settings()
        return cls(path or settings.library, settings, create=create, embedder=embedder)

    def __len__(self) -> int:
        return self.storage.catalog.count(indexed=True)

    def close(self) -> None:
        """Let go of the model and all files."""
        with self._lock:
            self._embedder = None
        self.storage.close()

    def embedder(self) -> Embedder:
        """Return the embedding model, loaded once. Raises EmbeddingError.

        Raises LibraryMismatchError when it isn't the one that the library was made with, which may show only now: the
        files of a model needn't be at hand to open a library.
        """
        with self._lock:
            if self._embedder is None:
                manifest = self.storage.made_with()
                stored = manifest.embedding if manifest else None
                loaded = self._given or load_embedder(pinned_settings(self.settings, stored))
                if stored is not None:
                    require_same(self.storage.place, "embedding model", stored, self._model_name(stored))
                self._embedder = loaded
            return self._embedder

    def _model_name(self, stored: str | None) -> str:
        """Return the name of the model that the settings ask for, for vectors of the model `stored` or new ones."""
        if self._given is not None:
            return self._given.name
        if stored is not None:
            return embedder_name(pinned_settings(self.settings, stored), stored)
        embedder = self.embedder()
        tell_note(embedder)
        return embedder.name

    def ingest(
        self,
        papers: str | Path | Iterable[Any],
        watch: Watch = lambda progress: None,
        name: str = "",
        *,
        embed: bool = True,
    ) -> IngestReport:
        """Bring in the papers of files and folders (or of one), or rows; return what became of each record.

        Without `embed` they wait for `work`.
        """
        from rag.ingestion.finding import find_files
        from rag.ingestion.ingest import ingest
        from rag.readers.rows import read_rows, rows_or_paths

        rows, paths = rows_or_paths(papers)
        if rows is not None:
            return self.bring_in(read_rows(rows, name), watch, embed=embed)
        if name:
            msg = f"Files are sources by their own names; {name!r} names none. Leave out name=, or give rows."
            raise SourceError(msg)
        files, catalog = find_files(paths), self.storage.catalog
        with self.storage.writing() as index, going_on(catalog.database, "ingest", map(str, files)) as going:
            return going.did(ingest(files, catalog, index, self.embedder, watch, embed=embed))

    def work(self, *, once: bool, watch: Watch, tell: Callable[[str], None]) -> int:
        """Embed what waits for vectors, beside others who do; once, or for ever. Return how many papers.

        What keeps it from that for a while is told, and tried again.
        """
        from rag.ingestion.working import work

        return work(self.storage, self.embedder, once=once, watch=watch, tell=tell)

    def bring_in(
        self, found: "Iterable[Found]", watch: Watch = lambda progress: None, batch: int = 500, *, embed: bool = True
    ) -> IngestReport:
        """Bring in what was found in sources, `batch` records at a time; return what became of each record."""
        from rag.ingestion.ingest import bring_in

        catalog = self.storage.catalog
        with self.storage.writing() as index, going_on(catalog.database, "ingest") as going:
            return going.did(bring_in(going.noting(found), catalog, index, self.embedder, watch, batch, embed=embed))

    def remove(self, paper_ids: Iterable[int]) -> int:
        """Forget papers with everything known of them; return how many were there."""
        catalog = self.storage.catalog
        with self.storage.writing() as index:
            with catalog.transaction():
                gone = catalog.remove(paper_ids)
                if gone:
                    log_change(catalog.database, "remove", len(gone), named_ids(gone))
            index.delete(gone)
        return len(gone)

    def take_out(self, paper_ids: Iterable[int]) -> Removed:
        """Forget papers, and return what `put_back` needs."""
        catalog = self.storage.catalog
        with self.storage.writing() as index:
            with catalog.transaction():
                removed = take_out(paper_ids, catalog)
                if removed.gone:
                    log_change(catalog.database, "remove", len(removed.gone), named_ids(removed.gone))
            index.delete(removed.gone)
        return removed

    def remove_source(self, source: str) -> Removed:
        """Forget that papers came from a source, and return what `put_back` needs. Raises QuestionError."""
        catalog = self.storage.catalog
        sources = catalog.sources()
        require_source(source, [one for one in sources if one == source], sources)
        with self.storage.writing() as index:
            with catalog.transaction():
                removed = remove_source(source, catalog)
                log_change(catalog.database, "remove source", len(removed.gone), named_sources([source]))
            index.delete(removed.gone)
            index_pending(catalog, index, self.embedder)
        return removed

    def put_back(self, removed: Removed) -> int:
        """Bring back what was taken out, to be found at once; return of how many papers."""
        catalog, run = self.storage.catalog, Run()
        with self.storage.writing() as index:
            with catalog.transaction():
                back = put_back(removed, catalog, run)
                if back:
                    log_change(
                        catalog.database, "put back", back, named_ids(one.paper.paper_id for one in removed.papers)
                    )
            run.settle()
            index.delete(run.gone)
            index_pending(catalog, index, self.embedder)
        return back

    def missing(self, paths: str | Path | Iterable[str | Path]) -> Iterator[MissingFromSource]:
        """Yield every paper that came from these files and folders and isn't there any more."""
        from rag.ingestion.finding import find_files
        from rag.ingestion.sync import missing

        roots = _listed(paths)
        return missing(self.storage.catalog, roots, find_files(roots))

    def forget(self, found: Iterable[MissingFromSource]) -> int:
        """Forget that papers came from sources; those that come from nowhere else are removed. Return how many."""
        catalog = self.storage.catalog
        with self.storage.writing() as index:
            with catalog.transaction():
                lost = list(found)
                removed = [one.paper.paper_id for one in lost if forget(one.paper.paper_id, one.source, catalog)]
                if lost:
                    about = named_sources(one.source for one in lost)
                    log_change(catalog.database, "forget", len({one.paper.paper_id for one in lost}), about)
            index.delete(removed)
            index_pending(catalog, index, self.embedder)
        return len(removed)

    def merges(self) -> list[Merge]:
        """Return every record that joined a paper, oldest first."""
        return merges(self.storage.catalog)

    def split(self, merge_id: int) -> Paper:
        """Make a record that joined a paper one of its own again, and return it. Raises MergeError."""
        catalog = self.storage.catalog
        with self.storage.writing() as index:
            with catalog.transaction():
                paper_id = split(merge_id, catalog)
                log_change(catalog.database, "split", 1, f"merge {merge_id}, now paper {paper_id}")
            index_pending(catalog, index, self.embedder)
            return catalog.papers([paper_id])[0]

    def backup(self, file: str | Path, *, vectors: bool = False) -> "Backup":
        """Write the library into one file."""
        from rag.maintenance.backup import back_up

        return back_up(self._place, Path(file), self.settings, vectors=vectors)

    def named(self, name: str) -> Paper:
        """Return the paper of an id, DOI, arXiv id, PubMed id, key or title. Raises QuestionError."""
        return named(self.storage.catalog, name)

    def papers(self, page: Listing) -> tuple[list[Paper], int]:
        """Return a page of a list of papers, and how many the whole list has. Raises QuestionError."""
        return self.storage.catalog.listed(page)

    def selected(self, filters: Filters = Filters()) -> Iterator[Paper]:
        """Yield every paper that passes the filters, by id. Raises QuestionError for an unknown source."""
        catalog, after = self.storage.catalog, 0
        allowed = catalog.indexed_ids(filters) if filters else None
        while batch := catalog.all_papers(after=after, limit=PAGE):
            after = batch[-1].paper_id
            chosen = [paper.paper_id for paper in batch if allowed is None or paper.paper_id in allowed]
            yield from catalog.papers(chosen)  # with where they came from

    def paper(self, paper_id: int) -> Paper | None:
        """Return one paper; None when it isn't there (any more)."""
        return next(iter(self.storage.catalog.papers([paper_id])), None)

    def sources(self) -> list[str]:
        """Return every source that papers came from, sorted."""
        return self.storage.catalog.sources()

    @property
    def version(self) -> int:
        """A number that grows with every change of the papers."""
        return self.storage.catalog.generation

    def map(self) -> PaperMap:
        """Return every paper as a point in the plane; computed once a version. Raises EmptyLibraryError."""
        return self._maps.get(self.version, self._make_map)

    def _make_map(self) -> PaperMap:
        with self.storage.reading() as index:
            ids, vectors = index.paper_vectors()
        known = {paper.paper_id: paper for paper in self.selected()}
        rows = [row for row, paper_id in enumerate(ids) if int(paper_id) in known]
        return make_map([known[int(ids[row])] for row in rows], vectors[rows])


def _listed(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    return [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
