"""A reader: what a format's module offers. Formats of text are told by text, others by bytes."""

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


class BinaryReader(Protocol):
    """What the module of a format offers that is no text."""

    NAME: str

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file that begins with these bytes has this format."""

    def read(self, source: Source) -> Iterator[Record | Problem | str]:
        """Yield what a Reader does. Raises UnreadableError where the whole file can't be read, and why."""
