"""The formats that papers can be written in, and one function for all of them."""

from collections.abc import Iterable
from enum import StrEnum

from rag.export.bibtex import to_bibtex
from rag.export.csl import to_csl_json
from rag.export.jsonl import to_jsonl
from rag.export.markdown import to_markdown
from rag.export.ris import to_ris
from rag.records import Paper


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
