"""How papers are marked, and the queries kept: read of a damaged catalog, kept in the file of `rescue` for `ingest`.

Each line of it is a paper; what stands under KEY is no part of the record, and only who asks for it takes it in. The
queries stand in the first line.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from rag.errors import QuestionError
from rag.fetching import Wanted
from rag.ingestion.matching import matches
from rag.ingestion.run import Incoming, Run
from rag.readers import read_file
from rag.records import PaperMarks, Record
from rag.records.identity import fingerprint
from rag.storage.catalog.catalog import Catalog
from rag.storage.catalog.marks import COLLECTION, TAG
from rag.storage.catalog.queries import put_query
from rag.storage.catalog.users.audit import log_change, named_sources
from rag.text.labels import label

KEY = "askpapers"


def read_marks(path: Path) -> dict[int, PaperMarks]:
    """Return what can be read of the marks in a catalog's file, by paper; nothing of one that has none."""
    names: dict[tuple[int, str], set[str]] = {}
    notes: dict[int, str] = {}
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.execute("PRAGMA writable_schema = ON")  # else nothing is read of a file that was cut
        labels = {
            row[0]: row[1:] for row in rows_both_ways(connection, "SELECT label_id, kind, name FROM labels ORDER BY 1")
        }
        for label_id, paper_id in rows_both_ways(
            connection, "SELECT label_id, paper_id FROM labelled ORDER BY labelled_id"
        ):
            if label_id in labels:
                kind, name = labels[label_id]
                names.setdefault((paper_id, str(kind)), set()).add(str(name))
        notes = {
            row[0]: str(row[1])
            for row in rows_both_ways(connection, "SELECT paper_id, text FROM notes ORDER BY paper_id")
        }

    def of(paper_id: int, kind: str) -> tuple[str, ...]:
        return tuple(sorted(names.get((paper_id, kind), ())))

    return {
        paper_id: PaperMarks(of(paper_id, COLLECTION), of(paper_id, TAG), notes.get(paper_id, ""))
        for paper_id in {*notes, *(paper_id for paper_id, _ in names)}
    }


def read_queries(path: Path) -> list[tuple[str, str, str | None]]:
    """Return what can be read of the kept queries in a catalog's file, as (query, at, refreshed)."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.execute("PRAGMA writable_schema = ON")
        rows = rows_both_ways(connection, "SELECT query, at, refreshed FROM queries ORDER BY query_id")
        return [(str(query), str(at), refreshed) for query, at, refreshed in dict.fromkeys(map(tuple, rows))]
    return []


def with_marks(line: str, marks: PaperMarks, queries: Sequence[tuple[str, str, str | None]] = ()) -> str:
    """Return a line of JSON, a paper, with how it is marked, and with the queries that are kept."""
    told: dict[str, Any] = {"collections": marks.collections, "tags": marks.tags, "note": marks.note} if marks else {}
    told |= {"queries": queries} if queries else {}
    return json.dumps(json.loads(line) | {KEY: told}, ensure_ascii=False) + "\n" if told else line


def rows_both_ways(connection: sqlite3.Connection, query: str) -> list[Any]:
    """Return the rows of a query up to where it fails, and from its end back to there."""
    rows = list[Any]()
    for way in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            for row in connection.execute(f"{query} {way}"):
                rows.append(row)  # one by one: what came before an error counts
    return rows


def bring_marks(path: Path, catalog: Catalog) -> int:
    """Mark the papers of a catalog as a file says that `rescue` wrote, and keep its queries; return how many papers.

    Raises StorageError.
    """
    told, done = dict(_told(path)), 0
    for query, at, refreshed in _queries(path):
        put_query(catalog.database, query, at, refreshed)
    for source, record in read_file(path) if told else ():
        if isinstance(record, Record) and record.line in told:
            with catalog.transaction():
                for paper_id in _papers(Incoming(record, source), catalog)[:1]:
                    catalog.marks.join(paper_id, told[record.line])
                    done += 1
    if done:
        with catalog.transaction():
            log_change(catalog.database, "bring marks", done, named_sources([str(path.resolve())]))
    return done


def _told(path: Path) -> Iterator[tuple[int, PaperMarks]]:
    """Yield the marks of each line of a file that has usable ones."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
                told = json.loads(line)[KEY]
                yield number, PaperMarks(_names(told["collections"]), _names(told["tags"]), str(told["note"]))


def _queries(path: Path) -> list[tuple[str, str, str | None]]:
    """Return the usable queries of a file's first line."""
    found: list[tuple[str, str, str | None]] = []
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        with path.open(encoding="utf-8", errors="replace") as file:
            told = json.loads(file.readline())[KEY]["queries"]
        for one in told:
            with suppress(ValueError, TypeError, AttributeError):  # one that can't be read is no reason to lose others
                query, at, refreshed = one
                text = json.dumps(Wanted.from_dict(json.loads(query)).to_dict(), ensure_ascii=False, sort_keys=True)
                found.append((text, str(at), str(refreshed) if refreshed else None))
    return found


def _names(told: list[Any]) -> tuple[str, ...]:
    """Return the names that can still be used."""
    found = []
    for name in told:
        with suppress(QuestionError):
            found.append(label(str(name), "name"))
    return tuple(found)


def _papers(new: Incoming, catalog: Catalog) -> list[int]:
    """Return the papers that a record is of, the surest first."""
    found = catalog.with_key("print", fingerprint(new.record))
    return found or [match.paper_id for match in matches(new, catalog, Run())]
