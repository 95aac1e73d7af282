"""Bring what can still be read of a damaged catalog into a file that `ingest` takes.

Works on a copy, so that nothing gets worse. First SQLite reads the papers, in ranges of ids that are halved where it
fails; then what it can't read is looked for on the pages themselves. Vectors are made anew from what was saved.
How papers were marked, and the kept queries, are saved beside them as far as SQLite reads them:
rag.maintenance.marks_file.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rag.errors import LibraryError, LibraryMissingError, StorageError
from rag.export.jsonl import to_jsonl
from rag.maintenance.marks_file import read_marks, read_queries, rows_both_ways, with_marks
from rag.maintenance.sqlite_pages import read_rows
from rag.records import Paper, PaperMarks
from rag.records.papers import BIBLIOGRAPHY
from rag.storage.catalog.schema import SUMMED, checksum
from rag.storage.choosing import AnyPlace, placed
from rag.storage.layout import catalog_path
from rag.utils.files import replacing
from rag.utils.places import ServerAddress

COLUMNS = f"paper_id, {SUMMED}"
OLD_COLUMNS = (  # as before the sixth migration, and before the third
    COLUMNS.replace("retracted", "NULL"),
    COLUMNS.replace("retracted", "NULL").replace("pubmed_id", "NULL"),
)
STORED = (
    *("title", "abstract", "key", "authors", "year", "doi", "arxiv_id", "url", "title_key", "indexed", "pubmed_id"),
    "retracted",
)
# Places that know which papers there are, each of which may be the damaged one.
KNOWN = (
    "SELECT paper_id FROM checksums ORDER BY paper_id",
    "SELECT paper_id FROM origins ORDER BY paper_id",
    "SELECT paper_id FROM papers INDEXED BY papers_by_title_key ORDER BY title_key",
    "SELECT seq FROM sqlite_sequence ORDER BY name",
)

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Rescued:
    """How many papers were read; of these the ids of those that are not what was written; the ids that are lost.

    Of `marked` papers it was read in which collections they are, how they are tagged, or what was noted on them;
    `queries` are those that the library kept to fetch by.
    """

    papers: int
    changed: tuple[int, ...]
    lost: tuple[int, ...]
    marked: int = 0
    queries: int = 0


def rescue(given: AnyPlace, out: Path) -> Rescued:
    """Write every paper that can be read of a folder's catalog to `out`, as JSON Lines.

    Raises LibraryMissingError when there is no catalog, LibraryError for a database, which has means of its own,
    StorageError when `out` can't be written.
    """
    folder = placed(given)
    if isinstance(folder, ServerAddress):
        msg = (
            f"rescue reads the file of a damaged catalog, and {folder} is no folder. What PostgreSQL still reads of it "
            "is saved with pg_dump; without damage: askpapers backup papers.zip"
        )
        raise LibraryError(msg)
    catalog = catalog_path(folder)
    if not catalog.is_file():
        msg = f"There is no catalog at {folder}. Name the library's folder with --library."
        raise LibraryMissingError(msg)
    try:
        with TemporaryDirectory() as temporary:
            copy = catalog_path(Path(temporary))
            for path in (catalog, catalog.with_name(f"{catalog.name}-wal")):
                if path.is_file():
                    shutil.copyfile(path, copy.with_name(path.name))
            rows, known, sums = _read(copy)
            marks, queries = read_marks(copy), read_queries(copy)
        left = queries
        with replacing(out) as partial, partial.open("w", encoding="utf-8") as file:
            for paper_id in sorted(rows):
                line = to_jsonl([_paper(rows[paper_id])])
                file.write(with_marks(line, marks.get(paper_id, PaperMarks()), left))
                left = []  # they are in the first line
    except OSError as error:
        msg = f"{out} can't be written ({error.strerror}). Make room, or choose another place with --out."
        raise StorageError(msg) from error
    changed = tuple(sorted(i for i, row in rows.items() if i in sums and sums[i] not in _sums(row)))
    return Rescued(
        len(rows), changed, tuple(sorted(known - rows.keys())), len(marks.keys() & rows.keys()), len(queries)
    )


def _read(path: Path) -> tuple[dict[int, Row], set[int], dict[int, int]]:
    """Return the rows that can be read by their ids, the ids that there should be, and the checksums."""
    raw = {rowid: row for rowid, values in read_rows(path) if (row := _stored(rowid, values))}
    rows, known, sums = dict[int, Row](), set[int](), dict[int, int]()
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        # Else nothing at all is read of a file that was cut, or of which one table is broken.
        connection.execute("PRAGMA writable_schema = ON")
        for query in KNOWN[:-1]:
            known |= {row[0] for row in _both_ways(connection, query)}
        sums = dict(_both_ways(connection, "SELECT paper_id, value FROM checksums ORDER BY paper_id"))
        newest = max([*known, *(row[0] for row in _both_ways(connection, KNOWN[-1])), *raw], default=0)
        for columns in (COLUMNS, *OLD_COLUMNS):
            with suppress(sqlite3.Error):
                connection.execute(f"SELECT {columns} FROM papers LIMIT 0")
                rows = {row[0]: row for row in _range(connection, columns, 1, newest) if _is_paper(row)}
                break
    # Pages keep what was deleted: a row counts when another place knows its id, or when no other place is left.
    rows |= {i: row for i, row in raw.items() if i not in rows and (i in known or not known)}
    return rows, known, sums


def _range(connection: sqlite3.Connection, columns: str, low: int, high: int) -> Iterator[Row]:
    if low > high:
        return
    try:
        found = connection.execute(f"SELECT {columns} FROM papers WHERE paper_id BETWEEN ? AND ?", (low, high))
        yield from found.fetchall()
    except sqlite3.Error:
        if low < high:
            middle = (low + high) // 2
            yield from _range(connection, columns, low, middle)
            yield from _range(connection, columns, middle + 1, high)


def _both_ways(connection: sqlite3.Connection, query: str) -> list[Any]:
    """Return the rows of whole numbers that a query still gives."""
    return [row for row in rows_both_ways(connection, query) if all(isinstance(value, int) for value in row)]


def _stored(rowid: int, values: Sequence[Any]) -> Row | None:
    """Return a row as the catalog's papers have it; None for those of other tables."""
    if len(values) < len(STORED) - 2 or values[0] is not None or rowid < 1:
        return None
    named: Mapping[str, Any] = dict(zip(STORED, values[1:], strict=False))
    row = (rowid, *(named.get(column) for column in SUMMED.split(", ")))
    return row if _is_paper(row) and named["indexed"] in {0, 1} else None


def _is_paper(row: Row) -> bool:
    return all(isinstance(value, str) and value for value in row[1:3]) and isinstance(row[-1], str)


def _sums(row: Row) -> set[int]:
    """Return the checksums that a row as it was written may have: also that of before the sixth migration."""
    *values, retracted, title_key = row[1:]
    found = {checksum(*values, retracted, title_key)}
    return found if retracted is not None else found | {checksum(*values, title_key)}


def _paper(row: Row) -> Paper:
    """Return the paper of a row; a value that is no text or number, as it should be, is left out."""
    values: dict[str, Any] = dict(zip(BIBLIOGRAPHY, row[1:], strict=False))
    try:
        names = tuple(name for name in json.loads(values.pop("authors")) if isinstance(name, str))
    except (ValueError, TypeError):
        names = ()
    year = values.pop("year")
    known: dict[str, Any] = {name: value for name, value in values.items() if isinstance(value, str)}
    return Paper(row[0], **known, authors=names, year=year if isinstance(year, int) else None)
