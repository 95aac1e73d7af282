"""arXiv's own metadata as its OAI-PMH gives them: arXiv (authors taken apart), arXivRaw (every version), arXivOld."""

from rag.readers.cleaning.latex import with_letters
from rag.readers.inputs.source import Problem
from rag.readers.json_shapes.arxiv import authors_on_a_line
from rag.readers.parsing.xml_stream import Element, text_at
from rag.readers.record_builder import build_record
from rag.records import Record

NAME_PARTS = ("{*}forenames", "{*}keyname", "{*}suffix")


def record(line: int, paper: Element, key: str = "") -> Record | Problem:
    """Return what arXiv says of a paper, or why it is none. The year is that of the first version."""
    del key  # arXiv's own id says it
    arxiv_id = text_at(paper, "{*}id")
    authors = [_name(author) for author in paper.iterfind("{*}authors/{*}author")]
    return build_record(
        line,
        with_letters(text_at(paper, "{*}title")),
        with_letters(text_at(paper, "{*}abstract")),
        key=arxiv_id,
        authors=authors or authors_on_a_line(text_at(paper, "{*}authors")),
        year=text_at(paper, "{*}created", "{*}version/{*}date", "{*}date", "{*}updated"),
        doi=text_at(paper, "{*}doi"),
        arxiv_id=arxiv_id,
    )


def _name(author: Element) -> str:
    return with_letters(" ".join(filter(None, (text_at(author, part) for part in NAME_PARTS))))
