"""What stands around the conversation: the head, the map, the runs of the evaluation, exports."""

import asyncio
from typing import Any

from pydantic import Field

from rag.conversation.history import turn_line
from rag.conversation.markdown import conversation_markdown
from rag.errors import QuestionError
from rag.export import Form, export
from rag.records import Turn
from ui.page.calls.asking import LONGEST, looks
from ui.page.calls.base import Nothing, Sent, Told
from ui.page.desk import Desk
from ui.page.kept import read_answer, read_answers
from ui.page.views import runs as runs_view
from ui.page.views.header import about as about_page
from ui.page.views.transcript import welcome


class Run(Sent):
    """A run of the evaluation, by the name of its file."""

    run: str


class Exchanged(Sent):
    """A question with its answer, or with the text that came before it was stopped."""

    question: str = Field(max_length=LONGEST)
    answer: dict[str, Any] | None = None
    text: str = ""


class Exported(Sent):
    """What is exported, and in which form: `conversation`, `history`, or a form of the papers that are cited."""

    form: str
    title: str = ""
    exchanges: tuple[Exchanged, ...] = Field(max_length=500)


class Referred(Sent):
    """One paper of an answer, and the form of its reference."""

    form: Form
    answer: dict[str, Any]
    paper: int


async def about(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Return what is served and who answers, and what stands where nothing was asked yet."""
    papers = desk.library.papers(limit=1)[1]
    examples = await asyncio.to_thread(desk.state.examples)
    return about_page(desk.state) | {
        "looks": looks(),
        "stamp": desk.stamp,
        "welcome": welcome(papers, examples, samples=desk.state.is_samples),
    }


async def news(desk: Desk, sent: Nothing) -> Told:  # noqa: ARG001
    """Tell by its stamp whether the papers that are served are still those that `about` told of, and what is added."""
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


async def exported(desk: Desk, sent: Exported) -> Told:  # noqa: ARG001
    """Return the name and the text of a file with a conversation, or with the papers that it cites."""
    if not sent.exchanges:
        msg = "There is nothing to export yet: ask something first."
        raise QuestionError(msg)
    turns = [Turn(one.question, (one.answer and read_answer(one.answer)) or one.text) for one in sent.exchanges]
    if sent.form == "history":
        return {"name": "conversation.jsonl", "text": "".join(map(turn_line, turns))}
    if sent.form == "conversation":
        return {"name": "conversation.md", "text": conversation_markdown(turns, title=sent.title)}
    answers = read_answers([one.answer for one in sent.exchanges if one.answer])
    papers = {citation.paper.paper_id: citation.paper for answer in answers for citation in answer.citations}
    if not papers:
        msg = "No paper is cited in this conversation yet."
        raise QuestionError(msg)
    try:
        form = Form(sent.form)
    except ValueError as error:
        msg = f"There is no form {sent.form!r} to export."
        raise QuestionError(msg) from error
    return {"name": f"cited{form.suffix}", "text": export(papers.values(), form)}


async def reference(desk: Desk, sent: Referred) -> Told:  # noqa: ARG001
    """Return one of an answer's papers in a form, as the answer knows it: it may be gone from the library."""
    answers = read_answers([sent.answer])
    papers = [citation.paper for answer in answers for citation in answer.citations]
    papers += [paper for answer in answers for paper in answer.nearest]
    return {"text": export([paper for paper in papers if paper.paper_id == sent.paper][:1], sent.form)}
