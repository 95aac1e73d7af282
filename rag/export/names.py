"""The names of a paper's authors as the parts that reference formats want."""

from rag.datatypes import Paper
from rag.export.text import plain
from rag.names import Name, parse_name


def names_of(paper: Paper) -> list[Name]:
    """Return the names of a paper's authors."""
    return [parse_name(plain(author)) for author in paper.authors if plain(author)]
