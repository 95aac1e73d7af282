"""Papers in: read -> identify -> merge -> chunk -> embed -> store.

Two passes, so that a crash anywhere costs nothing that was reported. First every record goes into the catalog, a
batch a transaction; then the papers without vectors are embedded, a batch at a time: vectors first, then the mark in
the catalog that lets them be found. Running it again does what is left, and over the same files changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from rag.catalog import Catalog
from rag.datatypes import IngestReport, Paper, Record, Rejection, Remark
from rag.embedding import Embedder
from rag.index import Index, embed_papers
from rag.iteration import batched
from rag.readers import read_file

READ_BATCH = 500  # records a transaction
MOST_REJECTIONS = 10_000  # that a report lists; more are counted, for a file may hold millions
EMBED_BATCH = 32  # papers whose vectors are stored together: two seconds of work on two cores


class Progress(NamedTuple):
    """How far an ingest is: the stage (`read` or `embed`), what is done, and of how many when that is known."""

    stage: str
    done: int
    total: int | None


Watch = Callable[[Progress], None]


def ingest(
    files: Iterable[Path],
    catalog: Catalog,
    index: Index,
    embedder: Callable[[], Embedder],
    watch: Watch = lambda progress: None,
) -> IngestReport:
    """Bring the papers of files into a library and return what became of each record.

    `embedder` is called only when something has to be embedded. Raises StorageError when a write fails (what was
    stored stays).
    """
    remarks: list[Remark] = []
    kinds, rejected = store_records(_records_of(files, remarks), catalog, watch)
    embedded = index_pending(catalog, index, embedder, watch)
    return IngestReport(
        added=kinds["added"],
        updated=kinds["updated"],
        unchanged=kinds["unchanged"],
        merged=kinds["merged"],
        rejected=tuple(rejected),
        unlisted=kinds["rejected"] - len(rejected),
        embedded=embedded,
        remarks=tuple(remarks),
    )


def _records_of(files: Iterable[Path], remarks: list[Remark]) -> Iterator[tuple[str, Record | Rejection]]:
    """Yield (source, record or rejection) of every file, in order; note the remarks."""
    for path in files:
        for source, found in read_file(path):
            if isinstance(found, Remark):
                remarks.append(found)
            else:
                yield source, found


def store_records(
    records: Iterable[tuple[str, Record | Rejection]], catalog: Catalog, watch: Watch = lambda progress: None
) -> tuple[Counter[str], list[Rejection]]:
    """Put records into the catalog; return how many became what, and the first MOST_REJECTIONS of the rejections.

    The counts are exact: added, updated, merged, unchanged, rejected.
    """
    kinds: Counter[str] = Counter()
    rejected: list[Rejection] = []
    newest = catalog.newest_id()
    for batch in batched(records, READ_BATCH):
        with catalog.transaction():
            for source, found in batch:
                if isinstance(found, Rejection):
                    kinds["rejected"] += 1
                    rejected += [found] if len(rejected) < MOST_REJECTIONS else []
                else:
                    kinds[store_record(found, source, catalog, newest)] += 1
        watch(Progress("read", kinds.total(), None))
    return kinds, rejected


def store_record(record: Record, source: str, catalog: Catalog, newest: int) -> str:
    """Put one record into the catalog and return what it was: added, updated, merged or unchanged.

    `newest` is the highest paper id before this run: a second record of a paper above it is a merge even when both
    stand in one source.
    """
    paper = catalog.find(record, source)
    if paper is None:
        catalog.add_origin(catalog.insert(record), source, record)
        return "added"
    elsewhere = catalog.add_origin(paper.paper_id, source, record)
    better = merged(paper, record)
    if better != paper:
        catalog.update(better, reindex=(better.title, better.abstract) != (paper.title, paper.abstract))
        return "updated"
    return "merged" if elsewhere or paper.paper_id > newest else "unchanged"


def merged(paper: Paper, record: Record) -> Paper:
    """Return a paper with what a record adds: missing fields filled, the fullest abstract with its title kept.

    The result doesn't depend on which of two records came first, so that a second run changes nothing.
    """
    fuller = (len(record.abstract), record.abstract) > (len(paper.abstract), paper.abstract)
    return replace(
        paper,
        title=record.title if fuller else paper.title,
        abstract=record.abstract if fuller else paper.abstract,
        key=paper.key or record.key,
        authors=paper.authors or record.authors,
        year=paper.year or record.year,
        doi=paper.doi or record.doi,
        arxiv_id=paper.arxiv_id or record.arxiv_id,
        url=paper.url or record.url,
        pubmed_id=paper.pubmed_id or record.pubmed_id,
    )


def index_pending(
    catalog: Catalog,
    index: Index,
    embedder: Callable[[], Embedder],
    watch: Watch = lambda progress: None,
) -> int:
    """Embed and store every paper that has no vectors yet; return how many they were."""
    total = catalog.count(indexed=False)
    if not total:
        return 0
    model = embedder()
    done = 0
    watch(Progress("embed", done, total))
    while papers := catalog.all_papers(pending_only=True, limit=EMBED_BATCH):
        index.put(list(embed_papers(model, papers)))
        with catalog.transaction():
            catalog.mark_indexed(paper.paper_id for paper in papers)
        done += len(papers)
        watch(Progress("embed", done, total))
    return done
