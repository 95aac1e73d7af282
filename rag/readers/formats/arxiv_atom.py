"""arXiv's Atom feed: the answer of its API, one entry a paper.

The id of a record is that of arXiv without its version, so that a later version is the same paper. An entry that tells
of an error in the query becomes a Problem with arXiv's own words.
"""

from collections.abc import Iterator

from rag.readers.inputs.source import Problem, Source
from rag.readers.json_shapes.fields import dated
from rag.readers.parsing.xml_stream import Element, elements, text_in
from rag.readers.record_builder import build_record
from rag.records import Record
from rag.records.identity import normal_arxiv_id

NAME = "arXiv Atom feed"
ATOM, ARXIV = "{http://www.w3.org/2005/Atom}", "{http://arxiv.org/schemas/atom}"


def sniff(head: str) -> bool:
    """Tell whether a file begins as such a feed."""
    return head.lstrip().startswith("<") and "http://www.w3.org/2005/Atom" in head and "arxiv.org/" in head


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each entry, a Problem for what is none."""
    for found in elements(source, f"{ATOM}entry"):
        yield found if isinstance(found, Problem) else _record(found.line, found.element)


def _record(line: int, entry: Element) -> Record | Problem:
    address, summary = _text(entry, "id"), _text(entry, "summary")
    if "/api/errors" in address:
        return Problem(line, f"arXiv's answer is an error: {summary[:200]}")
    arxiv_id = normal_arxiv_id(address) or ""
    return build_record(
        line,
        _text(entry, "title"),
        summary,
        key=arxiv_id or address,
        authors=[_text(author, "name") for author in entry.iterfind(f"{ATOM}author")],
        year=dated(_text(entry, "published"), _text(entry, "updated")),
        doi=text_in(entry.find(f"{ARXIV}doi")),
        arxiv_id=arxiv_id,
        url="" if arxiv_id else address,
        retracted=text_in(entry.find(f"{ARXIV}comment")),
    )


def _text(element: Element, name: str) -> str:
    return text_in(element.find(f"{ATOM}{name}"))
