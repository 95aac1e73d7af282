"""Hugging Face's Daily Papers: the papers of a day, chosen by people, with arXiv's ids and abstracts, as JSON.

https://huggingface.co/docs/hub/api#get-apidailypapers: `date`, `limit` and the number of a page, `p`, from 0 on. It
doesn't say how many there are; a page that isn't full is the last. No rate is named.
"""

from datetime import date

from rag.errors import FetchError
from rag.fetching.indexes.base import About, Asking, Page, checked, document, offset, parsed
from rag.fetching.wanted import Wanted

ABOUT = About(
    name="huggingface",
    title="Hugging Face Papers",
    address="https://huggingface.co/api",
    per_second=1,
    page=100,
    searches=frozenset({"day"}),
    gives="the papers of a day that readers chose, all with arXiv's ids and abstracts",
)


def page(wanted: Wanted, client: Asking, after: str) -> Page:
    """Return a page of a day's papers. Raises FetchError, also for a day that is none."""
    try:
        day = date.fromisoformat(wanted.day).isoformat()
    except ValueError:
        raise FetchError(ABOUT.title, f"{wanted.day[:40]!r} is no day", "Write it like 2026-11-24.") from None
    at = offset(after)
    # Every page has the same size, or the pages would overlap.
    answer = client.get(ABOUT, "daily_papers", {"date": day, "limit": ABOUT.page, "p": at}, checked())
    items = parsed(answer.content)
    more = len(items) == ABOUT.page and (at + 1) * ABOUT.page < wanted.limit
    total = None if len(items) == ABOUT.page or at else len(items)
    return Page(document(items), len(items), total, str(at + 1) if more else "")
