"""Questions, their answers as they are written, and what readers think of them."""

import asyncio
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from rag.errors import QuestionError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.records import Answer, Citation, Filters, Outcome, Paper, Rating, Reading, Searched, Turn
from ui.filters import read_filters
from ui.page.calls.base import MOST_PAPERS, Sent, Told
from ui.page.calls.packed import unpacked
from ui.page.desk import Desk
from ui.page.jobs.answering import told
from ui.page.kept import read_answer
from ui.page.users.visitor import own
from ui.page.views.evidence import evidence
from ui.page.views.header import identity
from ui.page.views.markup import document
from ui.page.views.transcript import answer_parts

LONGEST = 4_000  # characters of a question
MOST_TURNS = 12  # earlier questions that a follow-up is understood by
OTHER = (
    "Another library is served here now, so this wasn't asked. Serve the library of this conversation, and ask again."
)

Id = Annotated[str, Field(min_length=1, max_length=64)]


class Bounds(Sent):
    """The filters, as they stand beside the composer."""

    years: str = ""
    origin: str = ""
    title: str = ""
    collection: str = ""
    tag: str = ""
    retracted: str = ""  # `left out`: without them
    papers: Annotated[tuple[int, ...], BeforeValidator(unpacked)] = Field(
        (), max_length=MOST_PAPERS
    )  # these; none: all

    def filters(self) -> Filters:
        """Return them as the library reads them. Raises QuestionError."""
        read = read_filters(
            self.years, self.origin, self.title, self.collection, self.tag, without_retracted=bool(self.retracted)
        )
        return replace(read, papers=self.papers) if self.papers else read


class Earlier(Sent):
    """An earlier question of the conversation, and how it was searched for; one that failed has no outcome."""

    question: str = Field(max_length=LONGEST)
    text: str = Field("", max_length=LONGEST)
    outcome: Outcome | None = None
    query: str = Field("", max_length=LONGEST)  # with which it was searched for
    readings: tuple[Reading, ...] = Field((), max_length=MOST_PAPERS)
    papers: tuple[int, ...] = Field((), max_length=MOST_PAPERS)  # found, best first

    def searched(self) -> Searched:
        """Return what is known of its search; a page of an older version told nothing."""
        scores = tuple((paper_id, 0.0) for paper_id in self.papers)
        return Searched(0, self.query or self.question.strip(), scores=scores, readings=self.readings)


class Question(Sent):
    """A question: `numbers` are the papers that have a number in the conversation already, by number.

    `alone`: it hangs on no earlier one; `written`: no word of it is read as another. `library` is the
    one that the conversation is about; a page that goes on after a restart may meet another.
    """

    exchange: Id
    library: str = Field("", max_length=64)
    question: str = Field(min_length=1, max_length=LONGEST)
    earlier: tuple[Earlier, ...] = Field((), max_length=MOST_TURNS)
    numbers: dict[int, int] = Field({}, max_length=MOST_PAPERS)
    bounds: Bounds = Bounds()
    check: bool = False
    alone: bool = False
    written: bool = False
    answerer: str | None = Field(None, max_length=400)
    spent: float = 0.0  # what the conversation cost before


class Followed(Sent):
    """An answer that is followed; `seen` pieces of it are known, `spent` is what the conversation cost before.

    `begun` is what the page shows: that the question waits in line no more.
    """

    exchange: Id
    seen: int = 0
    begun: bool = True
    spent: float = 0.0


class Stopped(Sent):
    """An answer that is no longer wanted."""

    exchange: Id


class Kept(Sent):
    """Answers that the browser kept, to be shown: each with what the conversation cost before.

    Of an answer that was stopped there is only a text.
    """

    answers: tuple[tuple[dict[str, Any] | str, float], ...] = Field((), max_length=50)


class Rated(Sent):
    """What a reader thinks of an answer; `good` is None when they changed their mind."""

    exchange: Id
    answer: dict[str, Any]
    good: bool | None
    note: str = Field("", max_length=2_000)


async def ask(desk: Desk, sent: Question) -> Told:
    """Begin to answer a question, and tell of it as `follow` does: a quick answer takes one request.

    Raises QuestionError for a question on another library.
    """
    if sent.library not in {"", identity(desk.state)}:
        raise QuestionError(OTHER)
    question = sent.question.strip()
    known = {one.name for one in desk.library.answerers()}
    asked = QuestionBundle(
        question,
        history=_history(sent),
        filters=sent.bounds.filters(),
        check=sent.check,
        alone=sent.alone,
        as_written=sent.written,
        answerer=sent.answerer if sent.answerer in known else None,  # a model that is set no more
    )
    desk.answers.begin(own(sent.exchange), asked)
    return await follow(desk, Followed(exchange=sent.exchange, spent=sent.spent))


async def follow(desk: Desk, sent: Followed) -> Told:
    """Tell what is new of an answer, and the whole of it once it is there; `lost` when nobody knows it any more."""
    seen = await desk.answers.follow(own(sent.exchange), sent.seen, begun=sent.begun)
    if seen is None:
        return {"lost": True}
    if seen.written is None:
        return {"pieces": seen.pieces, "seen": seen.seen, "begun": seen.begun}
    done = told(seen.written)
    html = await asyncio.to_thread(_shown, seen.written.answer or done["text"], sent.spent)
    return {"done": done | {"html": html}}


async def stop(desk: Desk, sent: Stopped) -> Told:
    """End an answer; `follow` tells what had come of it."""
    await desk.answers.stop(own(sent.exchange))
    return {}


async def show(desk: Desk, sent: Kept) -> Told:  # noqa: ARG001
    """Return answers that the browser kept as this version of the page shows them; null for one that can't be read."""
    kept = [(one if isinstance(one, str) else read_answer(one), spent) for one, spent in sent.answers]
    return {"html": await asyncio.to_thread(lambda: [_shown(*one) for one in kept])}


async def rate(desk: Desk, sent: Rated) -> Told:
    """Keep what a reader thinks of an answer."""
    answer, rating_id = read_answer(sent.answer), own(sent.exchange)
    if sent.good is None or answer is None:
        await asyncio.to_thread(desk.library.unrate, rating_id)
    else:
        await asyncio.to_thread(desk.library.rate, Rating(rating_id, answer, sent.good, sent.note.strip()))
    return {}


@cache
def looks() -> str:
    """Return what names the looks that this version of the page gives to answers: those kept of another are redone."""
    views = sorted(Path(__file__).resolve().parents[1].glob("views/*.py"))
    return hashlib.sha256(b"".join(view.read_bytes() for view in views)).hexdigest()[:12]


def _shown(answer: Answer | str | None, spent: float) -> dict[str, str] | None:
    if not answer:
        return None
    if isinstance(answer, str):
        return {"looks": looks(), "answer": document(answer)}
    return {"looks": looks(), **answer_parts(answer, spent), "evidence": evidence(answer)}


def _history(sent: Question) -> list[Turn]:
    """Return the earlier turns; the first that has an answer bears all numbers, which papers keep in what follows.

    A paper that has left the library keeps its number too, for the answers that cite it are still shown.
    """
    known = ((number, Paper(paper_id, "", "")) for number, paper_id in sorted(sent.numbers.items()))
    numbered = tuple(Citation(number, paper, "", 0, 0) for number, paper in known)
    turns = []
    for one in sent.earlier:
        if one.outcome is None:
            turns.append(Turn(one.question))
            continue
        answer = Answer(one.question, one.outcome, one.text, (), numbered, (), one.searched(), "")
        turns.append(Turn(one.question, answer))
        numbered = ()
    return turns
