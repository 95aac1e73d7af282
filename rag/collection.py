"""The papers of a library: opened, brought in and taken out, listed, merged and taken apart, backed up, rated.

What is asked of them is `rag.library`'s.
"""

import shutil
import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.errors import LibraryDamagedError, LibraryMissingError
from rag.ingestion.finding import find_files
from rag.ingestion.ingest import index_pending, ingest
from rag.ingestion.merging import forget, split
from rag.ingestion.sync import gone
from rag.maintenance.backup import Backup, back_up
from rag.models.embedders import load_embedder
from rag.models.embedders.base import Embedder
from rag.records import Filters, Gone, IngestReport, Merge, Paper, Rating
from rag.records.progress import Watch
from rag.settings import Settings, load_settings
from rag.storage.catalog.catalog import FILE as CATALOG
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.lookup import named
from rag.storage.catalog.merged_records import merges
from rag.storage.catalog.ratings import all_ratings, delete_rating, put_rating
from rag.storage.embedded import Lender, manifest_of
from rag.storage.locking import make_folder
from rag.storage.manifest import FILE as MANIFEST
from rag.storage.readonly import copied, is_read_only

PAGE = 1_000  # papers read from the catalog at once


class Shelf:
    """The papers in a folder, with the index over them and the model that it is made with."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Use `Library.open`."""
        self.folder = folder
        self.settings = settings
        self._lock = threading.RLock()
        self._embedder: Embedder | None = None
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
        if not _has_content(folder / CATALOG):
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
        """Let go of all models and files."""
        self._lender.close()
        with self._lock:
            self._embedder = None
        self._catalog.close()
        if self._files != self.folder:
            shutil.rmtree(self._files, ignore_errors=True)

    def ingest(self, paths: str | Path | Iterable[str | Path], watch: Watch = lambda progress: None) -> IngestReport:
        """Bring in the papers of files and folders (or of one); return what became of each record.

        A second run over the same files changes nothing, a run after a crash finishes the work. `watch` is told the
        progress. Raises SourceError for a path that doesn't exist, LibraryLockedError when somebody else is writing,
        StorageError when a write fails (what was stored before stays).
        """
        files = find_files(_listed(paths))
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
        roots = _listed(paths)
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
        """Write the library into one file, for `rag.maintenance.backup.restore`; others may go on using it.

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

    def embedder(self) -> Embedder:
        """Return the library's embedding model, loaded once. Raises EmbeddingError."""
        with self._lock:
            if self._embedder is None:
                self._embedder = load_embedder(self.settings)
            return self._embedder


def _listed(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    return [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]


def _has_content(path: Path) -> bool:
    """Tell whether a file is there and not empty."""
    return path.is_file() and path.stat().st_size > 0
