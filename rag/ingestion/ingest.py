"""Papers in: read -> identify -> merge -> chunk -> embed -> store.

Two passes, so that a crash anywhere costs nothing that was reported. First every record goes into the catalog, a
batch a transaction; then the papers without vectors are embedded, a batch at a time: vectors first, then the mark in
the catalog that lets them be found. Running it again does what is left, and over the same files changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rag.ingestion.indexing import index_pending
from rag.ingestion.merging import store
from rag.ingestion.run import Run
from rag.models.embedders.base import Embedder
from rag.readers import read_file
from rag.records import IngestReport, Record, Rejection, Remark
from rag.records.progress import Progress, Watch
from rag.storage.base import Index
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import merges
from rag.utils.batching import batched

READ_BATCH = 500  # records a transaction
MOST_REJECTIONS = 10_000  # that a report lists; more are counted, for a file may hold millions

Found = tuple[str, Record | Rejection | Remark]  # a source, and what was found in it


def ingest(  # noqa: PLR0913  (what it works with, and how)
    files: Iterable[Path],
    catalog: Catalog,
    index: Index,
    embedder: Callable[[], Embedder],
    watch: Watch = lambda progress: None,
    *,
    embed: bool = True,
) -> IngestReport:
    """Bring the papers of files into a library and return what became of each record.

    `embedder` is called only when something has to be embedded; without `embed` that is left to others. Raises
    StorageError when a write fails (what was stored stays).
    """
    return bring_in((one for path in files for one in read_file(path)), catalog, index, embedder, watch, embed=embed)


def bring_in(  # noqa: PLR0913, PLR0917  (what it works with, and how)
    found: Iterable[Found],
    catalog: Catalog,
    index: Index,
    embedder: Callable[[], Embedder],
    watch: Watch = lambda progress: None,
    batch: int = READ_BATCH,
    *,
    embed: bool = True,
) -> IngestReport:
    """Bring what was found in sources into a library, `batch` records a transaction; as `ingest` does with files."""
    remarks: list[Remark] = []
    run = Run()
    try:
        kinds, rejected = store_records(_records_of(found, remarks), catalog, watch, run, batch)
    finally:
        index.delete(run.gone)
    embedded = index_pending(catalog, index, embedder, watch) if embed else 0
    return IngestReport(
        added=kinds["added"],
        updated=kinds["updated"],
        unchanged=kinds["unchanged"],
        merged=kinds["merged"],
        rejected=tuple(rejected),
        unlisted=kinds["rejected"] - len(rejected),
        embedded=embedded,
        remarks=(*remarks, *run.remarks.values()),
        merges=tuple(merges(catalog, run.joined)),
    )


def _records_of(found: Iterable[Found], remarks: list[Remark]) -> Iterator[tuple[str, Record | Rejection]]:
    """Yield (source, record or rejection), in order; note the remarks."""
    for source, one in found:
        if isinstance(one, Remark):
            remarks.append(one)
        else:
            yield source, one


def store_records(
    records: Iterable[tuple[str, Record | Rejection]],
    catalog: Catalog,
    watch: Watch = lambda progress: None,
    run: Run | None = None,
    size: int = READ_BATCH,
) -> tuple[Counter[str], list[Rejection]]:
    """Put records into the catalog; return how many became what, and the first MOST_REJECTIONS of the rejections.

    The counts are exact: added, updated, merged, unchanged, rejected. `run` notes what else became of them; a
    transaction holds `size` records.
    """
    run = run or Run()
    kinds: Counter[str] = Counter()
    rejected: list[Rejection] = []
    for batch in batched(records, size):
        read = [(source, found) for source, found in batch if isinstance(found, Record)]
        refused = [found for _, found in batch if isinstance(found, Rejection)]
        with catalog.storing(read) as lent:
            for source, record in read:
                kinds[store(record, source, lent, run)] += 1
        kinds.update(["rejected"] * len(refused))
        rejected += refused[: MOST_REJECTIONS - len(rejected)]
        run.settle()
        watch(Progress("read", kinds.total(), None))
    return kinds, rejected
