"""Models that think, behind a real server: answers, follow-ups, checks and judges get what is said and nothing else."""

import asyncio
import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.judges.llm import ModelJudge
from rag.errors import ModelError, UsedUpError
from rag.integrations.llama_index.adapters import QuestionBundle
from rag.library import Library
from rag.models.cancellation import Cancellation
from rag.models.llms import load_model
from rag.models.llms.base import Message
from rag.models.llms.replies import complete
from rag.records import Anew, Answer, Turn
from rag.settings import Settings
from ui.cli.showing.rendering import stream_answer
from ui.page.jobs.answering import AnswersUnderWay
from ui.page.server_state import ServerState

OpenLibrary = Callable[..., Library]

QUESTION = "What is late interaction in ColBERT?"
FOLLOW_UP = "And what is its price?"
STANDALONE = "What is the price of late interaction in ColBERT?"
LATE = "Query and passage are encoded separately by BERT"
SAID = f"{LATE} [1]."
MANY = " ".join(f"Is it {number} of them, or is it not so?" for number in range(40))  # about 500 tokens of thinking
THINKING = f"<think>{MANY}</think>\n\n"
REWRITING, CHECKING = "Last question: ", "Claim 1 "


@pytest.fixture
def open_library(sample_folder: Path, chat_server: Any) -> Iterator[OpenLibrary]:
    """Open the sample papers with the chat server as their language model."""
    opened: list[Library] = []

    def open_library(**changes: Any) -> Library:
        opened.append(Library.open(sample_folder, chat_server.settings(**changes)))
        return opened[-1]

    yield open_library
    for library in opened:
        library.close()


def shown(events: Iterator[str | Answer]) -> tuple[str, str, Answer]:
    """Return all that was ever shown of a streamed answer, what stood at last, and the answer."""
    every, text = "", ""
    for event in events:
        if isinstance(event, Answer):
            return every, text, event
        every += event
        text = "" if isinstance(event, Anew) else text + event
    raise AssertionError


