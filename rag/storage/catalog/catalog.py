"""The catalog, which is the truth: papers, where each came from, by what it is looked up, and one bit of its index.

Everything else in a library can be made again from it. Every write happens inside `transaction()`. What a paper's
records were is in merged_records, what a person calls it in lookup, how readers marked it in marks, what they thought
of answers in ratings.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rag.records import Filters, Listing, Paper, Record
from rag.records.canonical import compose
from rag.records.papers import BIBLIOGRAPHY
from rag.storage.allowed import Allowed
from rag.storage.catalog.counts import count_merged, counted, drawn
from rag.storage.catalog.database import Database
from rag.storage.catalog.full_text import FullText
from rag.storage.catalog.marks import COLLECTION, TAG, Marks
from rag.storage.catalog.papers import (
    COLUMNS,
    WITH_ORIGINS,
    Clauses,
    keys_of,
    listed_by,
    ordered_by,
    paper_of,
    selected_by,
    values_of,
)
from rag.storage.catalog.remembered import Remembered
from rag.storage.pending import AllPending, Claims, Working
from rag.utils.batching import batched

AT_ONCE = 1_000  # papers read by one statement
SHARING = 50  # papers looked at of those that share a key: thousands are called Editorial


class Catalog:
    """The papers of one library in a database. Safe to share between threads; closed by `close`.

    Reading raises LibraryDamagedError and StorageError, and so do transactions.
    """

    def __init__(self, database: Database, full_text: FullText) -> None:
        self.database = database
        self.full_text = full_text
        self.marks = Marks(database)
        self._numbers = Remembered(database, 64)
        self._allowed = Remembered(database, 4)  # each of up to a hundred bytes a paper

    def close(self) -> None:
        """Let go of the database; nothing can be used afterwards."""
        self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside whole or absent, the full text with them."""
        with self.database.transaction():
            yield
            self.full_text.catch_up()

    @contextmanager
    def storing(self, records: Iterable[tuple[str, Record]]) -> Iterator["Catalog"]:
        """Lend a catalog to store these records (source, record) in, whole or absent, and nothing else meanwhile.

        Its answers are this one's; whatever is read to give them may be read for all records together.
        """
        del records
        with self.transaction():
            yield self

    def claiming(self) -> AbstractContextManager[Claims]:
        """Lend the papers without vectors to whoever embeds them, a few at a time."""
        return nullcontext(AllPending(self))

    def workers(self) -> list[Working]:
        """Return who embeds them now, where several may."""
        return []

    @property
    def unfinished(self) -> bool:
        """True while somebody writes, and after a writer died."""
        return bool(self.database.one("SELECT value FROM state WHERE name = 'unfinished'"))

    @contextmanager
    def unfinished_work(self) -> Iterator[None]:
        """Leave a sign while inside, which a crash leaves behind and an error doesn't.

        An earlier crash's is gone after work that was done, not after an error: what it left may not be mended yet.
        """
        before = int(self.unfinished)
        self._sign(1)
        try:
            yield
        except BaseException:
            self._sign(before)
            raise
        self._sign(0)

    def _sign(self, value: int) -> None:
        with self.transaction():
            self.database.run("UPDATE state SET value = ? WHERE name = 'unfinished'", value)

    @property
    def generation(self) -> int:
        """A number that grows with every change that a searcher must notice."""
        return int(self.database.one("SELECT value FROM state WHERE name = 'generation'"))

    def changed(self, since: int = 0) -> None:
        """Tell searchers, in every process, to look again; from then on the generation is beyond `since`."""
        now = "CASE WHEN value < ? THEN ? ELSE value END + 1"
        self.database.run(f"UPDATE state SET value = {now} WHERE name = 'generation'", since, since)

    def count(self, *, indexed: bool | None = None) -> int:
        """Return how many papers there are, or how many with (without) their vectors."""
        return counted(self.database, self._numbers, indexed)

    def count_merged(self) -> int:
        """Return how many papers came from several sources."""
        return self._numbers.get("merged", lambda: count_merged(self.database))

    def years(self) -> tuple[int, int] | None:
        """Return the first and the last year of the papers; None when no paper has one."""
        [(first, last)] = self.database.all("SELECT min(year), max(year) FROM papers")
        return None if first is None else (first, last)

    def ids(self) -> set[int]:
        """Return the ids of all papers, also of those that can't be found yet."""
        return {row[0] for row in self.database.all("SELECT paper_id FROM papers")}

    def sources(self) -> list[str]:
        """Return every source that a paper came from, sorted."""
        return [row[0] for row in self.database.all("SELECT DISTINCT source FROM origins ORDER BY source")]

    def papers_by_source(self) -> list[tuple[str, int]]:
        """Return every source, sorted, with the number of papers that came from it."""
        rows = self.database.all("SELECT source, count(*) FROM origins GROUP BY source ORDER BY source")
        return [(source, papers) for source, papers in rows]

    def ids_from(self, source: str) -> list[int]:
        """Return the ids of the papers that came from a source, ascending."""
        rows = self.database.all("SELECT paper_id FROM origins WHERE source = ? ORDER BY paper_id", source)
        return [row[0] for row in rows]

    def came_from(self, paper_id: int, source: str) -> bool:
        """Tell whether a record of a paper was read from a source."""
        return bool(self.database.all("SELECT 1 FROM origins WHERE paper_id = ? AND source = ?", paper_id, source))

    def with_key(self, scope: str, value: str) -> list[int]:
        """Return the ids of the papers with this key, oldest first; of many the first SHARING."""
        rows = self.database.all(
            "SELECT paper_id FROM identifiers WHERE scope = ? AND value = ? ORDER BY paper_id LIMIT ?",
            scope, value, SHARING,
        )  # fmt: skip
        return [row[0] for row in rows]

    def papers(self, paper_ids: Sequence[int]) -> list[Paper]:
        """Return the papers of these ids that exist, in the order asked."""
        rows, sources = dict[int, Sequence[object]](), dict[int, list[str]]()
        for some in batched(dict.fromkeys(paper_ids), AT_ONCE):
            for source, *row in self.database.all(WITH_ORIGINS.format(marks=",".join("?" * len(some))), *some):
                rows[row[0]] = row
                sources.setdefault(row[0], []).extend([] if source is None else [source])
        found = {paper_id: self._paper(row, tuple(sources[paper_id])) for paper_id, row in rows.items()}
        return [found[paper_id] for paper_id in paper_ids if paper_id in found]

    def all_papers(self, *, after: int = 0, pending_only: bool = False, limit: int) -> list[Paper]:
        """Return up to `limit` papers with an id above `after`, by id; or only those without vectors."""
        where = "indexed = 0 AND paper_id > ?" if pending_only else "paper_id > ?"
        rows = self.database.all(f"SELECT {COLUMNS} FROM papers WHERE {where} ORDER BY paper_id LIMIT ?", after, limit)
        return [self._paper(row) for row in rows]

    def indexed_ids(self, filters: Filters = Filters()) -> set[int]:
        """Return the ids of the papers that can be found under these filters. Raises QuestionError."""
        where, values = self._passing(filters)
        rows = self.database.all(f"SELECT paper_id FROM papers WHERE indexed = 1 AND {where}", *values)
        return {row[0] for row in rows}

    def allowed(self, filters: Filters = Filters()) -> Allowed:
        """Return the papers that can be found under these filters, as parts of a search take them. QuestionError."""
        return self._allowed.get(filters, lambda: Allowed.of(self.indexed_ids(filters)))

    def drawn(self, number: int) -> tuple[int, ...]:
        """Return the ids of up to `number` papers that can be found, spread evenly over the library, ascending."""
        return self._numbers.get(("drawn", number), lambda: tuple(drawn(self.database, number)))

    def listed(self, page: Listing) -> tuple[list[Paper], int]:
        """Return a page of a list of papers, and how many the whole list has; also those that can't be found yet.

        Raises QuestionError for an order or a filter that can't be used.
        """
        ordering = ordered_by(page.order, descending=page.descending)
        (named, words), (passing, bounds) = listed_by(page.text), self._passing(page.filters)
        found, values = f"FROM papers WHERE {named} AND {passing}", [*words, *bounds]
        rows = self.database.all(
            f"SELECT paper_id {found} ORDER BY {ordering} LIMIT ? OFFSET ?", *values, page.limit, page.offset
        )
        return self.papers([row[0] for row in rows]), int(self.database.one(f"SELECT count(*) {found}", *values))

    def _passing(self, filters: Filters) -> Clauses:
        """Return what selects the papers that pass filters. Raises QuestionError for a name of nothing."""
        named = ((COLLECTION, filters.collection), (TAG, filters.tag))
        label_ids = [self.marks.find(kind, name) for kind, name in named if name is not None]
        return selected_by(filters, self.sources() if filters.origin is not None else (), label_ids)

    def damage(self) -> list[str]:
        """Return what is wrong with what is stored; nothing when it is sound."""
        return self.database.damage() or self.full_text.damage()

    def insert(self, record: Record) -> int:
        """Store a record as a new paper, not yet to be found, and return its id."""
        values = values_of(compose(0, [record]))
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO papers ({', '.join(values)}) VALUES ({marks}) RETURNING paper_id"
        return int(self.database.one(sql, *values.values()))

    def insert_again(self, paper: Paper) -> None:
        """Store a paper that was removed, with the id that it had, not yet to be found."""
        values = {"paper_id": paper.paper_id, **values_of(paper)}
        marks = ", ".join("?" * len(values))
        self.database.run(f"INSERT INTO papers ({', '.join(values)}) VALUES ({marks})", *values.values())

    def update(self, paper: Paper, *, reindex: bool) -> None:
        """Replace what is stored of a paper; with `reindex` it can't be found until its vectors are stored anew."""
        values: dict[str, object] = values_of(paper)
        if reindex:
            values["indexed"] = 0
        changes = ", ".join(f"{column} = ?" for column in values)
        self.database.run(f"UPDATE papers SET {changes} WHERE paper_id = ?", *values.values(), paper.paper_id)
        self.changed()

    def add_origin(self, paper_id: int, source: str, record: Record) -> None:
        """Note where a paper came from and under which keys it is looked up."""
        new = "INSERT INTO origins VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        self.database.run(new, paper_id, source, record.line)
        self.add_keys(paper_id, source, record)

    def add_keys(self, paper_id: int, source: str, record: Record) -> None:
        """Let a paper be looked up by the keys of a record."""
        self.database.run_many(
            "INSERT INTO identifiers VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(scope, value, paper_id) for scope, value in keys_of(record, source)],
        )

    def drop_origin(self, paper_id: int, source: str, record: Record, left: Iterable[tuple[str, Record]]) -> None:
        """Forget where a record came from and its keys, but for what the records that are left share.

        The line of the source becomes that of the first record that is left: where it is the only one, nothing else
        tells its line.
        """
        others = list(left)
        kept = {key for other_source, other in others for key in keys_of(other, other_source)}
        self.database.run_many(
            "DELETE FROM identifiers WHERE scope = ? AND value = ? AND paper_id = ?",
            [(scope, value, paper_id) for scope, value in sorted(set(keys_of(record, source)) - kept)],
        )
        line = next((other.line for other_source, other in others if other_source == source), None)
        if line is None:
            self.database.run("DELETE FROM origins WHERE paper_id = ? AND source = ?", paper_id, source)
        else:
            moved = "UPDATE origins SET line = ? WHERE paper_id = ? AND source = ?"
            self.database.run(moved, line, paper_id, source)

    def absorb(self, paper_id: int, other: int) -> None:
        """Make all that is known of another paper known of this one, and forget the other."""
        self.database.run("UPDATE records SET paper_id = ? WHERE paper_id = ?", paper_id, other)
        for table, columns in (("origins", "source, line"), ("identifiers", "scope, value")):
            rows = self.database.all(f"SELECT {columns} FROM {table} WHERE paper_id = ?", other)
            self.database.run_many(
                f"INSERT INTO {table} (paper_id, {columns}) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(paper_id, *row) for row in rows],
            )
        self.marks.join(paper_id, self.marks.of([other])[other])
        self.database.run("DELETE FROM papers WHERE paper_id = ?", other)
        self.changed()

    def mark_indexed(self, paper_ids: Iterable[int]) -> None:
        """Let papers be found: their vectors are stored."""
        self.database.run_many(
            "UPDATE papers SET indexed = 1 WHERE paper_id = ?", [(paper_id,) for paper_id in paper_ids]
        )
        self.changed()

    def remove(self, paper_ids: Iterable[int]) -> list[int]:
        """Forget papers with all that is known of them; return the ids of those that were there."""
        gone = [i for i in sorted(set(paper_ids)) if self.database.run("DELETE FROM papers WHERE paper_id = ?", i)]
        self.changed()
        return gone

    def forget_source(self, paper_id: int, source: str) -> None:
        """Forget that a paper came from a source."""
        self.database.run("DELETE FROM origins WHERE paper_id = ? AND source = ?", paper_id, source)
        self.changed()

    def _paper(self, row: Sequence[object], origins: tuple[str, ...] = ()) -> Paper:
        try:
            return paper_of(row, origins)
        except (ValueError, TypeError) as error:
            authors = str(row[1 + BIBLIOGRAPHY.index("authors")])
            raise self.database.damaged(f"the authors of paper {row[0]} are {authors[:60]!r}") from error
