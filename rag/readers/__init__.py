"""Files to records: one module a format, chosen by what a file holds, never by its name.

A reader is a module with `NAME`, `sniff(head) -> bool` and `read(source) -> records, problems and remarks`. A new
format is one new file and one more entry in READERS.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from rag.errors import SourceError
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
from rag.readers.inputs.files import STANDARD_INPUT, Opened, open_files, packed_kind, source_name
from rag.readers.inputs.source import Problem, Source
from rag.readers.inputs.streams import UnreadableError
from rag.records import Record, Rejection, Remark

LIBRARY_FILE = "catalog.sqlite3"  # by which the folder of a library is known
LONGEST_TITLE = 1_000  # characters
LONGEST_ABSTRACT = 50_000  # characters; a longer text is a paper or a mistake, and would drown the others
LONGEST_REASON = 300  # characters


class Reader(Protocol):
    """What a format's module offers."""

    NAME: str

    def sniff(self, head: str) -> bool:
        """Tell whether a file that begins with this text has this format."""

    def read(self, source: Source) -> Iterator[Record | Problem | str]:
        """Yield a record for each paper of the file, a Problem for what is none, a text for what to know of it all."""


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


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that these paths name, folders gone through in order of name.

    Hidden files and folders are left out, and libraries, which often lie beside what is read into them. A folder that
    can't be listed stands for its files, and is rejected when it is read. A path named `-` is standard input.

    Raises SourceError for a path that doesn't exist, so that a typing mistake is told before any work, or is a library.
    """
    files: list[Path] = []
    for path in paths:
        if _is_library(path):
            msg = f"{path} is a library, no source of papers. To bring its papers into another: askpapers export"
            raise SourceError(msg)
        if path.is_dir():
            files += _files_in(path)
        elif path == STANDARD_INPUT or path.exists():
            files.append(path)
        else:
            msg = f"{path} does not exist. Check the path; ingest takes files, folders and - for standard input."
            raise SourceError(msg)
    return files


def _files_in(root: Path) -> list[Path]:
    files, closed = list[Path](), list[OSError]()
    for folder, folders, names in os.walk(root, onerror=closed.append):
        shown = [Path(folder, name) for name in sorted(folders) if not name.startswith(".")]
        folders[:] = [inner.name for inner in shown if not _is_library(inner)]
        files += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
    return [*files, *(Path(error.filename) for error in closed)]


def _is_library(folder: Path) -> bool:
    try:
        return (folder / LIBRARY_FILE).exists()
    except PermissionError:
        return False  # which is told where it is listed


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
            yield _checked(found, name)
    if empty:
        yield Rejection(name, None, f"holds no papers, though it looks like a {reader.NAME}")


def _checked(found: Record | Problem, source: str) -> Record | Rejection:
    """Return a record that keeps every invariant, or the reason why there is none."""
    if isinstance(found, Problem):
        reason = " ".join(found.reason.split())  # it may quote a damaged file
        return Rejection(
            source, found.number, reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
        )
    for what, text, longest in (
        ("title", found.title, LONGEST_TITLE),
        ("abstract", found.abstract, LONGEST_ABSTRACT),
    ):
        if not any(map(str.isalnum, text)):
            return Rejection(source, found.line, f"the {what} holds no words")
        if len(text) > longest:
            return Rejection(source, found.line, f"the {what} has {len(text):,} characters, at most {longest:,} fit")
    return found
