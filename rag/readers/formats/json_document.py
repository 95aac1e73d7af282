"""One JSON document: a list of papers, an object that holds such a list, one paper, or papers one after another.

Which of it are papers is told by rag.readers.json_shapes.documents, as it comes, whatever its length.
"""

import re
from collections.abc import Iterator

from rag.readers.formats import jsonl
from rag.readers.inputs.source import Problem, Source
from rag.readers.json_shapes.documents import papers_in
from rag.readers.parsing.json_stream import Broken, Window
from rag.records import Record

NAME = "JSON"
QUOTED = re.compile(r'"\s*(?:\[\s*)?\{\s*\\"')  # a document that was written as a text once more


def sniff(head: str) -> bool:
    """Tell whether a file begins as a document, and not with an object a line."""
    start = head.lstrip()[:1_000]
    if QUOTED.match(start):
        return True
    if start.startswith("["):
        inside = start[1:].lstrip()
        return inside[:1] in {"", "{", "[", "]", '"'} or inside.startswith("null")
    return start.startswith("{") and start[1:].lstrip()[:1] in {"", '"'} and not jsonl.sniff(head)


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record or a Problem for each paper, and a Problem for what is broken or ends too early."""
    window = Window(source.pieces())
    if window.sign() == '"' and not isinstance(text := window.value(), Broken):
        window = Window(iter([text.encode("utf-8", "surrogatepass")]))
    yield from papers_in(window)
