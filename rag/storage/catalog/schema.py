"""Bringing a catalog to the present form, and telling whether what stands in it is what was written.

A catalog's `PRAGMA user_version` counts the migrations it has had.
"""

import json
import sqlite3
import zlib

from rag.errors import LibraryMismatchError
from rag.records import Record
from rag.records.identity import identifiers, title_keys
from rag.records.papers import BIBLIOGRAPHY
from rag.storage.catalog.migrations import (
    LABEL_COLUMNS,
    LABELLED_COLUMNS,
    MIGRATIONS,
    NOTE_COLUMNS,
    QUERY_COLUMNS,
    RATING_COLUMNS,
    RECORD_COLUMNS,
)
from rag.text.titles import title_key
from rag.text.words import as_searched

VERSION = len(MIGRATIONS)
SUMMED = ", ".join((*BIBLIOGRAPHY, "title_key"))
# Rows that have a checksum of their own: what they are, their table, key and columns.
SUMMED_ROWS = (
    ("merged record", "records", "record_id", RECORD_COLUMNS),
    ("rating", "ratings", "rating_id", RATING_COLUMNS),
    ("collection or tag", "labels", "label_id", LABEL_COLUMNS),
    ("mark of a paper, row", "labelled", "labelled_id", LABELLED_COLUMNS),
    ("note on paper", "notes", "paper_id", NOTE_COLUMNS),
    ("kept query", "queries", "query_id", QUERY_COLUMNS),
)
# Where a row isn't what was written: its table and key.
CHANGED = f"""
    SELECT 'paper', paper_id FROM papers LEFT JOIN checksums USING (paper_id) WHERE value IS NOT checksum({SUMMED})
""" + "".join(
    f"""
    UNION ALL SELECT '{what}', {key} FROM {table} LEFT JOIN row_sums ON of = '{table}' AND row_sums.key = {key}
        WHERE value IS NOT checksum({", ".join(columns)})
    """
    for what, table, key, columns in SUMMED_ROWS
)


def prepare(connection: sqlite3.Connection) -> None:
    """Give a connection what the tables' triggers call, and what migrations compute with."""

    def keys(title: str, abstract: str, authors: str) -> str:
        return json.dumps(dict(title_keys(Record(title, abstract, 1, authors=tuple(json.loads(authors))))))

    def arxiv_id_of(doi: str) -> str | None:
        return identifiers(Record("", "", 1, doi=doi)).get("arxiv_id")

    connection.create_function("checksum", -1, checksum, deterministic=True)
    connection.create_function("as_searched", 1, as_searched, deterministic=True)
    connection.create_function("title_key", 1, title_key, deterministic=True)
    connection.create_function("title_keys", 3, keys, deterministic=True)
    connection.create_function("arxiv_id_of", 1, arxiv_id_of, deterministic=True)


def checksum(*values: object) -> int:
    """Return the CRC-32 of the values of a row, in order."""
    return zlib.crc32(json.dumps(values, default=repr).encode())


def schema_version(connection: sqlite3.Connection) -> int:
    """Return how many migrations the catalog has had; 0 for a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the catalog to VERSION, each migration whole or not at all. Raises LibraryMismatchError if it is newer."""
    while (version := _readable_version(connection)) < VERSION:
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if schema_version(connection) == version:  # else another process that opened it too was faster
                raise


def _readable_version(connection: sqlite3.Connection) -> int:
    version = schema_version(connection)
    if version > VERSION:
        msg = (
            f"The catalog has schema {version}, this askpapers reads up to {VERSION}. "
            "Upgrade with: pip install --upgrade askpapers"
        )
        raise LibraryMismatchError(msg)
    return version
