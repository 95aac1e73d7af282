"""A file to its records: read by the first format that knows it, each record held to what every reader promises."""

import io
from collections.abc import Iterator
from pathlib import Path

from rag.readers.base import Reader
from rag.readers.formats import (
    arxiv_atom,
    bibtex,
    huggingface,
    json_document,
    jsonl,
    medline,
    pubmed_xml,
    ris,
    table,
    web_of_science,
)
from rag.readers.inputs.files import Opened, open_files, packed_kind, source_name
from rag.readers.inputs.source import Problem, Source
from rag.readers.inputs.streams import UnreadableError
from rag.records import Record, Rejection, Remark

LONGEST_TITLE = 1_000  # characters
LONGEST_ABSTRACT = 50_000  # characters; a longer text is a paper or a mistake, and would drown the others
LONGEST_REASON = 300  # characters
READERS: tuple[Reader, ...] = (  # who is asked first
    huggingface,
    pubmed_xml,
    arxiv_atom,
    json_document,
    jsonl,
    bibtex,
    ris,
    medline,
    web_of_science,
    table,
)


def read_file(path: Path) -> Iterator[tuple[str, Record | Rejection | Remark]]:
    """Yield (source, found) for every record of a file, whatever in it is none, and what is to be said of it.

    The source of a member of an archive is the archive's path, a slash and the member's name.
    """
    name = source_name(path)
    try:
        for opened in open_files(path):
            for found in _kept(opened):
                yield opened.name, found
    except (OSError, UnreadableError) as error:
        yield name, Rejection(name, None, _reason(error))


def read_content(content: bytes, name: str) -> Iterator[Record | Rejection | Remark]:
    """Yield what `read_file` would of a file with this content; `name` is that of its source."""
    return _kept(Opened(name, io.BytesIO(content)))


def _kept(opened: Opened) -> Iterator[Record | Rejection | Remark]:
    """Yield what a file holds up to where it can't be read any further, and why."""
    name, content = opened
    if isinstance(content, str):
        yield Rejection(name, None, content)
        return
    try:
        yield from _read(Source(content), name)
    except (OSError, UnreadableError) as error:
        yield Rejection(name, None, _reason(error))


def _reason(error: OSError | UnreadableError) -> str:
    return f"can't be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _read(source: Source, name: str) -> Iterator[Record | Rejection | Remark]:
    if not source.head.strip():
        yield Rejection(name, None, "the file is empty")
        return
    if kind := packed_kind(source.head):
        yield Rejection(name, None, f"a packed file ({kind}) that isn't opened here; unpack it first")
        return
    if b"\0" in source.head:
        yield Rejection(name, None, "a binary file, not text")
        return
    reader = next((reader for reader in READERS if reader.sniff(source.text)), None)
    if reader is None and source.trouble:
        raise source.trouble  # too little came before it to tell the format by
    if reader is None:
        known = ", ".join(reader.NAME for reader in READERS)
        yield Rejection(name, None, f"no reader knows this format (known: {known})")
        return
    empty = True
    for found in reader.read(source):
        if isinstance(found, str):
            yield Remark(name, found)
        else:
            empty = False
            yield checked(found, name)
    if empty:
        yield Rejection(name, None, f"holds no papers, though it looks like a {reader.NAME}")


def checked(found: Record | Problem, source: str) -> Record | Rejection:
    """Return a record that keeps every invariant, or the reason why there is none."""
    if isinstance(found, Problem):
        reason = " ".join(found.reason.split())  # it may quote a damaged file
        reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
        return Rejection(source, found.number, reason, found.partial)
    for what, text, longest in (
        ("title", found.title, LONGEST_TITLE),
        ("abstract", found.abstract, LONGEST_ABSTRACT),
    ):
        if not any(map(str.isalnum, text)):
            return Rejection(source, found.line, f"the {what} holds no words")
        if len(text) > longest:
            return Rejection(source, found.line, f"the {what} has {len(text):,} characters, at most {longest:,} fit")
    return found
