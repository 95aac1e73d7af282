"""The records that papers were made from, kept where a paper has more than one; and what a reader took apart.

A paper without rows here is its one record. A paper of a catalog from before there was this table may be more, and
nobody knows which: its first record is then the paper as it stood, with the reason EARLIER.

A record with the reason FILL was read nowhere: it holds what an index told where the others say nothing. It comes
after all others, and no record is compared with it. `key` is the id (`doi 10.1000/1`) that it was found by.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import NamedTuple

from rag.errors import LibraryDamagedError
from rag.records import Merge, Record
from rag.records.identity import fingerprint
from rag.records.marks import KeptRecord
from rag.records.papers import as_record
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.marks import listed

EARLIER, FILL = "earlier", "fill"
APART = "INSERT INTO apart VALUES (?, ?), (?, ?) ON CONFLICT DO NOTHING"  # one record and the other, both ways


class MergedRecord(NamedTuple):
    """A record of a paper: its id (None: the paper has no other), its source, the record, why it joined."""

    record_id: int | None
    source: str
    record: Record
    reason: str | None

    @property
    def known(self) -> bool:
        """True when this is the record as it was read, not a paper of before."""
        return self.reason != EARLIER

    @property
    def fills(self) -> bool:
        """True when this only fills what the other records of the paper don't say."""
        return self.reason == FILL


def records_of(catalog: Catalog, paper_id: int) -> list[MergedRecord]:
    """Return the records of a paper, the first to be read first, what fills it last. Raises LibraryDamagedError."""
    rows = catalog.database.all(
        "SELECT record_id, source, record, reason FROM records WHERE paper_id = ? "
        "ORDER BY coalesce(reason, '') = ?, reason IS NOT NULL AND reason <> ?, record_id", paper_id, FILL, EARLIER,
    )  # fmt: skip
    if rows:
        return [
            MergedRecord(record_id, source, _loaded(catalog, text), reason) for record_id, source, text, reason in rows
        ]
    [paper] = catalog.papers([paper_id])
    [(source, line)] = catalog.database.all(
        "SELECT source, line FROM origins WHERE paper_id = ? LIMIT 1", paper_id
    ) or [("", 1)]
    earlier = catalog.with_key(EARLIER, str(paper_id))
    return [MergedRecord(None, source, as_record(paper, line), EARLIER if earlier else None)]


def read_records(catalog: Catalog, paper_id: int) -> list[MergedRecord]:
    """Return the records of a paper that were read somewhere: without what fills it."""
    return [one for one in records_of(catalog, paper_id) if not one.fills]


def kept_records(catalog: Catalog, paper_id: int) -> tuple[KeptRecord, ...]:
    """Return the records of a paper as they are kept, for `put_records`; at least one."""
    rows = catalog.database.all(
        "SELECT record_id, source, reason, at, record FROM records WHERE paper_id = ? ORDER BY record_id", paper_id
    )
    if rows:
        return tuple(
            KeptRecord(record_id, source, reason, at, _loaded(catalog, text))
            for record_id, source, reason, at, text in rows
        )
    [only] = records_of(catalog, paper_id)
    return (KeptRecord(None, only.source, only.reason, "", only.record),)


def put_records(catalog: Catalog, paper_id: int, kept: Iterable[KeptRecord]) -> None:
    """Let a paper have these records and no others."""
    catalog.database.run("DELETE FROM records WHERE paper_id = ?", paper_id)
    catalog.database.run_many(
        "INSERT INTO records (record_id, paper_id, source, reason, at, record) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (one.record_id, paper_id, one.source, one.reason, one.at, _dumped(one.record))
            for one in kept
            if one.record_id is not None
        ],
    )


def known_by(catalog: Catalog, paper_id: int) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, str], ...]]:
    """Return the (source, line) that a paper came from, and the (scope, value) of its keys, sorted."""
    found = [
        tuple(
            (one, other) for one, other in catalog.database.all(f"{select} WHERE paper_id = ? ORDER BY 1, 2", paper_id)
        )
        for select in ("SELECT source, line FROM origins", "SELECT scope, value FROM identifiers")
    ]
    return found[0], found[1]


def set_known_by(
    catalog: Catalog, paper_id: int, origins: Iterable[tuple[str, int]], keys: Iterable[tuple[str, str]]
) -> None:
    """Let a paper have come from these (source, line) and be looked up by these (scope, value), and no others."""
    for table, rows in (("origins", origins), ("identifiers", keys)):
        catalog.database.run(f"DELETE FROM {table} WHERE paper_id = ?", paper_id)
        columns = "source, line" if table == "origins" else "scope, value"
        put = f"INSERT INTO {table} (paper_id, {columns}) VALUES (?, ?, ?)"
        catalog.database.run_many(put, [(paper_id, *row) for row in rows])


