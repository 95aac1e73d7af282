"""What the columns of a table of papers mean, and a record of one of its rows, wherever rows come from.

    columns = columns_of(["Key", "Title", "Abstract"])
    record_of_row({"Key": "k1", "Title": "Pruning", "Abstract": "We prune."}, 2, columns)

A row is a mapping of column to value; a value has any type: text, numbers, dates, lists, what NumPy and pandas make.
"""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rag.readers.authors.author_columns import separator_in
from rag.readers.authors.author_lists import authors_in, authors_of
from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.openalex import abstract_in
from rag.readers.parsing.column_names import SILENT, fields_of, plain_name
from rag.readers.parsing.noted_ids import noted_doi, noted_pubmed_id
from rag.readers.record_builder import build_record, noted_arxiv_id
from rag.records import Record

LEAST_COLUMNS = 3  # known ones that make a table of papers of one without abstracts
OTHER_ABSTRACTS = ("translated", "text")
ALL_ABSTRACTS = ("abstract", *OTHER_ABSTRACTS)
MOST_NAMED = 12  # columns that a message names
# What programs print where nothing is. What people write for an abstract that isn't there, the record builder knows.
MISSING = frozenset(("nan", "NaN", "None", "null", "NULL", "<NA>", "NaT", "#N/A", "NA", "N/A", "n/a"))
LONGEST_MISSING = max(map(len, MISSING))
SEMICOLONS = frozenset(("abstractnote", "authorfullnames", "authorsfullnames", "af"))  # programs that write only these
LONGEST_PRINTED = 400_000  # characters of a value that Python or JSON printed
BRACKETED = re.compile(r"\[(?!no author)([^\[\]{}'\"]+)\]", re.IGNORECASE)  # a list that pandas prints for readers
ADDRESS = re.compile(r"https?://[^\s;|]+")
ARXIV_ADDRESS = re.compile(r"arxiv\.org/(?:abs|pdf)/(\S+)", re.IGNORECASE)
ARXIV_KEY = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
SHORTENED = re.compile(r"(?:1[5-9]|2\d)(?:0[1-9]|1[0-2])\.\d{1,4}")  # since 2015 five digits; zeros went with a float
DAY = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)(?:0\d|1[0-2])(?:[0-2]\d|3[01])(?!\d)")  # 20180102, as EBSCO writes one
SHORTEST_DAY = len("20180102")
RETRACTED = re.compile(r"\bretracted\b", re.IGNORECASE)


class Columns(NamedTuple):
    """What the columns of a table mean: by field the names of its columns, the better first; and what parts authors."""

    fields: Mapping[str, list[str]]
    separator: str | None = None

    @property
    def are_of_papers(self) -> bool:
        """Whether they are those of a table of papers, be it one without abstracts."""
        known = sum(field not in SILENT for field in self.fields)
        return "title" in self.fields and (self.hold_abstracts or known > LEAST_COLUMNS)

    @property
    def hold_abstracts(self) -> bool:
        """Whether one of them holds abstracts."""
        return not {"abstract", *OTHER_ABSTRACTS}.isdisjoint(self.fields)

    @property
    def used(self) -> list[str]:
        """Their names, each once."""
        return [name for names in self.fields.values() for name in names]

    @property
    def told(self) -> str:
        """Which field is taken from which column, for whoever wants to check it."""
        fields = {"abstract" if field in OTHER_ABSTRACTS else field: names for field, names in self.fields.items()}
        if "abstract" in self.fields:
            fields["abstract"] = self.fields["abstract"]
        return ", ".join(f"{field} from {names[0]!r}" for field, names in fields.items() if field not in SILENT)


def columns_of(names: Iterable[object], rows: Iterable[Mapping[str, Any]] = ()) -> Columns:
    """Return what the columns with these names mean. The first rows, where there are any, tell what parts authors."""
    texts = [str(name) for name in names]
    fields = fields_of(texts)
    if "abstract" in fields or "translated" in fields:
        fields.pop("text", None)  # a summary beside an abstract is somebody else's
    separator = ";" if any(plain_name(name) in SEMICOLONS for name in texts) else None
    authors = fields.get("authors")
    if authors and not separator:
        values = (_first(row, authors) for row in rows)
        separator = separator_in(value for value in values if isinstance(value, str))
    return Columns(fields, separator)


def missing_columns(names: Iterable[object]) -> str:
    """Return what to say of columns that are none of a table of papers, or that hold no abstracts."""
    texts = [" ".join(str(name).split())[:40] for name in names]
    named = [text for text in texts if text]
    listed = ", ".join(named[:MOST_NAMED]) + (" ..." if len(named) > MOST_NAMED else "")
    if "title" not in fields_of(texts):
        return f"columns {listed}: none is a title; call one 'Title' and one 'Abstract'"
    return f"no column holds abstracts: {listed}"


