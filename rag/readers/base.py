"""A reader: what a format's module offers."""

from collections.abc import Iterator
from typing import Protocol

from rag.readers.inputs.source import Problem, Source
from rag.records import Record


class Reader(Protocol):
    """What a format's module offers."""

    NAME: str

    def sniff(self, head: str) -> bool:
        """Tell whether a file that begins with this text has this format."""

    def read(self, source: Source) -> Iterator[Record | Problem | str]:
        """Yield a record for each paper of the file, a Problem for what is none, a text for what to know of it all."""
