"""Collections, tags and notes: what readers make of their papers."""

import asyncio
from typing import Literal

from pydantic import Field

from ui.page.calls.adding import Ids
from ui.page.calls.base import MOST_PAPERS, Nothing, Sent, Told
from ui.page.desk import Desk


class Marked(Sent):
    """Papers that get a mark, or lose it: a collection or a tag by name."""

    kind: Literal["collection", "tag"]
    name: str
    papers: tuple[int, ...] = Field((), max_length=MOST_PAPERS)


class Named(Sent):
    """A collection."""

    name: str


class Renamed(Sent):
    """A collection that gets another name."""

    old: str
    new: str


class Noted(Sent):
    """A note on a paper; an empty one removes it."""

    paper: int
    note: str


class Asked(Sent):
    """Papers whose marks are wanted."""

    papers: Ids


async def groups(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return all collections and tags, each with how many papers it has."""
    collections = await asyncio.to_thread(desk.library.collections)
    tags = await asyncio.to_thread(desk.library.tags)
    return {
        "collections": [[one.name, one.papers] for one in collections],
        "tags": [[one.name, one.papers] for one in tags],
    }


async def mark(desk: Desk, sent: Marked) -> Told:
    """Put papers into a collection, or tag them; return how many are new there."""
    work = desk.library.collect if sent.kind == "collection" else lambda name, ids: desk.library.tag(ids, name)
    return {"papers": await asyncio.to_thread(work, sent.name, sent.papers)}


async def unmark(desk: Desk, sent: Marked) -> Told:
    """Take papers out of a collection, or a tag from them; return how many had it."""
    work = desk.library.uncollect if sent.kind == "collection" else lambda name, ids: desk.library.untag(ids, name)
    return {"papers": await asyncio.to_thread(work, sent.name, sent.papers)}


async def rename_collection(desk: Desk, sent: Renamed) -> Told:
    """Give a collection another name."""
    await asyncio.to_thread(desk.library.rename_collection, sent.old, sent.new)
    return {}


async def delete_collection(desk: Desk, sent: Named) -> Told:
    """Forget a collection, not its papers; return their ids, with which `mark` makes it again."""
    return {"papers": await asyncio.to_thread(desk.library.delete_collection, sent.name)}


async def note(desk: Desk, sent: Noted) -> Told:
    """Note something on a paper."""
    await asyncio.to_thread(desk.library.note, sent.paper, sent.note)
    return {}


async def marks(desk: Desk, sent: Asked) -> Told:
    """Return how each of some papers is marked."""
    found = await asyncio.to_thread(desk.library.marks, sent.papers)
    told = {
        str(paper): {"collections": one.collections, "tags": one.tags, "note": one.note} for paper, one in found.items()
    }
    return {"marks": told}
