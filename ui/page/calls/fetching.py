"""Papers from open indexes, offered only where the setting `fetch` says so: looked at, brought in, kept fresh."""

import asyncio
from functools import partial
from typing import Any

from pydantic import Field

from rag.errors import QuestionError
from rag.fetching import INDEXES, Wanted, source_name
from rag.gathering.asking import wanted_of
from rag.gathering.kept import KeptQuery
from rag.library import Library
from rag.records import IngestReport
from ui.filters import read_years
from ui.page.calls.asking import Id
from ui.page.calls.base import Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.views import adding as view

LONGEST = 4_000  # characters of what is wanted: some hundred ids
UNREAD = 1_000_000  # characters beyond which nothing that is sent is looked at
MOST = 10_000  # papers of one fetch; the command line takes more


class Sought(Sent):
    """What is wanted of which index, as a reader writes it."""

    index: str = Field(max_length=40)
    text: str = Field("", max_length=UNREAD)
    author: str = Field("", max_length=400)
    years: str = Field("", max_length=40)
    limit: int = Field(100, ge=1, le=MOST)
    keep: bool = False

    def wanted(self) -> list[Wanted]:
        """Return what is wanted, for each index. Raises QuestionError, FetchError for what can't be asked for."""
        if len(self.text) > LONGEST:
            msg = f"That has {len(self.text):,} characters: at most {LONGEST:,} at once. Ask in shorter parts."
            raise QuestionError(msg)
        first, last = read_years(self.years)
        bounds: dict[str, Any] = {"author": self.author.strip(), "year_from": first, "year_to": last}
        text = self.text
        if (
            self.index in INDEXES and "text" not in INDEXES[self.index].ABOUT.searches
        ):  # of a day, which is written there
            text, bounds["day"] = "", text.strip()
        return wanted_of(self.index, text, limit=self.limit, **{name: one for name, one in bounds.items() if one})


class Looked(Sought):
    """A look at what is wanted, by an id that the browser made up."""

    look: Id


class Heard(Sent):
    """A look that is followed; `heard` is what it was known to wait for."""

    look: Id
    heard: str = Field("", max_length=LONGEST)


class Query(Sent):
    """A query that is kept."""

    query: int


async def look(desk: Desk, sent: Looked) -> Told:
    """Begin to look what a fetch would bring, and tell of it as `looked` does."""
    _check_on(desk)
    desk.looking.begin(sent.look, desk.state.settings, sent.wanted())
    return await looked(desk, Heard(look=sent.look))


async def looked(desk: Desk, sent: Heard) -> Told:
    """Tell what a look waits for; once it is over, what a fetch would bring, as HTML.

    Raises QuestionError for a look that nobody knows, or one that came to nothing.
    """
    _check_on(desk)
    found = await desk.looking.follow(sent.look, sent.heard)
    if not found.over:
        return {"said": found.said}
    if found.ended:
        raise QuestionError(found.ended)
    return {"html": view.previews(found.found), "papers": sum(len(one.papers) for one in found.found)}


async def fetch(desk: Desk, sent: Sought) -> Told:
    """Begin to bring in what is wanted; `jobs` tells how far it is."""
    _check_on(desk)
    jobs = [desk.adding.begin_fetch(source_name(one), partial(_fetch, one, keep=sent.keep)) for one in sent.wanted()]
    return {"jobs": [job.job_id for job in jobs]}


async def queries(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return the indexes that can be asked, and the queries that are kept, as HTML."""
    _check_on(desk)
    known = [] if desk.state.is_samples else await asyncio.to_thread(desk.library.queries)
    abouts = [one.ABOUT for one in INDEXES.values()]
    indexes = [[one.name, one.title, one.gives, sorted(one.searches)] for one in abouts]
    return {"indexes": indexes, "html": view.queries(known)}


async def refresh_query(desk: Desk, sent: Query) -> Told:
    """Begin to bring in what is new for a query that is kept."""
    _check_on(desk)
    query = await asyncio.to_thread(_kept, desk.library, sent.query)
    return {"jobs": [desk.adding.begin_fetch(query.source, partial(_refresh, sent.query)).job_id]}


async def forget_query(desk: Desk, sent: Query) -> Told:
    """Keep a query no longer."""
    _check_on(desk)
    query = await asyncio.to_thread(desk.library.forget_query, sent.query)
    return {"source": query.source}


def _check_on(desk: Desk) -> None:
    if not desk.state.settings.fetch:
        msg = "This page asks no index. Whoever serves it can have it do so: askpapers chat --fetch"
        raise QuestionError(msg)


def _kept(library: Library, query_id: int) -> KeptQuery:
    for query in library.queries():
        if query.query_id == query_id:
            return query
    msg = "This query isn't kept any more. Reload the page."
    raise QuestionError(msg)


def _fetch(wanted: Wanted, library: Library, watch: Any, telling: Any, *, keep: bool) -> IngestReport:
    return library.fetch(wanted, watch=watch, telling=telling, keep=keep)


def _refresh(query_id: int, library: Library, watch: Any, telling: Any) -> IngestReport:
    [(_, report)] = library.refresh([query_id], watch=watch, telling=telling)
    return report
