"""The tables of a catalog that hold what was brought in, marked and kept: what copies them or holds a part asks here.

What a database makes of these by itself (checksums, the full text, what can be found) isn't among them.
"""

from dataclasses import dataclass

from rag.records.papers import BIBLIOGRAPHY
from rag.storage.catalog.migrations import LABEL_COLUMNS, NOTE_COLUMNS, QUERY_COLUMNS, RATING_COLUMNS, RECORD_COLUMNS


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns, and how many of the first tell its rows apart."""

    name: str
    columns: tuple[str, ...]
    key: int = 1


PAPERS = Table("papers", ("paper_id", *BIBLIOGRAPHY, "title_key"))
ORIGINS = Table("origins", ("paper_id", "source", "line"), 2)
IDENTIFIERS = Table("identifiers", ("scope", "value", "paper_id"), 3)
RECORDS = Table("records", RECORD_COLUMNS)
APART = Table("apart", ("record", "other"), 2)
LABELS = Table("labels", LABEL_COLUMNS)
LABELLED = Table("labelled", ("label_id", "paper_id"), 2)
NOTES = Table("notes", NOTE_COLUMNS)
RATINGS = Table("ratings", RATING_COLUMNS)
QUERIES = Table("queries", QUERY_COLUMNS)
AUDIT = Table("audit", ("audit_id", "at", "who", "what", "papers", "about"))
KEPT_VERSIONS = Table("kept_versions", ("who", "version"))
KEPT_ROWS = Table("kept_rows", ("who", "kind", "row_id", "version", "conversation", "deleted", "told"), 3)
# In an order in which every row finds the rows that it refers to.
TABLES = (
    *(PAPERS, ORIGINS, IDENTIFIERS, RECORDS, APART, LABELS, LABELLED),
    *(NOTES, RATINGS, QUERIES, AUDIT, KEPT_VERSIONS, KEPT_ROWS),
)
