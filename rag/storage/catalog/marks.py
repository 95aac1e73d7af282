"""How readers marked papers: collections and tags, which are labels of two kinds, and notes.

A mark changes nothing that a searcher keeps: filters are read from the catalog at each search. So the generation stays,
and for a tag no index is opened anew and no map made anew.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from rag.errors import QuestionError
from rag.records import NamedCollection, PaperMarks, Tag
from rag.storage.catalog.database import Database
from rag.storage.catalog.users.audit import log_change, named_ids
from rag.text.labels import LONGEST, label, label_key

COLLECTION, TAG = "collection", "tag"
VERBS = {COLLECTION: "collect", TAG: "tag"}  # as the list of changes names them
LONGEST_NOTE = 20_000  # characters
SHOWN = 10  # names that an error lists
COUNTED = (
    "SELECT name, count(paper_id), at FROM labels LEFT JOIN labelled USING (label_id) WHERE kind = ? "
    "GROUP BY label_id, name, at, name_key ORDER BY name_key"
)


class Marks:
    """The marks in one catalog. Safe to share between threads.

    A paper that isn't there (any more) can't be marked, and is left out. Names raise QuestionError where they can't be
    used or are of nothing, writing raises StorageError and LibraryDamagedError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def collections(self) -> list[NamedCollection]:
        """Return every collection, by name."""
        return [NamedCollection(name, papers, at) for name, papers, at in self._database.all(COUNTED, COLLECTION)]

    def tags(self) -> list[Tag]:
        """Return every tag that a paper has, by name."""
        return [Tag(name, papers) for name, papers, _ in self._database.all(COUNTED, TAG)]

    def add(self, kind: str, name: str, paper_ids: Iterable[int]) -> int:
        """Put papers under a label, which is made when it is new; return how many were not there yet."""
        with self._database.transaction():
            there = self._there(paper_ids)
            new = self._add(kind, name, there)
            if new:
                log_change(self._database, VERBS[kind], new, f"{label(name, kind)}: {named_ids(there)}")
            return new

    def take(self, kind: str, name: str, paper_ids: Iterable[int]) -> int:
        """Take papers from under a label; return how many were there."""
        with self._database.transaction():
            label_id = self.find(kind, name)
            forget, there = "DELETE FROM labelled WHERE label_id = ? AND paper_id = ?", self._there(paper_ids)
            gone = sum(self._database.run(forget, label_id, i) for i in there)
            if gone:
                log_change(self._database, f"un{VERBS[kind]}", gone, f"{name}: {named_ids(there)}")
            return gone

    def rename(self, kind: str, old: str, new: str) -> None:
        """Give a label another name, or write it another way. Raises QuestionError for the name of another one."""
        name = label(new, kind)
        with self._database.transaction():
            label_id = self.find(kind, old)
            if self._found(kind, name) not in {None, label_id}:
                msg = f"There is a {kind} {name!r} already. Choose another name."
                raise QuestionError(msg)
            renamed = "UPDATE labels SET name = ?, name_key = ? WHERE label_id = ?"
            self._database.run(renamed, name, label_key(name), label_id)
            log_change(self._database, f"rename {kind}", 0, f"{old}, now {name}")

    def delete(self, kind: str, name: str) -> tuple[int, ...]:
        """Forget a label; return the ids of the papers that were under it, ascending."""
        with self._database.transaction():
            label_id = self.find(kind, name)
            rows = self._database.all("SELECT paper_id FROM labelled WHERE label_id = ? ORDER BY paper_id", label_id)
            self._database.run("DELETE FROM labels WHERE label_id = ?", label_id)
            log_change(self._database, f"delete {kind}", len(rows), name)
        return tuple(row[0] for row in rows)

    def note(self, paper_id: int, text: str) -> None:
        """Note something on a paper, in the place of what stood there; nothing removes that.

        Raises QuestionError for a paper that isn't there and a text that is too long.
        """
        text = text.strip()
        if len(text) > LONGEST_NOTE:
            msg = f"The note has {len(text):,} characters, at most {LONGEST_NOTE:,} fit: shorten it."
            raise QuestionError(msg)
        with self._database.transaction():
            if not self._there([paper_id]):
                msg = f"There is no paper {paper_id} to note something on: it was removed, or never there."
                raise QuestionError(msg)
            self._write_note(paper_id, text)
            log_change(self._database, "note", 1, named_ids([paper_id]))

    def of(self, paper_ids: Iterable[int]) -> dict[int, PaperMarks]:
        """Return how each of these papers is marked; one that isn't there has no marks."""
        wanted = list(dict.fromkeys(paper_ids))
        names: dict[tuple[int, str], list[str]] = {}
        for paper_id, kind, name in self._database.all(
            "SELECT paper_id, kind, name FROM labelled JOIN labels USING (label_id) "
            f"WHERE paper_id IN ({listed(wanted)}) ORDER BY name_key"
        ):
            names.setdefault((paper_id, kind), []).append(name)
        notes = dict(self._database.all(f"SELECT paper_id, text FROM notes WHERE paper_id IN ({listed(wanted)})"))
        return {
            i: PaperMarks(tuple(names.get((i, COLLECTION), ())), tuple(names.get((i, TAG), ())), notes.get(i, ""))
            for i in wanted
        }

    def find(self, kind: str, name: str) -> int:
        """Return the id of a label. Raises QuestionError that names those there are."""
        found = self._found(kind, name)
        if found is None:
            names = [row[0] for row in self._database.all(COUNTED, kind)]
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            there = f"The {kind}s here: {', '.join(names[:SHOWN])}{more}" if names else f"There is no {kind} here yet."
            msg = f"There is no {kind} {' '.join(name.split())[:LONGEST]!r}. {there}"
            raise QuestionError(msg)
        return found

    def join(self, paper_id: int, marks: PaperMarks) -> None:
        """Mark a paper as another was, inside a transaction: with what it has too, notes one below the other."""
        for kind, names in ((COLLECTION, marks.collections), (TAG, marks.tags)):
            for name in names:
                self._add(kind, name, [paper_id])
        mine = self.of([paper_id])[paper_id].note
        if marks.note and f"\n\n{marks.note}\n\n" not in f"\n\n{mine}\n\n":
            self._write_note(paper_id, f"{mine}\n\n{marks.note}".strip())

    def _add(self, kind: str, name: str, paper_ids: Iterable[int]) -> int:
        name = label(name, kind)
        there, label_id = self._there(paper_ids), self._found(kind, name)
        if label_id is None:
            if kind == TAG and not there:
                return 0  # a tag of no paper is none
            label_id = self._database.one(
                "INSERT INTO labels (kind, name, name_key, at) VALUES (?, ?, ?, ?) RETURNING label_id",
                kind, name, label_key(name), datetime.now(UTC).isoformat(timespec="seconds"),
            )  # fmt: skip
        put = "INSERT INTO labelled (label_id, paper_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
        return sum(self._database.run(put, label_id, paper_id) for paper_id in there)

    def _write_note(self, paper_id: int, text: str) -> None:
        text = text.encode("utf-8", "replace").decode()  # half a character can't be stored
        if text:
            self._database.run(
                "INSERT INTO notes (paper_id, text) VALUES (?, ?) ON CONFLICT (paper_id) DO UPDATE "
                "SET text = excluded.text", paper_id, text,
            )  # fmt: skip
        else:
            self._database.run("DELETE FROM notes WHERE paper_id = ?", paper_id)

    def _found(self, kind: str, name: str) -> int | None:
        rows = self._database.all("SELECT label_id FROM labels WHERE kind = ? AND name_key = ?", kind, label_key(name))
        return rows[0][0] if rows else None

    def _there(self, paper_ids: Iterable[int]) -> list[int]:
        """Return those of these ids that are of papers, ascending."""
        rows = self._database.all(f"SELECT paper_id FROM papers WHERE paper_id IN ({listed(paper_ids)})")
        return sorted(row[0] for row in rows)


def listed(paper_ids: Iterable[int]) -> str:
    """Return ids as SQL lists them: there may be more than a statement takes values."""
    return ",".join(str(int(paper_id)) for paper_id in paper_ids)
