"""One conversation asked four ways is understood the same way: Python, the command line, the page, the endpoint.

A chain of follow-ups, a new question however short, a refusal and a failure in between, a mistyped word.
"""

import asyncio
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rag.library import Library
from rag.records import Answer, Outcome, Turn
from rag.settings import Settings
from tests.page.html import Nested
from ui.cli.app import main
from ui.page.calls.asking import Earlier, Question, ask
from ui.page.calls.asking import Followed as Following
from ui.page.calls.asking import follow as followed
from ui.page.desk import desk_of
from ui.page.endpoints import endpoints
from ui.page.server_state import ServerState

FIRST = "How does ColBERT compare a question with passages?"
NO_ANSWER = "Who won the chess championship in 1972?"

Conversed = Callable[[Sequence[str]], list[dict[str, Any]]]  # the searches of questions asked one after another


class Case(NamedTuple):
    """Questions asked one after another, and what is to be searched for with the last."""

    asked: tuple[str, ...]
    query: str
    after: str = ""
    readings: tuple[tuple[str, str], ...] = ()


CASES = {
    "a follow-up": Case((FIRST, "How large is its index?"), f"{FIRST} How large is its index?", FIRST),
    "a chain": Case(
        (FIRST, "Why?", "How large is its index?"), f"{FIRST} Why? How large is its index?", f"{FIRST} Why?"
    ),
    "a short new question": Case((FIRST, "What is dropout?"), "What is dropout?"),
    "a short new question after a chain": Case((FIRST, "Why?", "What is dropout?"), "What is dropout?"),
    "a follow-up of the new question": Case(
        (FIRST, "What is dropout?", "Does it need training?"),
        "What is dropout? Does it need training?",
        "What is dropout?",
    ),
    "after a refusal": Case((FIRST, NO_ANSWER, "Why?"), f"{FIRST} Why?", FIRST),
    "after a refusal alone": Case((NO_ANSWER, "Why does it?"), "Why does it?"),
    "a remark": Case((FIRST, "Thanks!"), "Thanks!"),
    "a mistyped word": Case(("What is dropuot?",), "What is dropout?", "", (("dropuot", "dropout"),)),
    "a follow-up of a mistyped question": Case(
        ("What is dropuot?", "Does it need training?"), "What is dropout? Does it need training?", "What is dropout?"
    ),
    "a mistyped follow-up": Case(
        (FIRST, "Why?", "How large is its langauge index?"),
        f"{FIRST} Why? How large is its language index?",
        f"{FIRST} Why?",
        (("langauge", "language"),),
    ),
}


def by_python(library: Library, text: Callable[[Answer], str | Answer]) -> Conversed:
    def converse(asked: Sequence[str]) -> list[dict[str, Any]]:
        turns: list[Turn] = []
        found = []
        for question in asked:
            answer = library.ask(question, history=turns)
            turns.append(Turn(question, text(answer)))
            found.append(answer.to_dict()["searched"])
        return found

    return converse


def by_command_line(folder: Path, patch: pytest.MonkeyPatch, told: pytest.CaptureFixture[str]) -> Conversed:
    def run(*arguments: str, typed: str = "") -> list[dict[str, Any]]:
        patch.setattr(sys, "argv", ["askpapers", "ask", *arguments, "--library", str(folder), "--json"])
        patch.setattr(sys, "stdin", io.StringIO(typed))
        told.readouterr()
        with pytest.raises(SystemExit):
            main()
        out = told.readouterr().out
        return [json.loads(out)] if arguments else [json.loads(line) for line in out.splitlines()]

    def converse(asked: Sequence[str]) -> list[dict[str, Any]]:
        kept = [one["searched"] for question in asked for one in run(question, "--history", "talk.jsonl")]
        at_once = [one["searched"] for one in run(typed="\n".join(asked))]
        assert at_once == kept
        return kept

    return converse


