"""Papers taken out of the catalog so that they can be put back: what stood there, exactly.

Everything here happens inside a transaction of the caller's, as in rag.ingestion.merging.
"""

from collections.abc import Iterable

from rag.ingestion.matching import matches
from rag.ingestion.merging import forget, known_as, store
from rag.ingestion.run import Incoming, Run
from rag.records import Record, Removed
from rag.records.identity import fingerprint
from rag.records.marks import RemovedPaper
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import FILL, kept_records, known_by, put_records, records_of, set_known_by


def take_out(paper_ids: Iterable[int], catalog: Catalog) -> Removed:
    """Forget papers with all that is known of them."""
    newest, taken = max(catalog.ids(), default=0), _as_they_are(paper_ids, catalog)
    return Removed(taken, tuple(catalog.remove(one.paper.paper_id for one in taken)), newest)


def remove_source(source: str, catalog: Catalog) -> Removed:
    """Forget that papers came from a source, and those that came from nowhere else."""
    newest, taken = max(catalog.ids(), default=0), _as_they_are(catalog.ids_from(source), catalog)
    ids = (one.paper.paper_id for one in taken)
    return Removed(taken, tuple(paper_id for paper_id in ids if forget(paper_id, source, catalog)), newest)


def put_back(removed: Removed, catalog: Catalog, run: Run) -> int:
    """Bring back papers as they stood; return how many. Their text waits for vectors where it isn't there as it was.

    Where something came or changed meanwhile, the records are joined with it, as an ingest would.
    """
    for one in removed.papers:
        paper_id = one.paper.paper_id
        if _is_free(one, catalog, removed.newest):
            _restore(one, catalog)
        else:
            paper_id = _join(one, catalog, run)
        catalog.marks.join(paper_id, one.marks)
    return len(removed.papers)


def _as_they_are(paper_ids: Iterable[int], catalog: Catalog) -> tuple[RemovedPaper, ...]:
    ids = sorted(set(paper_ids) & catalog.ids())
    marks = catalog.marks.of(ids)
    return tuple(
        RemovedPaper(paper, *known_by(catalog, paper_id), kept_records(catalog, paper_id), marks[paper_id])
        for paper_id in ids
        for paper in catalog.papers([paper_id])
    )


def _is_free(one: RemovedPaper, catalog: Catalog, newest: int) -> bool:
    """Tell whether a paper can stand as it stood: nothing that came since would be lost, or be a second one of it."""
    for paper in catalog.papers([one.paper.paper_id]):
        there = {_said_by(kept.record) for kept in records_of(catalog, paper.paper_id)}
        stood = {_said_by(kept.record) for kept in one.records}
        return there <= stood and set(paper.origins) <= set(one.paper.origins)
    return not any(_came_since(new, catalog, newest) for new in _read(one))


def _said_by(record: Record) -> tuple[str, str | None]:
    return fingerprint(record), record.retracted


def _came_since(old: Incoming, catalog: Catalog, newest: int) -> bool:
    """Tell whether a record that was taken out came in again: as a new paper, or into one that was there."""
    place, print_ = (old.source, old.record.line), fingerprint(old.record)
    copies = (kept for paper_id in catalog.with_key("print", print_) for kept in records_of(catalog, paper_id))
    return any(
        (kept.source, kept.record.line) == place for kept in copies if fingerprint(kept.record) == print_
    ) or any(match.paper_id > newest for match in matches(old, catalog, Run()))


def _restore(one: RemovedPaper, catalog: Catalog) -> None:
    """Make a paper what it was, with its id."""
    paper_id = one.paper.paper_id
    if now := catalog.papers([paper_id]):
        catalog.update(one.paper, reindex=(now[0].title, now[0].abstract) != (one.paper.title, one.paper.abstract))
    else:
        catalog.insert_again(one.paper)
    set_known_by(catalog, paper_id, one.origins, one.keys)
    put_records(catalog, paper_id, one.records)


def _join(one: RemovedPaper, catalog: Catalog, run: Run) -> int:
    """Bring in the records of a paper anew; return the id of the paper that the first of them is of now."""
    read = _read(one)
    for new in read:
        store(new.record, new.source, catalog, run)
    return min(known_as(read[0], catalog))


def _read(one: RemovedPaper) -> list[Incoming]:
    """Return the records of a paper that were read somewhere; what filled it can be looked up again."""
    return [Incoming(kept.record, kept.source) for kept in one.records if kept.reason != FILL]