def record_of_row(row: Mapping[str, Any], line: int, columns: Columns) -> Record | Problem:
    """Return the record that a row with a line's number is, or why it is none."""
    fields = columns.fields

    def text(field: str) -> str:
        return _text(row, fields[field]) if field in fields else ""

    notes = " ".join(shown(row.get(name)) for name in fields["notes"]) if "notes" in fields else ""
    ids = _ids(row, fields["ids"]) if "ids" in fields else {}
    key, url = text("key"), text("url")
    return build_record(
        line,
        text("title"),
        _abstracts(row, fields),
        key=key,
        authors=_authors(row, columns),
        year=_year(row, fields.get("year", ())),
        doi=text("doi") or ids.get("doi", "") or (url if "doi.org/" in url else "") or noted_doi(key),
        arxiv_id=_arxiv_id(text("arxiv_id") or ids.get("arxiv", ""), notes, key, url),
        pubmed_id=text("pubmed_id").removesuffix(".0")  # which pandas gives numbers in a column with gaps
        or ids.get("pubmed")
        or ids.get("pmid")
        or noted_pubmed_id(notes, key, url),
        url=_address(url) if url else "",
        retracted=_retraction(text("retracted"), text("type")),
    )


def shown(value: Any) -> str:
    """Return a value as the text that it shows, nothing for one that is missing.

    >>> shown(34000001.0), shown(float("nan")), shown("None"), shown(["a", "b"])
    ('34000001', '', '', 'a; b')
    """
    if isinstance(value, str):
        text = value.strip()
        return "" if len(text) <= LONGEST_MISSING and text in MISSING else text
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() else str(value)
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, list | tuple | set):
        text = "; ".join(filter(None, map(shown, value)))
    elif isinstance(value, Mapping):
        text = json.dumps(value, default=str)
    elif hasattr(value, "tolist"):  # NumPy's arrays and numbers
        return shown(value.tolist())
    else:  # dates among them, and the signs of pandas for what is missing
        text = str(value)
    return "" if text in MISSING else text


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    """Return the first value of these columns that shows something."""
    for name in names:
        if shown(value := row.get(name)):
            return value
    return None


def _text(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return what the first value of these columns shows that shows something."""
    for name in names:
        if text := shown(row.get(name)):
            return text
    return ""


def _abstracts(row: Mapping[str, Any], fields: Mapping[str, list[str]]) -> list[str]:
    """Return the abstract, and the one in another language where there are two."""
    found = []
    for field in ALL_ABSTRACTS:
        for name in fields.get(field, ()):
            text = shown(row.get(name))
            if text.startswith("{") and "inverted" in name:  # OpenAlex': places by word
                text = abstract_in(_printed(row.get(name)))
            if text:
                found.append(text)
                break
    return found


def _year(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return all that may name the year, the surest first."""
    dates = " ".join(shown(row.get(name)) for name in names)
    return dates if len(dates) < SHORTEST_DAY else DAY.sub(r"\1", dates)


def _authors(row: Mapping[str, Any], columns: Columns) -> list[str]:
    value = _first(row, columns.fields.get("authors", ()))
    if isinstance(value, str):
        return authors_in(_unbracketed(value.strip()), separator=columns.separator)
    value = value.tolist() if hasattr(value, "tolist") else value
    return authors_of(list(value) if isinstance(value, tuple | set) else value) if value is not None else []


def _unbracketed(text: str) -> str:
    return found[1] if text.startswith("[") and (found := BRACKETED.fullmatch(text)) else text


def _printed(value: Any) -> Any:
    """Return what a text is the printed form of, in JSON or in Python; what is no text stays."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")) or len(value) > LONGEST_PRINTED:
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return value


def _ids(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return ids by their kind in small letters, of columns that hold several."""
    value = _printed(_first(row, names))
    return {str(kind).lower(): shown(one) for kind, one in value.items()} if isinstance(value, Mapping) else {}


def _arxiv_id(told: str, notes: str, key: str, url: str) -> str:
    """Return the arXiv id that is told, or that notes, key or address of a paper say."""
    if told:
        return told.ljust(len("2101.00001"), "0") if SHORTENED.fullmatch(told) else told
    if noted := noted_arxiv_id(notes):
        return noted
    if ARXIV_KEY.fullmatch(key):
        return key
    if "arxiv" not in f"{url} {key}".lower():
        return ""
    address = ARXIV_ADDRESS.search(url) or ARXIV_ADDRESS.search(key)
    return address[1] if address else ""


def _address(text: str) -> str:
    """Return the first address of several, and anything else as it is."""
    found = ADDRESS.match(text)
    return found[0] if found and found.end() < len(text) else text


def _retraction(mark: str, kind: str) -> str:
    """Return what a row says of a retraction: in a column of its own, or as what kind of paper it is."""
    if mark and mark.casefold() not in {"false", "0", "no", "n"}:
        return mark
    return kind if kind and RETRACTED.search(kind) else ""
