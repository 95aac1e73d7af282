"""The calls of the page, asked as the browser asks them: what is sent is read, and an error is one line."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.conversation.history import read_history
from rag.errors import QuestionError
from rag.library import Library
from rag.records import Answer
from rag.samples import UNANSWERABLE
from rag.settings import Settings
from tests.page.html import QUESTION, Seen
from ui.page.calls import CALLS, caller
from ui.page.calls.asking import Followed as Following
from ui.page.calls.asking import Kept, Question, Rated, ask, follow, looks, rate, show
from ui.page.calls.base import UNREADABLE, Nothing
from ui.page.calls.files import Exported, exported
from ui.page.calls.papers import Sought, found
from ui.page.calls.shown import Referred, about, reference
from ui.page.desk import Desk, desk_of
from ui.page.jobs import answering
from ui.page.jobs.followed import FAILED
from ui.page.kept import read_answer
from ui.page.server_state import ServerState

FOLLOW_UP = "How many parameters does it train?"
LINE, SECRET = "It is so.", "sk-secret"


@pytest.fixture
def desk(own_samples: Path, tmp_path: Path) -> Iterator[Desk]:
    state = ServerState(Settings(llm="extractive"), own_samples, tmp_path / "none.library")
    yield desk_of(state)
    state.close()


async def told(desk: Desk, question: str, exchange: str = "x", **how: Any) -> dict[str, Any]:
    """Return what becomes of a question."""
    await ask(desk, Question(exchange=exchange, question=question, **how))
    seen = 0  # else whoever follows is told the first pieces for ever, and the one who writes never has its turn
    while "done" not in (news := await follow(desk, Following(exchange=exchange, seen=seen))):
        seen = news["seen"]
    done: dict[str, Any] = news["done"]
    return done


def test_a_question_is_answered_as_the_library_answers_it(desk: Desk, samples: Library) -> None:
    done = asyncio.run(told(desk, f"  {QUESTION}\n"))
    assert Answer.from_dict(done["answer"]) == samples.ask(QUESTION)
    assert (done["text"], done["ended"]) == ("", "")
    assert done["html"]["looks"] == looks()
    assert done["html"]["evidence"].count('class="ap-card"') == len(samples.ask(QUESTION).citations)
    assert json.dumps(done)


def test_quotes_come_whole_with_the_reply_to_their_question_however_often_a_sight_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "REFRESH", 0.005)
    monkeypatch.setattr(answering, "QUICK", 30.0)
    told = asyncio.run(ask(desk, Question(exchange="e", question=QUESTION)))
    assert told["done"]["answer"]["text"]


def test_a_question_about_another_library_is_not_asked(desk: Desk) -> None:
    here = asyncio.run(about(desk, Nothing()))["library"]
    assert asyncio.run(told(desk, QUESTION, library=here))["answer"]
    with pytest.raises(QuestionError, match="Another library is served here now"):
        asyncio.run(ask(desk, Question(exchange="y", library=here[::-1], question=QUESTION)))


def test_a_follow_up_is_understood_and_papers_keep_their_numbers(desk: Desk) -> None:
    async def both() -> tuple[Answer, Answer]:
        first = Answer.from_dict((await told(desk, QUESTION))["answer"])
        earlier = [{"question": QUESTION, "text": first.text, "outcome": first.outcome}]
        numbers = {9: first.citations[0].paper.paper_id}
        again = await told(desk, FOLLOW_UP, "y", earlier=earlier, numbers=numbers)
        return first, Answer.from_dict(again["answer"])

    first, second = asyncio.run(both())
    assert second.rewritten is not None
    assert "LoRA" in second.rewritten
    numbers = {citation.paper.paper_id: citation.number for citation in second.citations}
    assert numbers[first.citations[0].paper.paper_id] == 9


def test_a_paper_that_left_the_library_keeps_its_number_in_the_conversation(desk: Desk) -> None:
    async def both() -> tuple[Answer, Answer]:
        first = Answer.from_dict((await told(desk, QUESTION))["answer"])
        numbers = {one.number: one.paper.paper_id for one in first.citations}
        desk.library.take_out(numbers.values())
        earlier = [{"question": QUESTION, "text": first.text, "outcome": first.outcome}]
        again = await told(desk, "How does dropout prevent overfitting?", "y", earlier=earlier, numbers=numbers)
        return first, Answer.from_dict(again["answer"])

    first, second = asyncio.run(both())
    assert second.citations
    assert not {one.number for one in first.citations} & {one.number for one in second.citations}


def test_a_question_that_failed_or_was_refused_is_not_told_as_an_answered_one() -> None:
    # How much a follow-up takes of such a turn is the library's matter; that it has no answer must reach it.
    from ui.page.calls.asking import _history

    sent = Question(
        exchange="x",
        question=FOLLOW_UP,
        earlier=(
            {"question": "?", "outcome": None, "text": "half"},
            {"question": UNANSWERABLE, "outcome": "not_in_abstracts", "text": "no"},
        ),
    )
    failed, refused = _history(sent)
    assert failed.answer == ""
    assert isinstance(refused.answer, Answer)
    assert not refused.answer.answered


def test_filters_hold_and_are_told(desk: Desk) -> None:
    done = asyncio.run(told(desk, "How are words embedded?", bounds={"years": "2013..2014"}))
    answer = Answer.from_dict(done["answer"])
    assert {one.paper.year for one in answer.citations} | {one.year for one in answer.nearest} <= {2013, 2014}
    assert "of 2013..2014 searched" in done["html"]["line"]


@pytest.mark.parametrize(
    ("how", "line"),
    [({"question": "?"}, "too short"), ({"question": QUESTION, "bounds": {"years": "1800..1801"}}, "No paper passes")],
)
def test_what_has_no_answer_is_told_in_one_line(desk: Desk, how: dict[str, Any], line: str) -> None:
    done = asyncio.run(told(desk, **how))
    assert done["answer"] is None
    assert line in done["ended"]
    assert "\n" not in done["ended"]


def test_filters_that_are_none_are_told_before_anything_is_asked(desk: Desk) -> None:
    with pytest.raises(QuestionError, match="can't be read"):
        asyncio.run(told(desk, QUESTION, bounds={"years": "soon"}))


def test_an_answer_of_another_server_is_lost(desk: Desk) -> None:
    assert asyncio.run(follow(desk, Following(exchange="never asked"))) == {"lost": True}


@pytest.mark.parametrize(
    "question",
    ["why " * 1000, "What is 晚期交互 late interaction 😀 — naïve?", "\u202eabc late interaction\u200b"],
)
def test_long_and_foreign_questions_are_answered_or_refused_by_their_own_words(desk: Desk, question: str) -> None:
    done = asyncio.run(told(desk, question))
    assert done["ended"] or done["answer"]["question"] == question.strip()


# --- what the browser kept


def test_answers_that_were_kept_are_shown_as_they_were_and_texts_are_set(desk: Desk) -> None:
    async def shown() -> tuple[dict[str, Any], dict[str, Any]]:
        done = await told(desk, QUESTION)
        stopped = "Half of $x^2$ and **bo**\n\n```\n<b>\n```"
        return done, await show(desk, Kept(answers=((done["answer"], 0.0), (stopped, 0.0), ({"claims": 3}, 0.0))))

    done, again = asyncio.run(shown())
    whole, stopped, unreadable = again["html"]
    assert whole == done["html"]
    assert {"math", "strong", "pre"} <= set(Seen(stopped["answer"]).tags)
    assert "b" not in Seen(stopped["answer"]).tags
    assert unreadable is None


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.pop("question"),
        lambda kept: kept.update(claims=[{}]),
        lambda kept: kept.update(claims=3),
        lambda kept: kept.update(outcome="great"),
        lambda kept: kept["claims"][0].update(verdict=["supported"]),
        lambda kept: kept["claims"][0]["citations"][0].update(start=5),
        lambda kept: kept["claims"][0]["citations"][0].update(paper_id=999),
        lambda kept: kept["claims"][0].update(text=7),
        lambda kept: kept["papers"][0].update(title=["no text"]),
        lambda kept: kept["claims"][0].update(end=10**6),
    ],
)
def test_an_answer_that_was_tampered_with_is_not_read(samples: Library, change: Callable[[Any], object]) -> None:
    kept = samples.ask(QUESTION).to_dict()
    assert read_answer(kept) == samples.ask(QUESTION)
    change(kept)
    assert read_answer(kept) is None


def test_a_rating_is_kept_changed_and_taken_back(desk: Desk) -> None:
    async def rated() -> None:
        answer = (await told(desk, QUESTION))["answer"]
        await rate(desk, Rated(exchange="x", answer=answer, good=False, note=" too short "))
        assert [(one.good, one.note) for one in desk.library.ratings()] == [(False, "too short")]
        await rate(desk, Rated(exchange="x", answer=answer, good=True))
        assert [(one.good, one.note) for one in desk.library.ratings()] == [(True, "")]
        await rate(desk, Rated(exchange="x", answer=answer, good=None))
        assert desk.library.ratings() == []

    asyncio.run(rated())


def test_a_conversation_is_exported_in_every_form(desk: Desk, tmp_path: Path) -> None:
    async def export(form: str, *exchanges: Any) -> tuple[str, str]:
        file = await exported(desk, Exported(form=form, exchanges=exchanges))
        return file["name"], file["text"]

    async def tried() -> None:
        whole = {"question": QUESTION, "answer": (await told(desk, QUESTION))["answer"]}
        stopped = {"question": FOLLOW_UP, "text": "It trains"}
        name, text = await export("conversation", whole, stopped)
        assert name == "conversation.md"
        assert QUESTION in text
        assert "LoRA: Low-Rank Adaptation" in text
        assert "It trains" in text
        assert (await export("bibtex", whole))[0] == "cited.bib"
        assert (await export("ris", whole))[1].startswith("TY  -")
        (tmp_path / "h.jsonl").write_text((await export("history", whole, stopped))[1])
        assert [turn.question for turn in read_history(tmp_path / "h.jsonl")] == [QUESTION, FOLLOW_UP]
        with pytest.raises(QuestionError, match="no form"):
            await export("docx", whole)
        with pytest.raises(QuestionError, match="nothing to export"):
            await export("bibtex")
        with pytest.raises(QuestionError, match="No paper is cited"):
            await export("bibtex", stopped)

    asyncio.run(tried())


def test_a_paper_that_left_the_library_is_still_a_reference_of_its_answer(desk: Desk) -> None:
    async def referred() -> str:
        answer = (await told(desk, QUESTION))["answer"]
        paper = answer["claims"][0]["citations"][0]["paper_id"]
        desk.library.remove([paper])
        return str((await reference(desk, Referred(form="bibtex", answer=answer, paper=paper)))["text"])

    assert asyncio.run(referred()).startswith("@")


def test_papers_are_found_for_words_and_say_which_are_cited(desk: Desk, samples: Library) -> None:
    known = samples.find("permutations of decision trees", limit=5)
    hits, cited = known.hits, {4: known.hits[0].paper.paper_id}
    news = asyncio.run(found(desk, Sought(query="permutations of decision trees", limit=5, cited=cited)))
    assert news["papers"] == known.matching
    assert all(hit.paper.title.split(":")[0] in Seen(news["html"]).text for hit in hits)


def test_the_page_is_told_what_is_served(desk: Desk) -> None:
    news = asyncio.run(about(desk, Nothing()))
    assert (news["papers"], news["samples"], news["looks"]) == (40, False, looks())
    assert 'data-do="example"' in news["welcome"]


# --- the one door


async def through(door: Callable[[Any], Awaitable[dict[str, Any]]], sent: Any) -> dict[str, Any]:
    return await door(sent)


@pytest.mark.parametrize(
    "sent",
    [
        *(None, [], "ask", ["ask"], ["nothing", {}], ["ask", 3], [["ask"], {}], ["__init__", {}]),
        *(["ask", {"question": ""}], ["ask", {"exchange": "x", "question": "y" * 4001}]),
        ["follow", {"exchange": "x" * 65}],
    ],
)
def test_what_can_not_be_read_is_told_so(desk: Desk, sent: Any) -> None:
    assert asyncio.run(through(caller(desk, CALLS), sent)) == {"error": UNREADABLE}


def test_an_expected_error_is_its_line_and_any_other_tells_no_secret(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    async def expected(desk: Desk, sent: Nothing) -> dict[str, Any]:
        raise QuestionError(LINE)

    async def bug(desk: Desk, sent: Nothing) -> dict[str, Any]:
        raise KeyError(SECRET)

    door = caller(desk, {"expected": expected, "bug": bug})
    assert asyncio.run(through(door, ["expected", {}])) == {"error": LINE}
    assert asyncio.run(through(door, ["bug", {}])) == {"error": FAILED}
    assert "the call bug of the page failed" in caplog.text
