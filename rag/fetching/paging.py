"""All pages of what is wanted, one after another, up to the limit; none of them is missing unheard."""

from collections.abc import Iterator
from typing import NamedTuple

from rag.errors import FetchError
from rag.fetching.client import Client
from rag.fetching.indexes.base import Index, Page, number
from rag.fetching.known import PLACES, index_of
from rag.fetching.wanted import Wanted

EMPTY_TRIES = 4  # for a page that is empty though more must be there


class _Place(NamedTuple):
    """Where a fetch is: the cursor, how many came before it, and how many there are as was told last."""

    cursor: str
    taken: int
    total: int | None


def pages(wanted: Wanted, client: Client, after: str = "") -> Iterator[Page]:
    """Yield the pages after a cursor; a search without results has one, which is empty. Raises FetchError."""
    index = index_of(wanted)
    client.know(PLACES)
    place, seen = _Place(after, number(after) or 0, None), {after}
    while True:
        page = _page(index, wanted, client, place)
        yield page
        place = _Place(page.cursor, place.taken + page.size, page.total)
        if not place.cursor or place.cursor in seen or (place.taken >= wanted.limit and not wanted.ids):
            return
        seen.add(place.cursor)


def _page(index: Index, wanted: Wanted, client: Client, place: _Place) -> Page:
    """Return the page at a place, asked for anew while it is empty and can't be the end."""
    for tries in range(1, EMPTY_TRIES + 1):
        page = index.page(wanted, client, place.cursor)
        total = page.total or place.total or 0  # an index that has forgotten the search says that there are none
        if page.size or wanted.ids or place.taken >= min(total, wanted.limit, index.ABOUT.most):
            return page
        client.doubt(index.ABOUT, tries)
    happened = f"its page after {place.taken:,} of {total:,} papers is empty, asked {EMPTY_TRIES} times"
    advice = "Try again later: what came before is kept for a day. A smaller search may come through."
    raise FetchError(index.ABOUT.title, happened, advice)
