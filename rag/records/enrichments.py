"""What an enrichment did: each field of a paper that was empty and is told now, or taken back."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from rag.records.papers import IngestReport, Remark

FIELDS = {"doi": "DOI", "arxiv_id": "arXiv id", "pubmed_id": "PubMed id"}  # as a person calls them
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a paper that changed: from `old` to `new`, an empty text for nothing; `source` told it.

    `paper_id` is None of a paper that only comes in by it.
    """

    paper_id: int | None
    title: str
    field: str
    old: str
    new: str
    source: str

    def __str__(self) -> str:
        return f"{self.title}: {FIELDS.get(self.field, self.field)}: {self.old or NOTHING} → {self.new or NOTHING}"


@dataclass(frozen=True, slots=True)
class EnrichReport:
    """What an enrichment looked up and changed.

    `asked` papers were looked up, of which the indexes knew `known`; `without_id` lack everything that they could be
    looked up by. `changes` are all that were made, or with a dry run would be. `brought` tells what became of the
    records of named files that had no abstract; None when no file was named. `remarks` say what was left out, and why.
    """

    asked: int = 0
    known: int = 0
    without_id: int = 0
    changes: tuple[Change, ...] = ()
    brought: IngestReport | None = None
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON-ready values."""
        return dataclasses.asdict(self)
