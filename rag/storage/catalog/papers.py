"""How a paper stands in the catalog: its columns, the keys that it is looked up by, and what bounds a selection."""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from rag.errors import QuestionError
from rag.records import Filters, Paper, Record
from rag.records.identity import fingerprint, identifiers, title_keys
from rag.records.papers import BIBLIOGRAPHY
from rag.storage.catalog.marks import listed
from rag.text.source_names import short_name
from rag.text.titles import title_key

COLUMNS = f"paper_id, {', '.join(BIBLIOGRAPHY)}"
# A row for each paper and where it came from, or one for a paper that nobody knows that of.
WITH_ORIGINS = f"""
    SELECT source, {COLUMNS} FROM papers LEFT JOIN origins USING (paper_id) WHERE paper_id IN ({{marks}})
    ORDER BY source
"""
TITLED = "(title_key LIKE ? OR title LIKE ? ESCAPE '\\')"  # a word of a title, as compared or as written
# By what papers are sorted, and what tells that one lacks it.
ORDERS = {
    "added": ("paper_id", "1 = 0"),
    "title": ("title_key", "title_key = ''"),
    "year": ("year", "year IS NULL"),
    "author": ("authors", "authors = '[]'"),
}

MOST_WORDS = 200  # of a text that titles are looked through for
Clauses = tuple[str, list[Any]]  # what stands after WHERE, and its values


def paper_of(row: Sequence[Any], origins: tuple[str, ...] = ()) -> Paper:
    """Return the paper of a row of COLUMNS. Raises ValueError or TypeError when its authors can't be read."""
    values = dict(zip(BIBLIOGRAPHY, row[1:], strict=True))
    return Paper(row[0], **{**values, "authors": tuple(json.loads(values["authors"]))}, origins=origins)


def values_of(paper: Paper) -> dict[str, Any]:
    """Return the values of a paper by column, the id aside, with the key of its title."""
    values = {name: getattr(paper, name) for name in BIBLIOGRAPHY}
    return {**values, "authors": json.dumps(paper.authors, ensure_ascii=False), "title_key": title_key(paper.title)}


def keys_of(record: Record, source: str) -> list[tuple[str, str]]:
    """Return (scope, value) of everything under which a record is looked up."""
    found = {**identifiers(record), **title_keys(record), "print": fingerprint(record)}
    return [*((scope, key) for scope, key in found.items() if key), *([(source, record.key)] if record.key else [])]


def selected_by(filters: Filters, sources: Sequence[str], label_ids: Sequence[int]) -> Clauses:
    """Return what selects the papers that pass filters. Raises QuestionError.

    `sources` are those of the catalog, `label_ids` the collection and the tag that the filters name.
    """
    clauses, values = ["1 = 1"], list[Any]()
    if filters.year_from is not None:
        clauses.append("year >= ?")
        values.append(filters.year_from)
    if filters.year_to is not None:
        clauses.append("year <= ?")
        values.append(filters.year_to)
    if filters.origin is not None:
        wanted = _sources_like(filters.origin, sources)
        clauses.append(f"paper_id IN (SELECT paper_id FROM origins WHERE source IN ({','.join('?' * len(wanted))}))")
        values += wanted
    for word in filter(title_key, _words(filters.title or "")):
        clauses.append(TITLED)
        values += _like(word)
    for label_id in label_ids:
        clauses.append("paper_id IN (SELECT paper_id FROM labelled WHERE label_id = ?)")
        values.append(label_id)
    if filters.papers is not None:
        clauses.append(f"paper_id IN ({listed(filters.papers)})")
    if filters.without_retracted:
        clauses.append("paper_id NOT IN (SELECT paper_id FROM papers WHERE retracted IS NOT NULL)")
    return " AND ".join(clauses), values


def listed_by(text: str) -> Clauses:
    """Return what selects the papers with every word of a text in title, authors or year. Raises QuestionError."""
    clauses, values = ["1 = 1"], list[Any]()
    for word in _words(text):
        clauses.append(f"({TITLED} OR authors LIKE ? ESCAPE '\\' OR CAST(year AS TEXT) = ?)")
        values += [*_like(word), _like(word)[1], word]
    return " AND ".join(clauses), values


def ordered_by(order: str, *, descending: bool) -> str:
    """Return what stands after ORDER BY; papers that lack a value come last. Raises QuestionError."""
    if order not in ORDERS:
        msg = f"Papers can't be sorted by {order!r}. Choose one of: {', '.join(ORDERS)}"
        raise QuestionError(msg)
    column, lacking = ORDERS[order]
    return f"{lacking}, {column} {'DESC' if descending else 'ASC'}, paper_id"


def require_source(source: str, found: Sequence[str], sources: Sequence[str]) -> None:
    """Raise QuestionError that names the sources there are, unless one was found."""
    if not found:
        names = ", ".join(sorted({short_name(one) for one in sources})[:10])
        msg = f"No paper came from {source!r}. The sources here: {names}"
        raise QuestionError(msg)


def _sources_like(origin: str, sources: Sequence[str]) -> list[str]:
    found = [
        source
        for source in sources
        if source == origin or fnmatchcase(short_name(source), origin) or fnmatchcase(source, origin)
    ]
    require_source(origin, found, sources)
    return found


def _words(text: str) -> list[str]:
    """Return the words of a text, each once. Raises QuestionError for more than a statement of SQLite takes."""
    words = list(dict.fromkeys(text.split()))
    if len(words) > MOST_WORDS:
        msg = f"{len(words):,} words are looked for in titles, at most {MOST_WORDS} fit: leave some out."
        raise QuestionError(msg)
    return words


def _like(word: str) -> tuple[str, str]:
    """Return what LIKE looks for of a word: in titles as they are compared, and as it is."""
    written = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{title_key(word) or '-'}%", f"%{written}%"
