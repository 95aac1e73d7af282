"""Which papers of the catalog a record is of. Looks up by keys, never through all papers; changes nothing."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rag.ingestion.run import Incoming, Run
from rag.records import Record
from rag.records.identity import (
    IDENTIFIERS,
    clearly_different,
    conflicting,
    fingerprint,
    identifiers,
    same_paper,
    same_record,
    title_keys,
)
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import MergedRecord, different_from, read_records


class Match(NamedTuple):
    """A paper that a record is of, its records, and by what it was known: a public identifier or the title."""

    paper_id: int
    kept: list[MergedRecord]
    reason: str


def matches(new: Incoming, catalog: Catalog, run: Run) -> Iterator[Match]:
    """Yield every paper that a record is of, the surest first; note in `run` the identifiers that are shared."""
    record = new.record
    apart = different_from(catalog, record)
    judged: set[int] = set()
    for scope, value in {**identifiers(record), **title_keys(record)}.items():
        found = [paper_id for paper_id in catalog.with_key(scope, value) if paper_id not in judged]
        judged.update(found)
        if found and scope not in IDENTIFIERS:
            # Thousands share a first author and a first word. The ids, the year and the authors of a paper are those of
            # a record of it: what speaks against the paper speaks against that record, which needn't be read.
            found = [paper.paper_id for paper in catalog.papers(found) if not conflicting(paper, record)]
        for paper_id in found:
            kept = read_records(catalog, paper_id)
            if apart and any(fingerprint(one.record) in apart for one in kept):
                continue
            if scope not in IDENTIFIERS:
                if _same(kept, record):
                    yield Match(paper_id, kept, "title")
            elif all(clearly_different(one.record, record) for one in kept):
                run.share(scope, value, new, kept[0].record)
            else:
                yield Match(paper_id, kept, scope)


def earlier_form(new: Incoming, catalog: Catalog, run: Run, found: Iterable[Match]) -> tuple[int, MergedRecord] | None:
    """Return the paper and the record that stood in the place of this one in its source; None when it is news.

    The place is the id that the source gave it, else its line.
    """
    record, source = new
    slot = catalog.with_key(source, record.key) if record.key else []
    for paper_id in slot or [match.paper_id for match in found]:
        for old in read_records(catalog, paper_id):
            place = old.known and old.source == source and old.record.key == record.key
            if (
                place
                and (record.key or old.record.line == record.line)
                and same_record(old.record, record)
                and not run.has_read(paper_id, old)
            ):
                return paper_id, old
    return None


def may_be_one(one: Match, other: Match, catalog: Catalog) -> bool:
    """Tell whether nothing speaks against two papers being one, that a record says are."""
    sure = one.reason in IDENTIFIERS and other.reason in IDENTIFIERS
    for left in one.kept:
        apart = different_from(catalog, left.record)
        for right in other.kept:
            if fingerprint(right.record) in apart:
                return False
            if conflicting(left.record, right.record, identifiers_only=sure):
                return False
    return True


def _same(kept: Iterable[MergedRecord], record: Record) -> bool:
    records = [one.record for one in kept]
    return any(same_paper(one, record) for one in records) and not any(conflicting(one, record) for one in records)
