"""The library's papers: found, listed, opened, removed, added."""

import asyncio
from typing import Literal

from pydantic import Field

from ui.page import library_handlers
from ui.page.calls.asking import LONGEST, Bounds
from ui.page.calls.base import Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.views.found import found_list
from ui.page.views.library import Turned

MOST_FOUND = 100


class Sought(Sent):
    """A search: what to look for, how many papers, under which filters; `cited` have a number in an answer."""

    query: str = Field(min_length=1, max_length=LONGEST)
    limit: int = Field(20, ge=1, le=MOST_FOUND)
    bounds: Bounds = Bounds()
    cited: dict[int, int] = Field({}, max_length=MOST_FOUND)


class Listed(Sent):
    """A page of the papers that hold some words."""

    text: str = Field("", max_length=LONGEST)
    order: Literal["added", "title", "year", "author"] = "added"
    descending: bool = False
    page: int = Field(0, ge=0)


class Named(Sent):
    """One paper."""

    paper: int


async def found(desk: Desk, sent: Sought) -> Told:
    """Return the papers found for words or a question as HTML, best first."""
    hits = await desk.library.asearch(sent.query, limit=sent.limit, filters=sent.bounds.filters())
    return {"html": found_list(hits, {paper: number for number, paper in sent.cited.items()}), "papers": len(hits)}


async def papers(desk: Desk, sent: Listed) -> Told:
    """Return a page of the library's papers as a table."""
    turned = Turned(sent.order, sent.descending, sent.page)
    return {"html": await asyncio.to_thread(library_handlers.table, desk.state, sent.text, turned)}


async def paper(desk: Desk, sent: Named) -> Told:
    """Return one paper, opened."""
    return {"html": library_handlers.paper(desk.state, sent.paper)}


async def remove(desk: Desk, sent: Named) -> Told:
    """Take a paper out of the library."""
    return {"html": await asyncio.to_thread(library_handlers.remove, desk.state, sent.paper)}


async def sources(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return (name, path) of every source that papers came from."""
    return {"sources": library_handlers.sources(desk.state)}
