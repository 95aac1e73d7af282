"""What a library offers for bringing in papers from open indexes. Nothing is sent but by these methods.

They raise FetchError when an index can't be asked, refuses or gives no sound answer, QuestionError for what can't be
asked for, and what `ingest` raises of writing.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.collection import Collection
from rag.records import IngestReport
from rag.records.enrichments import EnrichReport
from rag.records.progress import Watch
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.fetching import Client, Wanted
    from rag.gathering.asking import Preview
    from rag.gathering.kept import KeptQuery


def _quiet(said: object) -> None:
    """Tell nobody."""


class Gathers:
    """Fetches papers, keeps queries, and fills in what papers lack; `rag.library.Library` is one."""

    _collection: Collection
    settings: Settings

    def preview(
        self, wanted: "Wanted | str", text: str = "", *, telling: Callable[[str], None] = _quiet, **bounds: Any
    ) -> "list[Preview]":
        """Return what `fetch` of the same would bring, for each index: how many papers, and the first ten."""
        from rag.gathering.previewing import preview

        return preview(self.settings, wanted, text, telling=telling, **bounds)

    def fetch(
        self,
        wanted: "Wanted | str",
        text: str = "",
        *,
        watch: Watch = _quiet,
        telling: Callable[[str], None] = _quiet,
        keep: bool = False,
        **bounds: Any,
    ) -> IngestReport:
        """Bring in papers from an open index; return what became of each record, as `ingest` does.

        `wanted` is a `rag.fetching.Wanted`, or the name of an index with words or ids in `text` and `author`,
        `year_from`, `year_to`, `day`, `collection`, `limit` beside; or ids alone (`arxiv:2004.12832 doi:10.1000/182`),
        which choose their index. The papers' source is what was asked (`arxiv: river otters`). `keep`: the query stays
        with the library, for `refresh`. A fetch that was cut goes on where it was when the same is fetched again; when
        an index fails midway, what came is stored, and the error is among the rejections. `telling` is told on one line
        when an index is waited for.
        """
        from rag.gathering.asking import wanted_of
        from rag.gathering.bringing import coming
        from rag.gathering.kept import keep as keep_query

        asked, failed = wanted_of(wanted, text, **bounds), list[Any]()
        with self._client(telling=telling) as client:
            report = self._bring(coming(asked, client, watch, failed), watch)
        for one in asked if keep else ():
            keep_query(self._collection.storage.catalog.database, one, refreshed=not failed)
        return report

    def queries(self) -> "list[KeptQuery]":
        """Return the queries that are kept for `refresh`, oldest first."""
        from rag.gathering.kept import kept_queries

        return kept_queries(self._collection.storage.catalog.database)

    def forget_query(self, query_id: int) -> "KeptQuery":
        """Keep a query no longer; its papers stay. Returns what it was."""
        from rag.gathering.kept import forget

        return forget(self._collection.storage.catalog.database, query_id)

    def refresh(
        self,
        query_ids: Iterable[int] | None = None,
        *,
        watch: Watch = _quiet,
        telling: Callable[[str], None] = _quiet,
    ) -> "list[tuple[KeptQuery, IngestReport]]":
        """Bring in what is new for each kept query, or for those of these numbers; return what came of each.

        An index that fails is told among the rejections of its query, and the others are asked.
        """
        from rag.gathering.bringing import coming, named, what_is_new
        from rag.gathering.kept import chosen, keep

        database, done = self._collection.storage.catalog.database, []
        with self._client(fresh=True, telling=telling) as client:
            for query in chosen(database, None if query_ids is None else list(query_ids)):
                failed = list[Any]()
                found = coming([what_is_new(query)], client, watch, failed, raising=False)
                report = self._bring(named(found, query.source), watch)
                if not failed:
                    keep(database, query.wanted, refreshed=True)
                done.append((query, report))
        return done

    def enrich(
        self,
        paths: str | Path | Iterable[str | Path] = (),
        *,
        dry_run: bool = False,
        watch: Watch = _quiet,
        telling: Callable[[str], None] = _quiet,
    ) -> EnrichReport:
        """Fill in what papers lack from open indexes: authors, year, ids, and that one was retracted.

        What is there is never changed. Of the files and folders `paths`, records that lack only their abstract are
        looked up and brought in. With `dry_run` nothing is stored. `unenrich` takes it all back.
        """
        from rag.gathering.enriching import enrich

        with self._client(telling=telling) as client:
            return enrich(self._collection, client, paths, watch, dry_run=dry_run)

    def unenrich(self) -> EnrichReport:
        """Take back all that `enrich` filled in and brought; return what that changed."""
        from rag.gathering.enriching import unenrich

        return unenrich(self._collection)

    def _client(self, *, fresh: bool = False, telling: Callable[[str], None] = _quiet) -> "Client":
        from rag.fetching import Client

        return Client(self.settings, fresh=fresh, telling=telling)

    def _bring(self, found: Iterator[Any], watch: Watch) -> IngestReport:
        from rag.gathering.bringing import BATCH

        return self._collection.bring_in(found, watch, batch=BATCH)
