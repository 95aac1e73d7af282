"""What stands around the conversation: the head, the map, the runs of the evaluation, the reference of a paper."""

import asyncio
from typing import Any

from rag.export import Form, export
from ui.page.calls.asking import looks
from ui.page.calls.base import Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.kept import read_answers
from ui.page.views import runs as runs_view
from ui.page.views.header import about as about_page
from ui.page.views.transcript import welcome


class Run(Sent):
    """A run of the evaluation, by the name of its file."""

    run: str


class Referred(Sent):
    """One paper of an answer, and the form of its reference."""

    form: Form
    answer: dict[str, Any]
    paper: int


async def about(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return what is served and who answers, and what stands where nothing was asked yet."""
    desk.state.settle()  # another process may have brought in the first papers
    papers = desk.library.papers(limit=1)[1]
    examples = await asyncio.to_thread(desk.state.examples)
    return about_page(desk.state) | {
        "looks": looks(),
        "stamp": desk.stamp,
        "welcome": welcome(papers, examples, samples=desk.state.is_samples),
    }


async def news(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Tell by its stamp whether the papers that are served are still those that `about` told of, and what is added."""
    desk.state.settle()
    return {"stamp": desk.stamp, "working": desk.adding.is_working}


async def map_of_papers(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return the map of all papers as a figure, or how far it is."""
    return await desk.maps.look(desk.library)


async def runs(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return the runs of the library's evaluation as a table."""
    return {"html": await asyncio.to_thread(runs_view.runs, desk.library.folder)}


async def run(desk: Desk, sent: Run) -> Told:
    """Return the report of one run."""
    return {"html": await asyncio.to_thread(runs_view.report, desk.library.folder, sent.run)}


async def reference(desk: Desk, sent: Referred) -> Told:  # noqa: ARG001
    """Return one of an answer's papers in a form, as the answer knows it: it may be gone from the library."""
    answers = read_answers([sent.answer])
    papers = [citation.paper for answer in answers for citation in answer.citations]
    papers += [paper for answer in answers for paper in answer.nearest]
    return {"text": export([paper for paper in papers if paper.paper_id == sent.paper][:1], sent.form)}
