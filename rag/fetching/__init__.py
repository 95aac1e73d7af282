"""Papers from the open indexes: asked for as they ask to be, read as files are, completed from one another.

    with Client(settings) as client:
        for source, found in fetched(Wanted("arxiv", "river otters", limit=50), client): ...

Start at `fetch.py`. What an index is stands in `indexes/`, a module each; `client.py` is the only one who sends.
"""

from rag.fetching.client import Client
from rag.fetching.completing import Completed, complete, lookup, lookup_in
from rag.fetching.fetch import Counts, count, fetched
from rag.fetching.known import INDEXES
from rag.fetching.wanted import Wanted, ids_of, source_name

__all__ = [
    "INDEXES",
    "Client",
    "Completed",
    "Counts",
    "Wanted",
    "complete",
    "count",
    "fetched",
    "ids_of",
    "lookup",
    "lookup_in",
    "source_name",
]
