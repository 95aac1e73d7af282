"""One JSON document: a list of papers, an object that holds such a list, one paper, or papers one after another.

Which of it are papers is told by rag.readers.json_shapes.documents, as it comes, whatever its length.
"""

from collections.abc import Iterator

from rag.readers.formats import jsonl
from rag.readers.inputs.source import Problem, Source
from rag.readers.json_shapes.documents import papers_in
from rag.readers.parsing.json_stream import Window
from rag.records import Record

NAME = "JSON"


def sniff(head: str) -> bool:
    """Tell whether a file begins as a document, and not with an object a line."""
    start = head.lstrip()[:1_000]
    if start.startswith("["):
        inside = start[1:].lstrip()
        return inside[:1] in {"", "{", "[", "]", '"'} or inside.startswith("null")
    return start.startswith("{") and start[1:].lstrip()[:1] in {"", '"'} and not jsonl.sniff(head)


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record or a Problem for each paper, and a Problem for what is broken or ends too early."""
    yield from papers_in(Window(source.pieces()))
