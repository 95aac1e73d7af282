"""What a fetch would bring: how many papers, and the first of them. Stores nothing, and needs no library."""

from collections.abc import Callable
from typing import Any

from rag.fetching import Client, Wanted, count, fetched, source_name
from rag.gathering.asking import SHOWN, Preview, wanted_of
from rag.records import Record, Rejection
from rag.settings import Settings


def preview(
    settings: Settings, wanted: Wanted | str, text: str = "", *, telling: Callable[[str], None], **bounds: Any
) -> list[Preview]:
    """Return what a fetch of the same would bring, for each index that is asked. Raises FetchError, QuestionError.

    It takes the first page of each, which a fetch of the same has then. `telling` is told what is waited for.
    """
    asked = wanted_of(wanted, text, **bounds)
    with Client(settings, telling=telling) as client:
        return [_preview(one, client) for one in asked]


def _preview(wanted: Wanted, client: Client) -> Preview:
    total, papers = count(wanted, client), list[Record]()
    for _, found in fetched(wanted, client, completing=False) if total != 0 else ():
        record = found if isinstance(found, Record) else found.partial if isinstance(found, Rejection) else None
        papers += [record] if record else []
        if len(papers) == SHOWN:
            break
    if wanted.ids and len(papers) < SHOWN:
        total = len(papers)  # all were looked for: some ids are of no paper
    return Preview(total, wanted.limit, tuple(papers), source_name(wanted))
