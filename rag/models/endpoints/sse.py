"""Server-sent events, read from bytes as they come, also where a server doesn't keep to the form.

Not the client's own reader: it takes an event without data for broken JSON, waits for the end of a connection that is
left open, and joins lines that a server forgot to part. A reply that is one piece of JSON, a web page or plain text is
given as an event too: what it means is for others to say.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

FIELDS = {"data", "event", "id", "retry", "error"}  # `error:` is llama.cpp's own
BOM = b"\xef\xbb\xbf"
LONGEST = 4_000_000  # characters of one event; a page that never ends is no answer


class Event(NamedTuple):
    """One event: its name, empty where the server gave none, and its data."""

    name: str
    data: str


class EventReader:
    """What was read of a stream, and what is still unfinished in it."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False
        self._name = ""
        self._data: list[str] = []
        self._loose: list[str] = []  # lines of no field: a reply that is no stream
        self._size = 0

    def feed(self, block: bytes) -> Iterator[Event]:
        """Yield the events that are whole with these bytes. Raises ValueError when one grows without end."""
        text = self._rest + block
        if not self._begun and len(text) >= len(BOM):
            text, self._begun = text.removeprefix(BOM), True
        # A carriage return at the very end may be half of a line's end.
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = text.split(b"\n")
        self._rest += held
        for line in lines:
            yield from self._line(line.decode("utf-8", "replace"))
        if len(self._rest) + self._size > LONGEST:
            msg = "an event without end"
            raise ValueError(msg)

    def end(self) -> Iterator[Event]:
        """Yield what is left when the stream has ended: an event that lacks its empty line, a reply that is none."""
        yield from self.feed(b"\n\n")
        loose, self._loose = "\n".join(self._loose), []
        if loose.strip():
            yield Event("", loose)

    def _line(self, line: str) -> Iterator[Event]:
        field, colon, value = line.partition(":")
        foreign = bool(self._loose) and self._loose[0].lstrip()[:1] in {"{", "[", "<"}
        if not line.strip():
            yield from self._dispatched()
        elif not foreign and field in FIELDS and (colon or field == "data"):
            yield from self._field(field, value.removeprefix(" "))
        elif foreign or not line.startswith(":"):
            self._size += len(line)
            self._loose.append(line)
            if line.rstrip().endswith(("}", "]")) and _is_whole(loose := "\n".join(self._loose)):
                self._loose, self._size = [], 0
                yield Event("", loose)

    def _field(self, field: str, value: str) -> Iterator[Event]:
        if field == "event":
            self._name = value.strip()
        if field == "error":
            self._name = "error"
        if field in {"data", "error"}:
            if not self._data and _is_whole(value):  # not only with its empty line: some servers forget that
                yield Event(self._name, value)
            elif value.strip() or self._data:
                self._size += len(value)
                self._data.append(value)

    def _dispatched(self) -> Iterator[Event]:
        """Yield the event that an empty line ends, unless it was whole before or has nothing in it."""
        name, data = self._name, "\n".join(self._data)
        self._name, self._data = "", []
        if data.strip():
            self._size = 0
            yield Event(name, data)


def _is_whole(data: str) -> bool:
    """Tell whether data is a whole piece of JSON, or the word that ends a stream."""
    if data.lstrip().startswith("[DONE]"):
        return True
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
