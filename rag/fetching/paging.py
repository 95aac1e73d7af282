"""All pages of what is wanted, one after another, up to the limit; none of them is missing unheard."""

from collections.abc import Iterator

from rag.errors import FetchError
from rag.fetching.client import Client
from rag.fetching.indexes.base import Index, Page, number
from rag.fetching.known import PLACES, index_of
from rag.fetching.wanted import Wanted

EMPTY_TRIES = 4  # for a page that is empty though more must be there


def pages(wanted: Wanted, client: Client, after: str = "") -> Iterator[Page]:
    """Yield the pages after a cursor; a search without results has one, which is empty. Raises FetchError."""
    index = index_of(wanted)
    client.know(PLACES)
    taken, cursor, seen = number(after) or 0, after, {after}
    while True:
        page = _page(index, wanted, client, cursor, taken)
        yield page
        taken, cursor = taken + page.size, page.cursor
        if not cursor or cursor in seen or (taken >= wanted.limit and not wanted.ids):
            return
        seen.add(cursor)


def _page(index: Index, wanted: Wanted, client: Client, cursor: str, taken: int) -> Page:
    """Return a page, asked for anew while it is empty and can't be the end."""
    for tries in range(1, EMPTY_TRIES + 1):
        page = index.page(wanted, client, cursor)
        if page.size or wanted.ids or page.total is None or taken >= min(page.total, wanted.limit, index.ABOUT.most):
            return page
        client.doubt(index.ABOUT, tries)
    happened = f"its page after {taken:,} of {page.total:,} papers is empty, asked {EMPTY_TRIES} times"
    advice = "Try again later: what came before is kept for a day. A smaller search may come through."
    raise FetchError(index.ABOUT.title, happened, advice)
