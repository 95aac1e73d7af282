"""Answers by a language model behind an endpoint: a real HTTP server, asked through a library of the sample papers."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rag.library import Library
from rag.records import Answer, Outcome, Turn

QUESTION = "What is late interaction in ColBERT?"
LATE = "Query and passage are encoded separately by BERT, and the score is computed by late interaction"
MAXIMA = "Every query token takes its maximum similarity over all passage tokens"
INDEX = "The price is a large index, since all token vectors must be kept"

OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(chat_server: Any, sample_folder: Path) -> Iterator[OpenLibrary]:
    """Open the library of the sample papers with the server's language model."""
    opened: list[Library] = []

    def open_one(**changes: Any) -> Library:
        opened.append(Library.open(sample_folder, chat_server.settings(**changes)))
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


def test_a_model_writes_the_answer_and_every_marker_leads_to_a_verbatim_quote(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(f"{LATE} [1]. ", f"{MAXIMA} [1].")
    answer = open_library().ask(QUESTION)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == f"{LATE} [1]. {MAXIMA} [1]."
    assert answer.answerer == "openai:tiny"
    assert (answer.partial, answer.notes, dict(answer.repairs)) == (False, (), {})
    assert {citation.paper.key for citation in answer.citations} == {"khattab2020colbert"}
    for citation in answer.citations:
        assert citation.paper.abstract[citation.start : citation.end] == citation.quote


def test_the_key_the_model_and_a_fixed_seed_are_sent(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1].")
    open_library(answer_tokens=77).ask(QUESTION)
    [asked] = chat_server.asked
    assert asked.authorization == f"Bearer {chat_server.key}"
    said = {name: asked.body[name] for name in ("model", "temperature", "seed", "max_tokens", "stream")}
    assert said == {"model": "tiny", "temperature": 0, "seed": 0, "max_tokens": 77, "stream": True}


def test_tokens_and_their_price_stand_on_the_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1].")
    answer = open_library(price_in=0.5, price_out=2).ask(QUESTION)
    assert dict(answer.usage) == {"input_tokens": 700, "output_tokens": 30, "calls": 1}
    assert answer.cost == pytest.approx((700 * 0.5 + 30 * 2) / 1e6)
    assert open_library().ask(QUESTION).cost is None


