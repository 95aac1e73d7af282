"""The library's papers: found, listed, counted under filters, opened, as references."""

import asyncio
from typing import Literal

from pydantic import Field

from rag.errors import QuestionError
from rag.export import Form, export
from ui.page import library_handlers
from ui.page.calls.asking import LONGEST, Bounds
from ui.page.calls.base import MOST_PAPERS, Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.views.found import found_list
from ui.page.views.library import PAGE, Turned


class Sought(Sent):
    """A search: what to look for, how many papers, under which filters; `cited` have a number in an answer."""

    query: str = Field(min_length=1, max_length=LONGEST)
    limit: int = Field(20, ge=1, le=MOST_PAPERS)
    bounds: Bounds = Bounds()
    cited: dict[int, int] = Field({}, max_length=MOST_PAPERS)


class Listed(Sent):
    """A page of the papers that hold some words."""

    text: str = Field("", max_length=LONGEST)
    bounds: Bounds = Bounds()
    order: Literal["added", "title", "year", "author"] = "added"
    descending: bool = False
    page: int = Field(0, ge=0)
    size: int = Field(PAGE, ge=1, le=PAGE)


class All(Sent):
    """All papers that match `query` by meaning, or that hold the words of `text`, under the filters."""

    query: str = Field("", max_length=LONGEST)
    text: str = Field("", max_length=LONGEST)
    bounds: Bounds = Bounds()


class Bounded(Sent):
    """Filters that are being set."""

    bounds: Bounds


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
    marks = await asyncio.to_thread(desk.library.marks, [hit.paper.paper_id for hit in found.hits])
    return {"html": found_list(found, numbers, marks), "papers": found.matching, "more": found.more}


async def papers(desk: Desk, sent: Listed) -> Told:
    """Return a page of the library's papers as a list."""
    turned = Turned(sent.order, sent.descending, sent.page, sent.size)
    filters = sent.bounds.filters()
    html, total = await asyncio.to_thread(library_handlers.shelf, desk.state, sent.text, turned, filters)
    return {"html": html, "papers": total}


async def ids(desk: Desk, sent: All) -> Told:
    """Return the ids of all papers that match, so that something can be done with all of them."""

    def read() -> list[int]:
        filters = sent.bounds.filters()
        if sent.query:
            found = desk.library.find(sent.query, filters=filters, limit=MOST_PAPERS)
            return [hit.paper.paper_id for hit in found.hits[: found.matching]]
        return [one.paper_id for one in desk.library.papers(sent.text, filters=filters, limit=MOST_PAPERS)[0]]

    return {"papers": await asyncio.to_thread(read)}


async def within(desk: Desk, sent: Bounded) -> Told:
    """Return how many papers pass filters, and by its name what is wrong with each that can't be read."""

    def read() -> Told:
        wrong = {}
        for name, value in sent.bounds.model_dump(exclude_defaults=True).items():
            try:
                desk.library.papers(filters=Bounds(**{name: value}).filters(), limit=1)
            except QuestionError as error:
                wrong[name] = str(error)
        papers = None if wrong else desk.library.papers(filters=sent.bounds.filters(), limit=1)[1]
        return {"papers": papers, "wrong": wrong}

    return await asyncio.to_thread(read)


async def paper(desk: Desk, sent: Named) -> Told:
    """Return one paper, opened, and its title: null when it isn't there."""
    known = desk.library.paper(sent.paper)
    return {"html": library_handlers.paper(desk.state, sent.paper), "title": known and known.title}


async def sources(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return (name, path) of every source that papers came from, after one for all of them."""
    return {"sources": library_handlers.sources(desk.state)}


async def paper_reference(desk: Desk, sent: Referred) -> Told:
    """Return one of the library's papers in a form."""
    known = desk.library.paper(sent.paper)
    return {"text": export([known] if known else [], sent.form)}
