"""The tables of a saved web page, row by row; what was read is forgotten.

lxml, because it mends what browsers mend, and streams. A table within a cell of another counts as a table of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from rag.readers.inputs.source import LONGEST_LINE, Source
from rag.readers.parsing.table_rows import Row
from rag.readers.parsing.xml_stream import forget

CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?([\w-]{3,20})", re.IGNORECASE)
BREAKS = frozenset(("br", "p", "div", "li"))  # elements that stand on lines of their own
LONGEST_TITLE = 100  # characters
MOST_CELLS = 1_000  # of a row


class Page:
    """A saved web page. `title` is what it calls itself, once its tables were read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.title = ""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield each row of each table, with the number of its table in the order of their beginnings, from 0."""
        parser = etree.HTMLPullParser(events=("start", "end"), encoding=self._encoding(), no_network=True)
        open_tables, begun, since = list[int](), 0, 0
        for piece in self._source.pieces():
            try:
                parser.feed(piece)
            except etree.LxmlError:
                return  # what can't be read ends the page
            since += len(piece)
            for event, element in parser.read_events():
                if element.tag == "table" and event == "start":
                    open_tables.append(begun)
                    begun += 1
                elif element.tag == "table" and open_tables:
                    open_tables.pop()
                elif element.tag == "tr" and event == "end":
                    yield (open_tables[-1] if open_tables else begun), _row(element)
                    forget(element)
                    since = 0
                elif element.tag == "title" and event == "end" and not self.title:
                    self.title = " ".join("".join(element.itertext()).split())[:LONGEST_TITLE]
            if since > LONGEST_LINE:  # it would fill the memory
                return

    def _encoding(self) -> str:
        """Return the encoding of the page: the one that it names, else UTF-8, or Windows-1252 where it is none."""
        named = CHARSET.search(self._source.head)
        if named and not self._source.recoded:
            try:
                "".encode(named[1].decode())
            except LookupError:
                pass
            else:
                return named[1].decode()
        try:
            self._source.head.decode("utf-8")
        except UnicodeDecodeError as error:
            return "utf-8" if error.end >= len(self._source.head) else "cp1252"
        return "utf-8"


def _row(element: Any) -> Row:
    cells = [cell for cell in element if cell.tag in {"td", "th"}][:MOST_CELLS]
    spans = (int(span) if (span := cell.get("colspan", "1")).isascii() and span.isdigit() else 1 for cell in cells)
    texts = [
        text for cell, span in zip(cells, spans, strict=True) for text in (_text(cell), *[""] * (min(span, 100) - 1))
    ]
    return Row(int(element.sourceline or 1), texts)


def _text(cell: Any) -> str:
    """Return the text of a cell, its blocks on lines of their own."""
    parts = list[str]()
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            parts.append("\n" if element.tag in BREAKS else "")
            parts.append(element.text or "" if isinstance(element.tag, str) else "")
        elif element is not cell:
            parts.append(element.tail or "")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))
