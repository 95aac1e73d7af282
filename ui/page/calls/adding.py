"""Files brought into the library, and papers taken out of it with a way back."""

import asyncio
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rag.errors import QuestionError, RagError
from rag.records import Removed
from ui.page.calls.base import MOST_PAPERS, Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.toolkit import upload_folder
from ui.page.views.adding import job_cards

MOST_FILES = 1_000  # of one upload; uploads.js says so

Ids = Annotated[tuple[int, ...], Field(min_length=1, max_length=MOST_PAPERS)]


class Uploaded(Sent):
    """Files that gradio took in: where each lies on the server."""

    files: tuple[str, ...] = Field(min_length=1, max_length=MOST_FILES)


class OneJob(Sent):
    """An upload."""

    job: str


class Papers(Sent):
    """Some papers."""

    papers: Ids


class Source(Sent):
    """A source that papers came from."""

    source: str


class Undone(Sent):
    """What is to be put back."""

    undo: str


async def add(desk: Desk, sent: Uploaded) -> Told:
    """Begin to bring in uploaded files; `jobs` tells how far they are."""
    files = [_uploaded(path) for path in sent.files]
    return {"job": desk.adding.begin(files, [path.name for path in files]).job_id}


async def jobs(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return every upload as HTML, the latest first, and whether any is still at work."""
    return {"html": job_cards(desk.adding.jobs), "working": desk.adding.is_working}


async def cancel(desk: Desk, sent: OneJob) -> Told:
    """Want no more of an upload."""
    desk.adding.cancel(sent.job)
    return {}


async def take_out_job(desk: Desk, sent: OneJob) -> Told:
    """Take out what an upload brought in."""
    job = desk.adding.job(sent.job)
    removed = [await asyncio.to_thread(desk.library.remove_source, source) for source in job.fresh]
    job.fresh = ()
    return _taken(desk, removed)


async def take_out(desk: Desk, sent: Papers) -> Told:
    """Take papers out of the library. Raises QuestionError while the samples are served."""
    _check_own(desk)
    return _taken(desk, [await asyncio.to_thread(desk.library.take_out, sent.papers)])


async def remove_source(desk: Desk, sent: Source) -> Told:
    """Forget that papers came from a source; those from nowhere else go. Raises QuestionError of samples."""
    _check_own(desk)
    return _taken(desk, [await asyncio.to_thread(desk.library.remove_source, sent.source)])


async def put_back(desk: Desk, sent: Undone) -> Told:
    """Put back what was taken out."""
    removed = desk.taken.pop(sent.undo)
    try:
        papers = sum([await asyncio.to_thread(desk.library.put_back, one) for one in removed])
    except RagError:
        desk.taken.keep_as(sent.undo, removed)  # so that it can be tried again
        raise
    return {"papers": papers}


def _check_own(desk: Desk) -> None:
    if desk.state.is_samples:
        msg = "These are the samples, which stay. Add papers of your own: they take their place."
        raise QuestionError(msg)


def _taken(desk: Desk, removed: list[Removed]) -> Told:
    return {"papers": sum(len(one.gone) for one in removed), "undo": desk.taken.keep(removed)}


def _uploaded(path: str) -> Path:
    """Return a file that gradio took in; nothing else on this machine can be named. Raises QuestionError."""
    try:
        found = Path(path).resolve()
        is_ours = upload_folder() in found.parents and found.is_file()
    except (OSError, ValueError):  # a name that no file can have
        is_ours = False
    if not is_ours:
        msg = "This upload isn't there any more. Add the file again."
        raise QuestionError(msg)
    return found
