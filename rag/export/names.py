"""The names of a paper's authors as the parts that reference formats want."""

from rag.export.text import plain
from rag.records import Paper
from rag.text.author_names import Name, parse_name


def names_of(paper: Paper) -> list[Name]:
    """Return the names of a paper's authors."""
    return [parse_name(plain(author)) for author in paper.authors if plain(author)]
