"""What one ingest has done so far: what it has read, and what is to be told or finished after it."""

from typing import NamedTuple

from rag.records import Record, Remark
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.merged_records import MergedRecord, add_first_record, records_of, remove_record

MOST_REMARKS = 100
MOST_MERGES = 1_000  # of a report; all are in the catalog


class Incoming(NamedTuple):
    """A record and the source that it was read from."""

    record: Record
    source: str


class Ids:
    """A set of ids that takes a byte each, however many there are."""

    def __init__(self) -> None:
        self._marked = bytearray()

    def add(self, number: int) -> None:
        """Add an id."""
        self._marked.extend(bytes(max(0, number + 1 - len(self._marked))))
        self._marked[number] = 1

    def __contains__(self, number: int) -> bool:
        return number < len(self._marked) and bool(self._marked[number])


class Run:
    """The state of one ingest."""

    def __init__(self) -> None:
        self.joined: list[int] = []  # the first records that joined a paper
        self.gone: list[int] = []  # papers that became part of another, and whose transaction is done
        self.remarks: dict[tuple[str, str], Remark] = {}  # by source and identifier
        self._going: list[int] = []  # papers that became part of another in the transaction at work
        self._papers, self._records = Ids(), Ids()

    def mark(self, paper_id: int, record_id: int | None = None) -> None:
        """Note that a record was read in this run: the only one of a paper, or a stored one."""
        if record_id is None:
            self._papers.add(paper_id)
        else:
            self._records.add(record_id)

    def has_read(self, paper_id: int, kept: MergedRecord) -> bool:
        """Tell whether a record was read in this run: what comes in its place is a second one, not its new form."""
        return paper_id in self._papers if kept.record_id is None else kept.record_id in self._records

    def add_first_record(self, catalog: Catalog, paper_id: int, reason: str | None = None) -> int:
        """Store the one record of a paper that is to have more, and return its id."""
        read = self.has_read(paper_id, records_of(catalog, paper_id)[0])
        record_id = add_first_record(catalog, paper_id, reason)
        if read:
            self.mark(paper_id, record_id)
        return record_id

    def remove_record(self, catalog: Catalog, paper_id: int, kept: MergedRecord) -> list[MergedRecord]:
        """Forget one record of a paper that has more; return those that are left, of which one may now be the only."""
        left = remove_record(catalog, paper_id, kept)
        if len(left) == 1 and self.has_read(paper_id, left[0]):
            self.mark(paper_id)  # by which it is known from here on
        return left

    def join(self, record_id: int) -> None:
        """Note that a record joined a paper."""
        if len(self.joined) < MOST_MERGES:
            self.joined.append(record_id)

    def absorb(self, paper_id: int) -> None:
        """Note that a paper became part of another."""
        self._going.append(paper_id)

    def settle(self) -> None:
        """Take note that the transaction is done."""
        self.gone += self._going
        self._going.clear()

    def share(self, scope: str, value: str, new: Incoming, other: Record) -> None:
        """Remark, once a source, that an identifier stands on different papers."""
        if len(self.remarks) < MOST_REMARKS:
            text = (
                f"line {new.record.line}: {new.record.title[:80]!r} has the {scope.replace('_', ' ')} {value} of "
                f"another paper, {other.title[:80]!r}; title and abstract differ, so they were kept apart"
            )
            self.remarks.setdefault((new.source, value), Remark(new.source, text))
