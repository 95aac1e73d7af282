"""Files to records: one module a format, chosen by what a file holds, never by its name.

A reader is a module with `NAME`, `sniff(first lines) -> bool` and `read(lines) -> records and problems`. A new format
is one new file and one more entry in READERS.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from rag.datatypes import Record, Rejection
from rag.errors import SourceError
from rag.readers import huggingface, jsonl
from rag.readers.lines import Line, Problem, numbered_lines, only_text

SNIFFED_LINES = 20
SNIFFED_BYTES = 4_096
LONGEST_TITLE = 1_000  # characters
LONGEST_ABSTRACT = 50_000  # characters; a longer text is a paper or a mistake, and would drown the others


class Reader(Protocol):
    """What a format's module offers."""

    NAME: str

    def sniff(self, head: Sequence[str]) -> bool:
        """Tell whether a file with these first lines has this format."""

    def read(self, lines: Iterator[Line | Problem]) -> Iterator[Record | Problem]:
        """Yield a record for each paper of the file, a Problem for what is none."""


READERS: tuple[Reader, ...] = (huggingface, jsonl)


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that these paths name, folders gone through in order of name; hidden ones are left out.

    Raises SourceError for a path that doesn't exist, so that a typing mistake is told before any work.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                files += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
        elif path.exists():
            files.append(path)
        else:
            msg = f"{path} does not exist. Check the path; ingest takes files and folders."
            raise SourceError(msg)
    return files


def read_file(path: Path) -> Iterator[Record | Rejection]:
    """Yield every record of a file, and a rejection for whatever in it is none."""
    source = str(path.resolve())
    try:
        with path.open("rb") as file:
            head = file.read(SNIFFED_BYTES)
            file.seek(0)
            if not head.strip():
                yield Rejection(source, None, "the file is empty")
                return
            if b"\0" in head:
                yield Rejection(source, None, "a binary file, not text")
                return
            lines = numbered_lines(file)
            first = list(islice(lines, SNIFFED_LINES))
            reader = next((reader for reader in READERS if reader.sniff(only_text(first))), None)
            if reader is None:
                known = ", ".join(reader.NAME for reader in READERS)
                yield Rejection(source, None, f"no reader knows this format (known: {known})")
                return
            empty = True
            for found in reader.read(chain(first, lines)):
                empty = False
                yield _checked(found, source)
            if empty:
                yield Rejection(source, None, f"holds no papers, though it looks like a {reader.NAME}")
    except OSError as error:
        yield Rejection(source, None, f"can't be read ({error.strerror})")


def _checked(found: Record | Problem, source: str) -> Record | Rejection:
    """Return a record that keeps every invariant, or the reason why there is none."""
    if isinstance(found, Problem):
        return Rejection(source, found.number, found.reason)
    for what, text, longest in (
        ("title", found.title, LONGEST_TITLE),
        ("abstract", found.abstract, LONGEST_ABSTRACT),
    ):
        if not any(character.isalnum() for character in text):
            return Rejection(source, found.line, f"the {what} holds no words")
        if len(text) > longest:
            return Rejection(source, found.line, f"the {what} has {len(text):,} characters, at most {longest:,} fit")
    return found
