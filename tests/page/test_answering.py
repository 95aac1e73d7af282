"""Answers that are being written for the page: each belongs to its exchange, whoever follows, stops or goes away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.records import Anew, Answer
from tests.chat_server import ChatServer
from ui.page.jobs import answering
from ui.page.jobs.answering import STOPPED, AnswersUnderWay, Seen, Written, told
from ui.page.jobs.followed import FAILED
from ui.page.server_state import CLOSING, CUT_OFF, ServerState
from ui.page.views.writing import Piece

LORA = "How does LoRA fine-tune a large model without changing its weights?"
HALF = "LoRA freezes the weights "
Work = Callable[[ServerState, AnswersUnderWay], Awaitable[None]]


@pytest.fixture
def run(sample_folder: Path, tmp_path: Path, chat_server: ChatServer) -> Callable[..., None]:
    """Run something over the samples, whose model is the chat server."""

    def run_it(work: Work, *, answers: int = 4, waiting: int = 64) -> None:
        async def whole() -> None:
            state = ServerState(chat_server.settings(timeout=30), sample_folder, tmp_path / "none.library")
            state.limit(answers, waiting)
            await work(state, AnswersUnderWay(state))
            state.close()

        asyncio.run(asyncio.wait_for(whole(), 60))

    return run_it


def asked() -> QuestionBundle:
    return QuestionBundle(LORA)


async def seen(answers: AnswersUnderWay, exchange: str, seen: int = 0) -> Seen:
    found = await answers.follow(exchange, seen)
    assert found is not None
    return found


async def whole(answers: AnswersUnderWay, exchange: str) -> Written:
    """Return an answer once it is whole."""
    place = 0
    while (found := await seen(answers, exchange, place)).written is None:
        place = found.seen
    return found.written


async def until_written(answers: AnswersUnderWay, exchange: str, text: str) -> int:
    """Return how many pieces there were once a text was among them."""
    place, written = 0, ""
    while text not in written:
        found = await seen(answers, exchange, place)
        assert found.written is None, found.written
        place, written = found.seen, written + "".join(what for kind, what, _ in found.pieces if kind == "text")
    return place


def test_an_answer_is_told_piece_by_piece_and_then_whole(run: Any, hold: Any) -> None:
    held = hold("LoRA freezes the weights [1].", "\n\nIt trains two matrices [1].")

    async def work(_: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("x", asked())
        held.release()
        place = await until_written(answers, "x", "LoRA freezes")
        held.release()
        written = await whole(answers, "x")
        assert place > 0
        assert isinstance(written.answer, Answer)
        assert written.answer.question == LORA
        assert told(written)["text"] == told(written)["ended"] == ""

    run(work)


def test_whoever_knows_the_exchange_follows_it_from_the_start_and_after_its_end(
    run: Any, chat_server: ChatServer
) -> None:
    chat_server.says(HALF, 0.3, "and trains two matrices [1].")

    async def work(_: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("x", asked())
        await until_written(answers, "x", HALF)
        late = await asyncio.gather(whole(answers, "x"), whole(answers, "x"))
        assert late[0] is late[1] is await whole(answers, "x")
        assert late[0].answer is not None
        assert await answers.follow("y", 0) is None

    run(work)


def test_the_same_exchange_twice_is_asked_once(run: Any, chat_server: ChatServer) -> None:
    chat_server.says("LoRA freezes the weights [1].")

    async def work(_: ServerState, answers: AnswersUnderWay) -> None:
        for _turn in range(3):
            answers.begin("x", asked())
        await whole(answers, "x")
        answers.begin("x", asked())
        await whole(answers, "x")

    run(work)
    assert len(chat_server.asked) == 1


def test_a_stopped_answer_keeps_every_word_as_it_was_written_and_leaves_the_model(
    run: Any, chat_server: ChatServer
) -> None:
    text = "It is $$\\frac{a}{b}\n+ c"
    chat_server.says(text, 60.0, "never")

    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("x", asked())
        await until_written(answers, "x", "+ c")
        await answers.stop("x")
        assert told(await whole(answers, "x")) == {"answer": None, "text": text, "ended": STOPPED}
        assert state.running == 0

    run(work)
    assert chat_server.left.wait(10)


@pytest.mark.parametrize("turns", [0, 1, 5])
def test_a_stop_in_line_or_before_anything_began_ends_the_question(
    run: Any, chat_server: ChatServer, turns: int
) -> None:
    chat_server.says(HALF, 60.0)

    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("first", asked())
        await until_written(answers, "first", HALF)
        answers.begin("x", asked())
        for _ in range(turns):
            await asyncio.sleep(0)
        await answers.stop("x")
        assert (await whole(answers, "x")).ended == STOPPED
        assert state.running == 1
        await answers.stop("first")
        assert state.running == 0

    run(work, answers=1)
    assert len(chat_server.asked) == 1


def test_who_waits_in_line_is_told_so_until_it_begins(run: Any, chat_server: ChatServer, hold: Any) -> None:
    held = hold("LoRA freezes the weights [1].")
    chat_server.says("It trains two matrices [1].")

    async def work(_: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("first", asked())
        while not (await seen(answers, "first")).begun:
            pass
        answers.begin("x", asked())
        following = asyncio.create_task(answers.follow("x", 0, begun=False))
        await asyncio.sleep(0.2)
        assert not following.done()
        held.release()
        found = await following
        assert found is not None
        assert found.begun
        assert (await whole(answers, "x")).answer is not None

    run(work, answers=1)


def test_a_follower_is_told_after_a_while_that_there_is_nothing_new(
    run: Any, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PATIENCE", 0.2)
    chat_server.says(60.0)

    async def work(_: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("x", asked())
        while not (found := await seen(answers, "x")).begun:
            pass
        assert await seen(answers, "x") == Seen((), 0, True) == found
        await answers.stop("x")

    run(work)


def test_a_full_line_and_a_server_that_closes_take_no_question(run: Any, chat_server: ChatServer) -> None:
    chat_server.says(60.0)

    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        for name in ("first", "second"):
            answers.begin(name, asked())
            await asyncio.sleep(0.05)
        with pytest.raises(ModelError, match="1 questions are waiting"):
            answers.begin("x", asked())
        state.closing = True
        with pytest.raises(ModelError, match="shutting down"):
            answers.begin("x", asked())
        assert await answers.follow("x", 0) is None
        for name in ("second", "first"):
            await answers.stop(name)

    run(work, answers=1, waiting=1)
    assert CLOSING


def test_who_follows_is_told_that_the_server_had_no_time_left(run: Any, chat_server: ChatServer) -> None:
    chat_server.says(HALF, 0.05, "and so on ", forever=True)

    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("x", asked())
        answers.begin("in line", asked())
        await until_written(answers, "x", HALF)
        following = [asyncio.create_task(whole(answers, name)) for name in ("x", "in line")]
        state.cut_off()
        one, other = await asyncio.gather(*following)
        assert (one.ended, other.ended) == (CUT_OFF, CUT_OFF)
        assert told(one)["text"].startswith(HALF.strip())

    run(work, answers=1)
    assert chat_server.left.wait(10)


def test_an_error_of_the_model_is_one_line_without_the_key(run: Any, chat_server: ChatServer) -> None:
    chat_server.fails(401, "bad key\nTraceback (most recent call last)")

    async def work(_: ServerState, answers: AnswersUnderWay) -> None:
        answers.begin("x", asked())
        written = await whole(answers, "x")
        assert written.answer is None
        assert len(written.ended.splitlines()) == 1
        assert chat_server.key not in written.ended

    run(work)


class _Engine:
    """Writes what a test says, as a language model does."""

    answerer = "tiny"

    def __init__(self, *events: Any) -> None:
        self.events = events

    async def astream(self, _: QuestionBundle) -> Any:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event
            await asyncio.sleep(0.01)


def test_a_bug_is_told_as_one_line_and_logged_at_once(
    run: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        monkeypatch.setattr(state, "engine", lambda streaming: _Engine(HALF, KeyError("sk-secret")))
        answers.begin("x", asked())
        assert told(await whole(answers, "x")) == {"answer": None, "text": HALF.strip(), "ended": FAILED}
        assert [record.levelno for record in caplog.records if record.name == answering.__name__] == [logging.ERROR]

    run(work)


def test_what_turned_out_to_be_no_part_of_the_answer_is_gone(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        events = _Engine("Let me think.\n\nSo", Anew(), "😀 It ", "\ud83d", "\ude00 is", ModelError("No more."))
        monkeypatch.setattr(state, "engine", lambda streaming: events)
        monkeypatch.setattr(answering, "REFRESH", 0.0)
        answers.begin("x", asked())
        place, pieces = 0, list[Piece]()
        while (found := await seen(answers, "x", place)).written is None:
            place = found.seen
            pieces += found.pieces
        assert ("anew", "", 0) in pieces
        assert told(found.written) == {"answer": None, "text": "😀 It 😀 is", "ended": "No more."}

    run(work)


def test_answers_are_let_go_when_nobody_will_ask_for_them(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "KEPT", 3)

    async def work(state: ServerState, answers: AnswersUnderWay) -> None:
        monkeypatch.setattr(state, "engine", lambda streaming: _Engine(HALF))
        for number in range(6):
            answers.begin(str(number), asked())
            await whole(answers, str(number))
        known = [await answers.follow(str(number), 0) is not None for number in range(6)]
        assert known == [False, False, True, True, True, True]
        monkeypatch.setattr(answering, "KEPT_FOR", 0.0)
        answers.begin("last", asked())
        assert await answers.follow("5", 0) is None

    run(work)