def by_page(state: ServerState) -> Conversed:
    desk = desk_of(state)

    async def answered(question: str, exchange: str, earlier: tuple[Earlier, ...]) -> dict[str, Any]:
        await ask(desk, Question(exchange=exchange, question=question, earlier=earlier))
        seen = 0
        while "done" not in (news := await followed(desk, Following(exchange=exchange, seen=seen))):
            seen = news["seen"]
        answer: dict[str, Any] = json.loads(json.dumps(news["done"]["answer"]))
        return answer

    async def converse(asked: Sequence[str]) -> list[dict[str, Any]]:
        earlier: tuple[Earlier, ...] = ()
        found = []
        for place, question in enumerate(asked):
            answer = await answered(question, f"{asked}{place}"[-60:], earlier)
            searched = answer["searched"]
            papers = tuple(paper for paper, _ in searched["scores"])
            one = {"query": searched["query"], "readings": searched["readings"], "papers": papers}
            now = Earlier(question=question, text=answer["text"], outcome=answer["outcome"], **one)
            earlier = (*earlier, now, Earlier(question="Stopped?"))
            found.append(searched)
        return found

    return lambda asked: asyncio.run(converse(asked))


def by_endpoint(state: ServerState, *, whole: bool) -> Conversed:
    asking, _ = endpoints(state)

    async def converse(asked: Sequence[str]) -> list[dict[str, Any]]:
        history: list[dict[str, Any]] = []
        found = []
        for question in asked:
            answer = json.loads(json.dumps(await asking(question, history)))
            history.append({"question": question, "answer": answer if whole else answer["text"]})
            found.append(answer["searched"])
        return found

    return lambda asked: asyncio.run(converse(asked))


@pytest.fixture(scope="module")
def state(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerState]:
    made = ServerState(Settings(llm="extractive"), sample_folder, tmp_path_factory.mktemp("none") / "none.library")
    made.limit(2, 8)
    yield made
    made.close()


@pytest.fixture(params=["answers", "texts", "command line", "page", "endpoint", "endpoint, whole answers"])
def converse(  # noqa: PLR0913, PLR0917  (what the ways need is made by fixtures)
    request: pytest.FixtureRequest,
    samples: Library,
    sample_folder: Path,
    state: ServerState,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Conversed:
    """One of the ways to have a conversation."""
    ways: dict[str, Callable[[], Conversed]] = {
        "answers": lambda: by_python(samples, lambda answer: answer),
        "texts": lambda: by_python(samples, lambda answer: answer.text),
        "command line": lambda: by_command_line(sample_folder, monkeypatch, capsys),
        "page": lambda: by_page(state),
        "endpoint": lambda: by_endpoint(state, whole=False),
        "endpoint, whole answers": lambda: by_endpoint(state, whole=True),
    }
    return ways[request.param]()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_question_of_a_conversation_is_understood_the_same_way_however_it_is_asked(
    converse: Conversed, case: Case
) -> None:
    last = converse(case.asked)[-1]
    assert last["query"] == case.query
    assert last["after"] == case.after
    assert tuple((one["written"], one["read"]) for one in last["readings"]) == case.readings


@pytest.mark.parametrize(
    ("question", "way", "line", "button", "query"),
    [
        (
            "How large is its index?",
            {"alone": True},
            f'Searched for "How large is its index?" after "{FIRST}".',
            "Ask it on its own",
            "How large is its index?",
        ),
        (
            "How does dropuot prevent overfitting?",
            {"written": True},
            'Read "dropuot" as "dropout".',
            "Search as written",
            "How does dropuot prevent overfitting?",
        ),
    ],
    ids=["alone", "as written"],
)
def test_the_page_says_what_became_of_a_question_with_a_button_to_ask_it_otherwise(  # noqa: PLR0913, PLR0917
    state: ServerState, question: str, way: dict[str, bool], line: str, button: str, query: str
) -> None:
    desk = desk_of(state)

    async def asked(exchange: str, **how: Any) -> dict[str, Any]:
        earlier = (Earlier(question=FIRST, text="By late interaction.", outcome=Outcome.ANSWERED),)
        await ask(desk, Question(exchange=exchange, question=question, earlier=earlier, **how))
        seen = 0
        while "done" not in (news := await followed(desk, Following(exchange=exchange, seen=seen))):
            seen = news["seen"]
        done: dict[str, Any] = news["done"]
        return done

    async def both() -> tuple[dict[str, Any], dict[str, Any]]:
        return await asked(f"{button}1"), await asked(f"{button}2", **way)

    usual, otherwise = asyncio.run(both())
    seen = Nested(usual["html"]["answer"])
    assert line in seen.said_in("p")
    assert button in seen.said_in("button")
    assert button not in Nested(otherwise["html"]["answer"]).said_in("button")
    assert otherwise["answer"]["searched"]["query"] == query