def add_record(catalog: Catalog, paper_id: int, kept: MergedRecord) -> int:
    """Store a record of a paper, and return its id."""
    rows = catalog.database.all(
        "INSERT INTO records (paper_id, source, reason, at, record) VALUES (?, ?, ?, ?, ?) RETURNING record_id",
        paper_id, kept.source, kept.reason, datetime.now(UTC).isoformat(timespec="seconds"), _dumped(kept.record),
    )  # fmt: skip
    return int(rows[0][0])


def add_first_record(catalog: Catalog, paper_id: int, reason: str | None = None) -> int:
    """Store the one record of a paper that is to have more; return its id. `reason` says why it now joins another."""
    first = records_of(catalog, paper_id)[0]
    record_id = add_record(catalog, paper_id, first) if first.record_id is None else first.record_id
    if reason:
        catalog.database.run("UPDATE records SET reason = ? WHERE record_id = ?", reason, record_id)
    return record_id


def move_record(catalog: Catalog, paper_id: int, kept: MergedRecord, record: Record) -> list[MergedRecord]:
    """Put a copy of a record in its place, from another line or under another name; return the paper's records."""
    moved = kept._replace(record=record)
    if kept.record_id is not None:
        catalog.database.run("UPDATE records SET record = ? WHERE record_id = ?", _dumped(record), kept.record_id)
    now = [moved] if kept.record_id is None else records_of(catalog, paper_id)
    catalog.drop_origin(paper_id, kept.source, kept.record, [(one.source, one.record) for one in now])
    catalog.add_origin(paper_id, kept.source, record)
    return now


def remove_record(catalog: Catalog, paper_id: int, kept: MergedRecord) -> list[MergedRecord]:
    """Forget one record of a paper that has more; return those that are left."""
    catalog.database.run("DELETE FROM records WHERE record_id = ?", kept.record_id)
    left = records_of(catalog, paper_id)
    if len(left) == 1:
        catalog.database.run("DELETE FROM records WHERE paper_id = ?", paper_id)
    elif left[0].known:
        catalog.database.run("UPDATE records SET reason = NULL WHERE record_id = ?", left[0].record_id)
    catalog.drop_origin(paper_id, kept.source, kept.record, [(one.source, one.record) for one in left])
    return left


def merges(catalog: Catalog, merge_ids: Sequence[int] | None = None) -> list[Merge]:
    """Return the records that joined a paper, as merges, oldest first; all of them, or those of these ids."""
    chosen = f"AND record_id IN ({listed(merge_ids)})" if merge_ids is not None else ""
    rows = catalog.database.all(
        "SELECT record_id, paper_id, source, reason, at, record, "
        " (SELECT record FROM records AS other WHERE other.paper_id = records.paper_id "
        "ORDER BY reason IS NOT NULL AND reason <> ?, record_id LIMIT 1) "
        f"FROM records WHERE reason IS NOT NULL AND reason NOT IN (?, ?) {chosen} ORDER BY record_id",
        EARLIER, EARLIER, FILL,
    )  # fmt: skip
    found = []
    for merge_id, paper_id, source, reason, at, text, first_text in rows:
        record, first = _loaded(catalog, text), _loaded(catalog, first_text)
        found.append(Merge(merge_id, paper_id, first.title, record.title, reason, source, record.line, at))
    return found


def filled_papers(catalog: Catalog) -> list[int]:
    """Return the ids of the papers that something is filled in of, ascending."""
    rows = catalog.database.all("SELECT DISTINCT paper_id FROM records WHERE reason = ? ORDER BY paper_id", FILL)
    return [row[0] for row in rows]


def mark_different(catalog: Catalog, record: Record, others: Iterable[Record]) -> None:
    """Note that a record is never to be joined with others."""
    one = fingerprint(record)
    for other in map(fingerprint, others):
        catalog.database.run(APART, one, other, other, one)


def different_from(catalog: Catalog, record: Record) -> set[str]:
    """Return the fingerprints of the records that a record is never to be joined with."""
    return {row[0] for row in catalog.database.all("SELECT other FROM apart WHERE record = ?", fingerprint(record))}


def copy_differences(catalog: Catalog, old: Record, new: Record) -> None:
    """Let what was taken apart from a record stay so after it was edited."""
    after = fingerprint(new)
    for other in different_from(catalog, old):
        catalog.database.run(APART, after, other, other, after)


def _dumped(record: Record) -> str:
    return json.dumps(asdict(record), ensure_ascii=False)


def _loaded(catalog: Catalog, text: str) -> Record:
    try:
        values = json.loads(text)
        return Record(**{**values, "authors": tuple(values["authors"])})
    except (KeyError, TypeError, ValueError) as error:
        msg = f"A record in {catalog.database.place} can't be read ({error!r}). Restore the catalog from a backup."
        raise LibraryDamagedError(msg) from error
