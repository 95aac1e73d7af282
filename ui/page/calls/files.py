"""Files: conversations saved, opened again, shared as a page, exported; the references of what they cite."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from rag.citations.numbering import number_of, number_papers
from rag.conversation.history import turn_line
from rag.conversation.markdown import conversation_markdown
from rag.conversation.text import conversation_text
from rag.errors import QuestionError
from rag.export import Form, export
from rag.export.references import to_ieee
from rag.records import Answer, Turn
from ui.page.calls.asking import LONGEST
from ui.page.calls.base import Sent, Told
from ui.page.desk import Desk
from ui.page.kept import read_answer
from ui.page.sharing.conversation_file import MOST_BYTES, read_file, to_file
from ui.page.sharing.export_names import export_name
from ui.page.sharing.shared_page import conversation_html
from ui.page.views.header import about

MOST_WRITTEN = 5_000  # exchanges of one file that is only read
LONGEST_TITLE = 4_000  # characters: an answer by itself is called by its question
SAVED = ".askpapers.json"  # what the name of a saved conversation ends with; exports.js knows it too

Title = Field("", max_length=LONGEST_TITLE)


class Exchanged(Sent):
    """A question with its answer, or with the text that came before it was stopped."""

    question: str = Field(max_length=LONGEST)
    answer: dict[str, Any] | None = None
    text: str = ""


class Exchanges(Sent):
    """Exchanges in their order, and what they are called together."""

    title: str = Title
    exchanges: tuple[Exchanged, ...] = Field(max_length=MOST_WRITTEN)

    def turns(self) -> list[Turn]:
        """Return them as turns. Raises QuestionError when there is none."""
        if not self.exchanges:
            msg = "There is nothing to export yet: ask something first."
            raise QuestionError(msg)
        return [Turn(one.question, (one.answer and read_answer(one.answer)) or one.text) for one in self.exchanges]


class Exported(Exchanges):
    """What is exported, and in which form: `conversation`, `text`, `history`, or a form of the papers cited."""

    form: str = Field(max_length=40)


class Saved(Sent):
    """A conversation as the browser keeps it, with all versions of its questions."""

    conversation: dict[str, Any]


class Opened(Sent):
    """A file that a reader opens: its name, and what it says."""

    name: str = Field("", max_length=400)
    text: str = Field(max_length=MOST_BYTES)


CONVERSATIONS: dict[str, tuple[str, Callable[[list[Turn], str], str]]] = {
    "conversation": (".md", lambda turns, title: conversation_markdown(turns, title=title)),
    "text": (".txt", lambda turns, title: conversation_text(turns, title=title)),
    "history": (".jsonl", lambda turns, _: "".join(map(turn_line, turns))),
}


async def exported(desk: Desk, sent: Exported) -> Told:  # noqa: ARG001
    """Return the name and the text of a file with a conversation, or with the papers that it cites."""
    turns = sent.turns()
    if sent.form in CONVERSATIONS:
        suffix, written = CONVERSATIONS[sent.form]
        text = await asyncio.to_thread(written, turns, sent.title)
        return {"name": export_name(sent.title, suffix), "text": text}
    try:
        form = Form(sent.form)
    except ValueError as error:
        msg = f"There is no form {sent.form!r} to export."
        raise QuestionError(msg) from error
    text = await asyncio.to_thread(_references, turns, form)
    return {"name": export_name(sent.title, form.suffix, fallback="cited"), "text": text}


async def saved(desk: Desk, sent: Saved) -> Told:  # noqa: ARG001
    """Return the name and the text of a file from which a conversation can be opened again."""
    text = await asyncio.to_thread(to_file, sent.conversation)
    return {"name": export_name(str(sent.conversation.get("title", "")), SAVED), "text": text}


async def opened_file(desk: Desk, sent: Opened) -> Told:  # noqa: ARG001
    """Return the conversation of a file, checked through, as the browser keeps it: without looks."""
    return {"conversation": await asyncio.to_thread(read_file, sent.text)}


async def shared(desk: Desk, sent: Exchanges) -> Told:
    """Return the name and the text of one page by itself with a conversation and its evidence."""
    turns, asked = sent.turns(), about(desk.state)["name"]
    date = f"{datetime.now(UTC).astimezone():%d %B %Y}".lstrip("0")
    html = await asyncio.to_thread(lambda: conversation_html(turns, title=sent.title, library=asked, date=date))
    return {"name": export_name(sent.title, ".html"), "text": html, "type": "text/html"}


def _references(turns: Sequence[Turn], form: Form) -> str:
    """Return the papers that are cited, by their numbers, in a form; numbered references keep these numbers."""
    cited = [one for turn in turns if isinstance(turn.answer, Answer) for one in turn.answer.citations]
    if not cited:
        msg = "No paper is cited here yet."
        raise QuestionError(msg)
    numbers = number_papers((), turns)
    papers = {number_of(one.paper, numbers): one.paper for one in cited}
    ordered = [papers[number] for number in sorted(papers)]
    return to_ieee(ordered, numbers) if form is Form.IEEE else export(ordered, form)
