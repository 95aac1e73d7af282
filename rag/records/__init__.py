"""The nouns: frozen records that every layer passes on, and that import nothing from the project.

Offsets are Python character offsets into `paper.abstract`; a higher score is always better.
"""

from rag.records.answers import Anew, Answer, Outcome, Rating, Searched, Turn
from rag.records.claims import Citation, Claim, Difference, Standing, Support
from rag.records.papers import (
    Filters,
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

__all__ = [
    "Anew",
    "Answer",
    "Citation",
    "Claim",
    "Difference",
    "Filters",
    "Found",
    "Hit",
    "IngestReport",
    "Merge",
    "MissingFromSource",
    "Outcome",
    "Paper",
    "Passage",
    "Rating",
    "Record",
    "Rejection",
    "Remark",
    "Searched",
    "Standing",
    "Support",
    "Turn",
]