def test_a_server_that_reads_a_part_of_the_prompt_and_says_nothing_is_told_in_a_note(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.counts = {"prompt_tokens": 1026, "completion_tokens": 9}
    chat_server.says("Late interaction compares query and passage token by token [1].")
    [note] = open_library(papers=20).ask(QUESTION).notes
    assert note.startswith("The server read 1,026 of about ")
    assert "OLLAMA_CONTEXT_LENGTH" in note


@pytest.mark.parametrize("counts", [{}, {"prompt_tokens": None, "completion_tokens": None}, {"prompt_tokens": "many"}])
def test_an_answer_whose_tokens_were_not_counted_is_whole_and_they_are_estimated(
    chat_server: Any, open_library: OpenLibrary, counts: dict[str, Any]
) -> None:
    chat_server.counts = counts
    chat_server.says(f"{LATE} [1].")
    answer = open_library(price_in=1).ask(QUESTION)
    assert answer.answered
    assert not answer.partial
    assert answer.usage["calls"] == 1
    assert 200 < answer.usage["input_tokens"] < 5_000
    assert 10 < answer.usage["output_tokens"] < 60
    assert answer.cost == answer.usage["input_tokens"] / 1_000_000


def test_no_request_is_made_when_nothing_found_could_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    answer = open_library().ask("Who won the football world cup in 2018?")
    assert not answer.answered
    assert chat_server.asked == []
    assert dict(answer.usage) == {}


def test_auto_with_an_address_takes_the_first_model_listed(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.models = ["large", "small"]
    chat_server.says(f"{LATE} [1].")
    assert open_library(llm="auto", openai_api_key=None).ask(QUESTION).answerer == "openai:large"
    assert chat_server.asked[0].body["model"] == "large"


def test_a_key_with_a_line_break_at_its_end_is_sent_without_it(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1].")
    assert open_library(openai_api_key=f"{chat_server.key}\n").ask(QUESTION).answered
    assert chat_server.asked[0].authorization == f"Bearer {chat_server.key}"


@pytest.mark.parametrize("option", ["max_tokens", "temperature", "seed", "stream_options"])
def test_an_option_that_is_refused_by_name_is_left_out_then_and_later(
    chat_server: Any, open_library: OpenLibrary, option: str
) -> None:
    chat_server.refuses = {option}
    chat_server.says(f"{LATE} [1].")
    library = open_library()
    assert library.ask(QUESTION).answered
    assert library.ask(QUESTION).answered
    assert [option in asked.body for asked in chat_server.asked] == [True, False, False]
    assert ("max_completion_tokens" in chat_server.asked[-1].body) == (option == "max_tokens")


def test_all_options_refused_one_after_the_other_leave_an_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.refuses = {"max_tokens", "temperature", "seed", "stream_options"}
    chat_server.says(f"{LATE} [1].")
    assert open_library().ask(QUESTION).answered
    assert len(chat_server.asked) == 5


def test_an_answer_in_which_every_citation_is_invented_gets_valid_ones(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(f"{LATE} [77]. ", f"{MAXIMA} [88, 99]. ", f"{INDEX} (Smith, 2031).")
    answer = open_library().ask(QUESTION)
    assert answer.text == f"{LATE}. [1] {MAXIMA}. [1] {INDEX}. [1]"
    assert answer.repairs["invented"] == 3
    assert answer.repairs["unknown_names"] == 1
    assert answer.repairs["attached"] == 3
    assert answer.citations[0].paper.key == "khattab2020colbert"


def test_an_answer_that_no_paper_carries_is_no_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says("Bananas ripen quickly in paper bags [77].")
    answer = open_library().ask(QUESTION)
    assert answer.outcome is Outcome.NOT_IN_ABSTRACTS
    assert "[77]" not in answer.text
    assert answer.claims == ()


def test_a_prompt_that_is_too_long_is_sent_again_with_fewer_sources(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(f"{LATE} [1].")
    library = open_library()
    assert library.ask(QUESTION).notes == ()
    [whole] = [length_of(asked.body) for asked in chat_server.asked]
    chat_server.room = whole - 200
    answer = library.ask(QUESTION)
    lengths = [length_of(asked.body) for asked in chat_server.asked[1:]]
    assert answer.answered
    assert len(lengths) > 1
    assert all(longer > shorter for longer, shorter in pairwise(lengths)), lengths
    assert "found no room" in answer.notes[0]


def length_of(body: dict[str, Any]) -> int:
    return sum(len(message["content"]) for message in body["messages"])


def test_two_callers_at_once_both_get_their_own_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    other = "LoRA adapts a large pre-trained model to a task without changing its original weights"
    chat_server.says(f"{LATE} ", 0.5, "[1].", to=f"Question: {QUESTION}")
    chat_server.says(f"{other} ", 0.5, "[1].", to="Question: How does LoRA adapt a large language model?")
    library, answers = open_library(), dict[str, Answer]()
    library.search(QUESTION)  # all is loaded
    asking = [
        threading.Thread(target=lambda question=question: answers.update({question: library.ask(question)}))
        for question in (QUESTION, "How does LoRA adapt a large language model?")
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert answers[QUESTION].text == f"{LATE} [1]."
    assert answers["How does LoRA adapt a large language model?"].text == f"{other} [1]."
    first, second = chat_server.asked
    assert second.at - first.at < 0.5  # the second one didn't wait for the first


def test_closing_a_stream_early_closes_the_connection(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1]. ", 30.0)
    with closing(open_library().stream(QUESTION)) as events:
        assert str(next(events)).startswith("Query")
        assert not chat_server.left.is_set()
    assert chat_server.left.wait(1)


def test_cancelling_a_slow_question_closes_the_connection_at_once(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(silent=30.0)
    library = open_library(timeout=60)
    library.search(QUESTION)

    async def ask() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(library.aask(QUESTION), 1)
        assert await asyncio.to_thread(chat_server.left.wait, 0.5)

    started = time.monotonic()
    asyncio.run(ask())
    assert time.monotonic() - started < 3


def test_an_asynchronous_stream_stopped_early_closes_the_connection(
    chat_server: Any, open_library: OpenLibrary
) -> None:
    chat_server.says(f"{LATE} [1]. ", 30.0)
    library = open_library(timeout=60)

    async def first() -> str | Answer:
        async with aclosing(library.astream(QUESTION)) as events:
            async for event in events:
                return event
        return ""

    assert str(asyncio.run(first())).startswith("Query")
    assert chat_server.left.wait(1)


def test_answers_come_asynchronously_in_pieces_and_whole(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1]. ", f"{MAXIMA} [1].")
    library = open_library()

    async def both() -> tuple[list[str | Answer], Answer]:
        return [event async for event in library.astream(QUESTION)], await library.aask(QUESTION)

    events, answer = asyncio.run(both())
    assert events[-1] == answer == library.ask(QUESTION)
    assert "".join(map(str, events[:-1])) == f"{LATE} [1]. {MAXIMA} [1]."


def test_a_follow_up_is_made_to_stand_alone_by_the_model(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says("What is the price of late interaction in ColBERT?")
    chat_server.says(f"{INDEX} [1].")
    answer = open_library().ask("And what is its price?", history=[Turn(QUESTION, f"{LATE}. [1]")])
    assert answer.rewritten == "What is the price of late interaction in ColBERT?"
    assert answer.text == f"{INDEX} [1]."
    assert dict(answer.usage) == {"input_tokens": 1400, "output_tokens": 60, "calls": 2}


def test_closing_the_library_ends_its_threads(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1].")
    before = set(threading.enumerate())
    library = open_library()
    library.ask(QUESTION)
    assert set(threading.enumerate()) - before
    library.close()
    assert within(1, lambda: set(threading.enumerate()) <= before)
    gc.collect()  # a connection left open would be a ResourceWarning, and with it an error


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize(
    ("said", "ask"),
    [
        ((f"{LATE} [1]. ", 30.0), f"events = library.stream({QUESTION!r}); print(next(events))"),
        ((f"{LATE} [1].",), f"print(library.ask({QUESTION!r}).text)"),
    ],
    ids=["in the middle of an answer", "after an answer"],
)
def test_a_program_that_forgets_to_close_the_library_still_ends(
    chat_server: Any, sample_folder: Path, said: tuple[str | float, ...], ask: str
) -> None:
    chat_server.says(*said)
    lines = [
        "from rag.library import Library",
        "from rag.settings import Settings",
        f"settings = Settings(llm='openai:tiny', openai_base_url={chat_server.url!r})",
        f"library = Library.open({str(sample_folder)!r}, settings)",
        ask,
    ]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=root, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Query")


def test_closing_the_library_ends_an_answer_that_is_being_written(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(f"{LATE} [1]. ", 30.0)
    library, events = open_library(timeout=60), list[str | Answer]()
    reading = threading.Thread(target=lambda: events.extend(library.stream(QUESTION)), daemon=True)
    reading.start()
    assert within(10, lambda: len(events) > 0 or bool(chat_server.asked))
    time.sleep(0.3)
    library.close()
    reading.join(2)
    assert not reading.is_alive()
    assert chat_server.left.wait(1)
    assert isinstance(events[-1], Answer)
    assert events[-1].partial
