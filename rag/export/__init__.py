"""Papers as files for other programs: LaTeX, Zotero, another library, a notebook.

One module a format, each a function from records to text; nothing here reads or writes files. Only what a record
holds is written: no venue, no month, no author is guessed. Every text is data, escaped so that it reads the same in
the program it is made for, and the same papers always give the same text.
"""

from collections.abc import Iterable
from enum import StrEnum

from rag.export.bibtex import to_bibtex
from rag.export.csl import to_csl_json
from rag.export.jsonl import to_jsonl
from rag.export.keys import citation_keys
from rag.export.markdown import to_markdown
from rag.export.ris import to_ris
from rag.records import Paper

__all__ = ["Form", "citation_keys", "export"]


class Form(StrEnum):
    """A format that papers can be written in."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"

    @property
    def suffix(self) -> str:
        """What the name of such a file ends with: `.bib`."""
        return {"bibtex": ".bib", "ris": ".ris", "csl-json": ".json", "jsonl": ".jsonl", "markdown": ".md"}[self]


_WRITERS = {
    Form.BIBTEX: to_bibtex,
    Form.RIS: to_ris,
    Form.CSL_JSON: to_csl_json,
    Form.JSONL: to_jsonl,
    Form.MARKDOWN: to_markdown,
}


def export(papers: Iterable[Paper], form: Form) -> str:
    """Return papers as the text of one file (UTF-8), in the order given; a paper given twice is written once."""
    return _WRITERS[form](list({paper.paper_id: paper for paper in papers}.values()))
