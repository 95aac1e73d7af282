"""Askpapers: ask your own shelf of paper abstracts, get answers in which every sentence cites its papers.

    from rag import Library
    library = Library.open("papers.library")
    library.ingest(["my-papers/"])
    answer = library.ask("What is late interaction?")
    print(answer.text)

Importing this loads no model, no database and no LlamaIndex; they come when first needed.
"""

import os

from rag.datatypes import Answer, Citation, Claim, Filters, Hit, IngestReport, Outcome, Paper, Turn
from rag.errors import RagError
from rag.library import Library
from rag.settings import Settings

# No dependency may call home. Set here, before any of them is imported; what the user has set stays.
os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")  # chromadb
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # tokenizers comes with huggingface_hub

__all__ = [
    "Answer",
    "Citation",
    "Claim",
    "Filters",
    "Hit",
    "IngestReport",
    "Library",
    "Outcome",
    "Paper",
    "RagError",
    "Settings",
    "Turn",
]