def test_an_answer_is_shown_without_thinking(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says("<thi", "nk>", "Is it so? ", "Yes.</th", "ink>\n\n", SAID[:20], SAID[20:], "<|im_end|>")
    every, _, answer = shown(open_library().stream(QUESTION))
    assert every == answer.text == SAID
    assert answer.answered
    assert answer.notes == ()


def test_thinking_without_a_beginning_is_taken_back_once_and_not_shown_again(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says("Okay, ", "is it so?\n", "</think>\n\n", SAID)
    library = open_library()
    every, text, answer = shown(library.stream(QUESTION))
    assert every == f"Okay, is it so?\n\n\n{SAID}"
    assert text == answer.text == SAID
    every, _, answer = shown(library.stream(QUESTION))
    assert every == answer.text == SAID


def test_the_page_and_the_terminal_show_what_begins_anew_in_place_of_what_was_thinking(
    chat_server: Any, open_library: OpenLibrary, sample_folder: Path, tmp_path: Path
) -> None:
    chat_server.says("Okay, is it so?\n", 0.3, "</think>\n\n", SAID[:30], 0.3, SAID[30:])
    state = ServerState(chat_server.settings(), sample_folder, tmp_path / "none.library")

    async def seen() -> list[str]:
        answers, place, text, sights = AnswersUnderWay(state), 0, "", list[str]()
        answers.begin("x", QuestionBundle(QUESTION))
        while (found := await answers.follow("x", place)) and found.written is None:
            for kind, what, _ in found.pieces:
                text = "" if kind == "anew" else text + what * (kind == "text")
            place = found.seen
            sights.append(text)
        assert found is not None
        assert found.written is not None
        assert found.written.answer is not None
        return [*sights, found.written.answer.text]

    sights = asyncio.run(seen())
    assert any("Okay" in sight for sight in sights)
    assert any("Query" in sight and "Okay" not in sight for sight in sights[:-1])
    assert "Okay" not in sights[-1]
    state.close()
    console = Console(file=StringIO(), force_terminal=True, width=200)
    chat_server.says("Okay, is it so?\n", "</think>\n\n", SAID)
    stream_answer(console, open_library().stream(QUESTION))
    assert console.file.getvalue().rpartition("Okay")[2].count("encoded separately") >= 1  # type: ignore[attr-defined]


def test_llamaindex_gets_what_is_said(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says("Okay, is it so?\n</think>\n\n", "Yes, ", "it is.")
    llm = open_library().as_llm()
    assert list(llm.stream_complete("Is it?"))[-1].text == "Yes, it is."
    assert llm.complete("Is it?").text == "Yes, it is."
    chat_server.says("Yes, ", cut=True)
    list(llm.stream_complete("Is it?"))
    with pytest.raises(ModelError, match="broke off"):
        list(llm.stream_complete("Is it?"))


def test_a_model_that_used_up_its_tokens_by_thinking_is_asked_again_with_more_room(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(f"<think>{MANY}", finish="length")
    chat_server.says(THINKING, SAID)
    library = open_library(answer_tokens=500)
    answer = library.ask(QUESTION)
    assert answer.text == SAID
    assert answer.notes == (
        "The answer's 500 tokens were used up, by thinking as it seems: the model was asked again, with more room.",
    )
    assert answer.usage["calls"] == 2
    assert answer.usage["input_tokens"] == 1400
    first, second = (asked.body["max_tokens"] for asked in chat_server.asked)
    assert first == 500
    assert second >= 4 * first
    assert library.ask(QUESTION).notes == ()  # it is known now
    assert chat_server.asked[2].body["max_tokens"] == second


def test_an_answer_that_thinking_left_no_room_for_begins_anew(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(THINKING, SAID[:30], finish="length")
    chat_server.says(THINKING, SAID)
    every, text, answer = shown(open_library().stream(QUESTION))
    assert every == f"{SAID[:30]}\n\n{SAID}"
    assert text == answer.text == SAID
    assert not answer.partial


def test_thinking_that_nobody_marked_is_asked_again_and_never_a_refusal(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(MANY, finish="length")
    chat_server.says(MANY, "</think>", SAID)
    assert open_library().ask(QUESTION).text == SAID


def test_thinking_that_nobody_marked_and_that_never_ends_is_told(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(MANY, finish="length")
    with pytest.raises(UsedUpError, match="before it wrote anything"):
        open_library().ask(QUESTION)


@pytest.mark.parametrize("finish", ["length", "stop"])
def test_thinking_alone_is_told_with_what_helps(chat_server: Any, open_library: OpenLibrary, finish: str) -> None:
    chat_server.says(f"<think>{MANY}", finish=finish)
    advice = r"it used up its tokens before it wrote anything\. Raise ASKPAPERS_ANSWER_TOKENS, or set ASKPAPERS_THIN"
    with pytest.raises(UsedUpError, match=advice):
        open_library().ask(QUESTION)


@pytest.mark.parametrize("call", ['<tool_call>{"ids": [1]}</tool_call>', '<|python_tag|>find("x [1]")'])
def test_a_call_of_a_tool_is_no_answer(chat_server: Any, open_library: OpenLibrary, call: str) -> None:
    chat_server.says(call)
    with pytest.raises(ModelError, match="it called a tool instead of writing an answer"):
        open_library().ask(QUESTION)


def test_a_connection_that_breaks_while_it_thinks_is_no_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says("<think>Is it so?", cut=True)
    with pytest.raises(ModelError, match="it broke off while it was thinking"):
        open_library().ask(QUESTION)


def test_there_is_never_asked_for_more_than_the_window_holds(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"<think>{MANY}", finish="length")
    chat_server.says(THINKING, SAID)
    assert open_library(window=2048, answer_tokens=300).ask(QUESTION).text == SAID
    for asked in chat_server.asked:
        prompt = sum(len(message["content"]) for message in asked.body["messages"]) / 4
        assert prompt + asked.body["max_tokens"] < 2300
    assert chat_server.asked[1].body["max_tokens"] > 600


def test_a_follow_up_is_made_to_stand_alone_by_a_model_that_thinks_long(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(THINKING, f"<answer>{STANDALONE}</answer><|im_end|>", to=REWRITING)
    chat_server.says(SAID)
    answer = open_library().ask(FOLLOW_UP, history=[Turn(QUESTION, SAID)])
    assert answer.rewritten == STANDALONE
    assert answer.notes == ()
    assert chat_server.asked[0].body["max_tokens"] >= 3000


def test_a_follow_up_that_a_model_only_thinks_about_is_done_by_rule(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.counts = {}
    for _ in range(2):
        chat_server.says(f"<think>{MANY}", finish="length", to=REWRITING)
    chat_server.says(SAID)
    answer = open_library().ask(FOLLOW_UP, history=[Turn(QUESTION, SAID)])
    assert answer.rewritten == f"{QUESTION} {FOLLOW_UP}"
    assert answer.text == SAID
    assert "it used up its tokens" in answer.notes[0]
    assert answer.usage["thinking_tokens"] > 400


def test_verdicts_come_behind_thinking_and_what_fails_leaves_the_answer(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(SAID, to="Question: ")
    chat_server.says(THINKING, "1: not 1.1", to=CHECKING)
    answer = open_library(check="llm").ask(QUESTION)
    assert [claim.verdict for claim in answer.claims] == ["not"]
    check = next(asked for asked in chat_server.asked if CHECKING in asked.body["messages"][-1]["content"])
    assert check.body["max_tokens"] >= 3000


def test_a_judge_that_thinks_is_heard(chat_server: Any) -> None:
    chat_server.says(THINKING, "given")
    settings = chat_server.settings()
    model = load_model(settings)
    assert model is not None
    assert ModelJudge(model, settings).gives("It is late.", "late")
    assert chat_server.asked[0].body["max_tokens"] >= 3000
    model.close()


def test_a_window_that_is_smaller_than_was_said_is_no_obstacle_to_a_short_reply(chat_server: Any) -> None:
    chat_server.fails(400, "maximum context length is 2048 tokens, you asked for 3200")
    chat_server.says("Yes.")
    model = load_model(chat_server.settings())
    assert model is not None
    assert complete(model, [Message("user", "Is it?")], max_tokens=200, stop=Cancellation())[0] == "Yes."
    assert [asked.body["max_tokens"] for asked in chat_server.asked] == [3200, 200]
    model.close()


# Tokens of thinking


def test_tokens_of_thinking_are_told_as_the_server_counted_them(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.counts = {
        "prompt_tokens": 700,
        "completion_tokens": 90,
        "completion_tokens_details": {"reasoning_tokens": 60},
    }
    chat_server.says(SAID)
    answer = open_library().ask(QUESTION)
    assert answer.usage == {"input_tokens": 700, "output_tokens": 90, "calls": 1, "thinking_tokens": 60}
    assert json.loads(json.dumps(answer.to_dict()))["usage"]["thinking_tokens"] == 60


@pytest.mark.parametrize("field", ["content", "reasoning_content", "reasoning"])
@pytest.mark.parametrize("counts", [{"prompt_tokens": 700, "completion_tokens": 600}, {}], ids=["counted", "not"])
def test_tokens_of_thinking_are_estimated_where_the_server_does_not_count_them(
    chat_server: Any, open_library: OpenLibrary, field: str, counts: dict[str, int]
) -> None:
    chat_server.counts = counts
    text = THINKING if field == "content" else MANY
    chat_server.says({"choices": [{"index": 0, "delta": {field: text}, "finish_reason": None}]}, SAID)
    answer = open_library().ask(QUESTION)
    assert answer.text == SAID
    assert 400 < answer.usage["thinking_tokens"] < 600
    assert answer.usage["thinking_tokens"] < answer.usage["output_tokens"] <= 620


def test_thinking_is_turned_off_where_the_server_knows_how(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.refuses = {"reasoning_effort"}
    chat_server.says(SAID)
    library = open_library(thinking="off")
    assert library.ask(QUESTION).text == SAID
    first, second = (asked.body for asked in chat_server.asked)
    assert first["reasoning_effort"] == "none"
    assert "reasoning_effort" not in second
    assert second["chat_template_kwargs"] == {"enable_thinking": False}


def test_by_itself_nothing_is_said_of_thinking(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(SAID)
    open_library().ask(QUESTION)
    assert not {"reasoning_effort", "chat_template_kwargs"} & chat_server.asked[0].body.keys()
    assert Settings().thinking == "auto"
