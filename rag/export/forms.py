"""The formats that papers can be written in, and one function for all of them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from rag.export.bibtex import to_bibtex
from rag.export.csl import to_csl_json
from rag.export.jsonl import to_jsonl
from rag.export.markdown import to_markdown
from rag.export.references import to_apa, to_ieee
from rag.export.ris import to_ris
from rag.records import Paper


class Form(StrEnum):
    """A format that papers can be written in."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    JSONL = "jsonl"
    MARKDOWN = "markdown"
    APA = "apa"
    IEEE = "ieee"

    @property
    def suffix(self) -> str:
        """What the name of such a file ends with: `.bib`."""
        return _SUFFIXES[self]


_SUFFIXES = {
    Form.BIBTEX: ".bib",
    Form.RIS: ".ris",
    Form.CSL_JSON: ".json",
    Form.JSONL: ".jsonl",
    Form.MARKDOWN: ".md",
    Form.APA: ".txt",
    Form.IEEE: ".txt",
}
_WRITERS = {
    Form.BIBTEX: to_bibtex,
    Form.RIS: to_ris,
    Form.CSL_JSON: to_csl_json,
    Form.JSONL: to_jsonl,
    Form.MARKDOWN: to_markdown,
    Form.APA: to_apa,
}


def export(papers: Iterable[Paper], form: Form, *, numbers: Mapping[int, int] | None = None) -> str:
    """Return papers as the text of one file (UTF-8), in the order given; a paper given twice is written once.

    APA has an order of its own. `numbers`, by `paper_id`, are those that the papers have in IEEE's [n], in whose order
    they come: an answer's own. Raises KeyError for a paper that has none there.
    """
    once = list({paper.paper_id: paper for paper in papers}.values())
    return to_ieee(once, numbers) if form is Form.IEEE else _WRITERS[form](once)
