"""BibTeX, for LaTeX with BibTeX or biber, and for reference managers.

Every entry is `@misc`, the type that needs no venue: the record has none, and most papers with a DOI are no less from
a conference than from a journal. bibtexparser writes the file; the escaping is in rag.export.latex, because the
encoders of bibtexparser and pybtex break formulas, addresses or files (`$5 and $10`, a brace alone).
"""

from collections.abc import Sequence

from rag.export.keys import citation_keys
from rag.export.latex import escaped, escaped_title, verbatim
from rag.export.text import names_of, plain
from rag.records import Paper
from rag.text.author_names import Name


def to_bibtex(papers: Sequence[Paper]) -> str:
    """Return papers as a BibTeX file; each is there once."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.middlewares.parsestack import default_unparse_stack
    from bibtexparser.model import Entry, Field
    from bibtexparser.writer import BibtexFormat

    keys = citation_keys(papers)
    library = Library()
    library.add(
        [
            Entry("misc", keys[paper.paper_id], [Field(name, value) for name, value in _fields(paper).items() if value])
            for paper in papers
        ]
    )
    form = BibtexFormat()  # type: ignore[no-untyped-call]  # the one function there without types
    form.indent, form.block_separator, form.trailing_comma = "  ", "\n", True
    braces = default_unparse_stack(allow_inplace_modification=True)
    return write_string(library, unparse_stack=braces, bibtex_format=form)


def _fields(paper: Paper) -> dict[str, str]:
    eprint = verbatim(plain(paper.arxiv_id or ""))
    return {
        "title": escaped_title(plain(paper.title)),
        "author": " and ".join(_author(name) for name in names_of(paper)),
        "year": str(paper.year or ""),
        "doi": verbatim(plain(paper.doi or "")),
        "eprint": eprint,
        "archiveprefix": "arXiv" if eprint else "",
        "pmid": verbatim(plain(paper.pubmed_id or "")),
        "url": verbatim(plain(paper.url or "")),
        "note": escaped(plain(paper.retraction)),
        "abstract": escaped(plain(paper.abstract)),
    }


def _author(name: Name) -> str:
    """Return a name as `Family, Suffix, Given`, one that is a unit in braces."""
    if not name.given:
        return f"{{{escaped(name.family)}}}"
    return ", ".join(escaped(part) for part in (name.family, name.suffix, name.given) if part)
