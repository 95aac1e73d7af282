"""The library's papers: found, listed, opened, removed, added."""

import asyncio
from typing import Literal

from pydantic import Field

from rag.export import Form, export
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
    bounds: Bounds = Bounds()
    order: Literal["added", "title", "year", "author"] = "added"
    descending: bool = False
    page: int = Field(0, ge=0)


class Named(Sent):
    """One paper."""

    paper: int


class Referred(Sent):
    """One paper, and the form of its reference."""

    paper: int
    form: Form


async def found(desk: Desk, sent: Sought) -> Told:
    """Return the papers found for words or a question as HTML, best first."""
    filters = sent.bounds.filters()
    found = await asyncio.to_thread(desk.library.find, sent.query, filters=filters, limit=sent.limit)
    numbers = {paper: number for number, paper in sent.cited.items()}
    return {"html": found_list(found, numbers), "papers": found.matching, "more": found.more}


async def papers(desk: Desk, sent: Listed) -> Told:
    """Return a page of the library's papers as a table."""
    turned = Turned(sent.order, sent.descending, sent.page)
    filters = sent.bounds.filters()
    html, total = await asyncio.to_thread(library_handlers.table, desk.state, sent.text, turned, filters)
    return {"html": html, "papers": total}


async def paper(desk: Desk, sent: Named) -> Told:
    """Return one paper, opened."""
    return {"html": library_handlers.paper(desk.state, sent.paper)}


async def sources(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return (name, path) of every source that papers came from, after one for all of them."""
    return {"sources": library_handlers.sources(desk.state)}


async def paper_reference(desk: Desk, sent: Referred) -> Told:
    """Return one of the library's papers in a form."""
    known = desk.library.paper(sent.paper)
    return {"text": export([known] if known else [], sent.form)}
