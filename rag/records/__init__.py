"""The nouns: frozen records that every layer passes on, and that import nothing from the project.

Offsets are Python character offsets into `paper.abstract`; a higher score is always better.
"""

from rag.records.answers import Answer, Citation, Claim, Outcome, Rating, Searched, Support, Turn
from rag.records.papers import (
    Filters,
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
    "Answer",
    "Citation",
    "Claim",
    "Filters",
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
    "Support",
    "Turn",
]
