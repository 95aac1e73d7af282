"""Who changed what in a library: the latest changes, written where papers and marks are, in the same transaction.

A row tells a verb, a number, and of which sources or ids in short: no abstract, no note, no question, no secret.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from rag.records import IngestReport, LoggedChange
from rag.storage.catalog.database import Database
from rag.text.source_names import short_name
from rag.utils.acting import acting_user

Kind = TypeVar("Kind")

MOST = 20_000  # changes that are kept, the latest: some 3 MB
LONGEST = 200  # characters that say what a change is about
NAMED = 5  # sources or ids that it names
CREDENTIALS = re.compile(r"(?<=//)[^/\s@]+@")  # of an address


def log_change(database: Database, what: str, papers: int | None, about: str = "") -> int:
    """Tell of a change, inside a transaction, and forget the oldest beyond MOST; return its number."""
    change_id = int(
        database.one(
            "INSERT INTO audit (at, who, what, papers, about) VALUES (?, ?, ?, ?, ?) RETURNING audit_id",
            datetime.now(UTC).isoformat(timespec="seconds"), acting_user(), what, papers, _short(about),
        )
    )  # fmt: skip
    database.run("DELETE FROM audit WHERE audit_id <= ?", change_id - MOST)
    return change_id


@dataclass
class Going:
    """A change that takes longer than a transaction: of which sources it is, and how many papers it changed."""

    sources: dict[str, None] = field(default_factory=dict)  # in their order, each once
    papers: int = 0
    told: str = ""

    def did(self, report: IngestReport) -> IngestReport:
        """Take note of what became of an ingest; return its report."""
        told = ((report.added, "added"), (report.updated, "updated"), (report.merged, "merged"))
        self.papers = sum(number for number, _ in told)
        self.told = ", ".join(f"{number:,} {what}" for number, what in told if number)
        return report

    def noting(self, found: Iterable[tuple[str, Kind]]) -> Iterator[tuple[str, Kind]]:
        """Yield (source, what was found there), and take note of the sources."""
        for source, one in found:
            self.sources[source] = None
            yield source, one


@contextmanager
def going_on(database: Database, what: str, sources: Iterable[str] = ()) -> Iterator[Going]:
    """Tell of a change as going on while inside, then of what became of it; one that changed nothing is none.

    One that breaks off stays told without a number: what it stored until then stays too.
    """
    going = Going(dict.fromkeys(sources))
    with database.transaction():
        change_id = log_change(database, what, None, named_sources(going.sources))
    yield going
    with database.transaction():
        if going.papers:
            about = ": ".join(filter(None, (named_sources(going.sources), going.told)))
            done = "UPDATE audit SET papers = ?, about = ? WHERE audit_id = ?"
            database.run(done, going.papers, _short(about), change_id)
        else:
            database.run("DELETE FROM audit WHERE audit_id = ?", change_id)


def all_changes(database: Database, limit: int) -> list[LoggedChange]:
    """Return the latest changes, up to `limit`, the last first."""
    rows = database.all("SELECT at, who, what, papers, about FROM audit ORDER BY audit_id DESC LIMIT ?", limit)
    return [LoggedChange(*row) for row in rows]


def named_ids(paper_ids: Iterable[int]) -> str:
    """Return ids as a change names them.

    >>> named_ids([9, 2, 3, 4, 5, 6, 7])
    '2, 3, 4, 5, 6 and 2 more'
    """
    return _first([str(one) for one in sorted(set(paper_ids))])


def named_sources(sources: Iterable[str]) -> str:
    """Return sources as a change names them: files without their folders."""
    return _first([short_name(one) for one in dict.fromkeys(sources)])


def _first(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _short(about: str) -> str:
    told = " ".join(CREDENTIALS.sub("", about).split()).encode("utf-8", "replace").decode()
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
