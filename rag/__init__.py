"""Askpapers: ask your own shelf of paper abstracts, get answers in which every sentence cites its papers.

    from rag import Library
    library = Library.open("papers.library")
    library.ingest(["my-papers/"])
    answer = library.ask("What is late interaction?")
    print(answer.text)

Importing this loads no model, no database and no LlamaIndex; they come when first needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.records import (
    Answer,
    Citation,
    Claim,
    Comparison,
    Filters,
    Found,
    Hit,
    IngestReport,
    Outcome,
    Paper,
    Record,
    Turn,
)

if TYPE_CHECKING:
    from rag.export.frames import to_frame
    from rag.library import Library
    from rag.settings import Settings

LAZY = {  # these bring numpy and pydantic: half a second
    "Library": "rag.library",
    "Settings": "rag.settings",
    "to_frame": "rag.export.frames",
}

__all__ = [
    "Answer",
    "Citation",
    "Claim",
    "Comparison",
    "Filters",
    "Found",
    "Hit",
    "IngestReport",
    "Library",
    "Outcome",
    "Paper",
    "RagError",
    "Record",
    "Settings",
    "Turn",
    "to_frame",
]


def __getattr__(name: str) -> Any:
    """Import what is heavy when it is first asked for (PEP 562)."""
    if name in LAZY:
        return getattr(import_module(LAZY[name]), name)
    msg = f"module 'rag' has no attribute {name!r}"
    raise AttributeError(msg)
