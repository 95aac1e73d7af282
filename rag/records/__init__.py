"""The nouns: frozen records that every layer passes on, and that import nothing from the project.

Offsets are Python character offsets into `paper.abstract`; a higher score is always better.
"""

from rag.records.answers import Anew, Answer, Outcome, Rating, Searched, Turn
from rag.records.claims import Citation, Claim, Difference, Standing, Support
from rag.records.comparisons import Cell, ComparedPaper, Comparison
from rag.records.filters import Filters, Listing
from rag.records.findings import Finding
from rag.records.marks import NamedCollection, PaperMarks, Removed, Tag
from rag.records.papers import (
    Found,
    Hit,
    IngestReport,
    Merge,
    MissingFromSource,
    Paper,
    Passage,
    Record,
    Rejection,
    Remark,
)
from rag.text.questions.readings import Reading

__all__ = [
    "Anew",
    "Answer",
    "Cell",
    "Citation",
    "Claim",
    "ComparedPaper",
    "Comparison",
    "Difference",
    "Filters",
    "Finding",
    "Found",
    "Hit",
    "IngestReport",
    "Listing",
    "Merge",
    "MissingFromSource",
    "NamedCollection",
    "Outcome",
    "Paper",
    "PaperMarks",
    "Passage",
    "Rating",
    "Reading",
    "Record",
    "Rejection",
    "Remark",
    "Removed",
    "Searched",
    "Standing",
    "Support",
    "Tag",
    "Turn",
]
