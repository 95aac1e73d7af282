"""What models cost: prices by model, what was spent, and a limit that isn't passed."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.datasets.questions import GoldQuestion
from eval.runs.run_file import read_run
from eval.runs.runner import Plan, evaluate
from rag.errors import CostLimitError, SettingsError
from rag.library import Library
from rag.models.spending import FREE, PURSE, Price, Purse, price_of
from rag.records import Answer, Turn
from rag.settings import Settings, load_settings
from ui.wording import summary

OpenLibrary = Callable[..., Library]

QUESTION = "What is late interaction in ColBERT?"
SAID = "Query and passage are encoded separately by BERT [1]."
CHECKING = "Claim 1 "


@pytest.fixture
def purse() -> Iterator[Purse]:
    """The purse of this process, empty."""
    PURSE.spent = 0
    yield PURSE
    PURSE.spent = 0


@pytest.fixture
def open_library(sample_folder: Path, chat_server: Any, purse: Purse) -> Iterator[OpenLibrary]:
    """Open the sample papers with the chat server as their language model, nothing spent yet."""
    opened: list[Library] = []

    def open_library(**changes: Any) -> Library:
        opened.append(Library.open(sample_folder, chat_server.settings(**changes)))
        return opened[-1]

    yield open_library
    for library in opened:
        library.close()


# Prices


def test_each_model_has_its_own_price() -> None:
    settings = Settings(prices="gpt-4.1-mini=0.4/1.6, meta/llama:8b=0/0; openai:other=1/2", price_in=3, price_out=4)
    assert price_of("openai:gpt-4.1-mini", settings) == Price(0.4, 1.6)
    assert price_of("openai:meta/llama:8b", settings) == FREE
    assert price_of("openai:other", settings) == Price(1, 2)
    assert price_of("openai:unlisted", settings) == Price(3, 4)


def test_a_price_that_is_not_known_is_none_and_never_nothing() -> None:
    assert price_of("openai:tiny", Settings()) is None
    assert price_of("openai:tiny", Settings(prices="other=1/2")) is None
    assert price_of("gguf:tiny.gguf", Settings(prices="other=1/2")) == FREE
    # a model whose name an endpoint hasn't told yet may be the dearest
    assert price_of("openai", Settings(prices="one=1/5, two=2/3")) == Price(2, 5)


@pytest.mark.parametrize("table", ["tiny", "tiny=1", "tiny=1/x", "tiny=-1/2", "=1/2", "tiny=1/2 other=3/4", "a=1/inf"])
def test_a_table_of_prices_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    monkeypatch.setenv("ASKPAPERS_PRICES", table)
    with pytest.raises(SettingsError, match=r"ASKPAPERS_PRICES can't be used: .*gpt-4\.1-mini=0\.4/1\.6"):
        load_settings()


def test_answer_and_check_are_priced_each_by_its_own_model(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(SAID, to="Question: ")
    chat_server.says("1: supported", to=CHECKING)
    answer = open_library(check="openai:small", prices="tiny=10/20, small=1/2").ask(QUESTION)
    assert answer.cost == pytest.approx((700 * 10 + 30 * 20 + 700 * 1 + 30 * 2) / 1e6)
    assert " · cost 0.0084" in summary(answer)
    assert " · cost 0.0084 (1.0084 so far)" in summary(answer, 1)


def test_a_model_without_a_price_is_named(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(SAID, to="Question: ")
    chat_server.says("1: supported", to=CHECKING)
    answer = open_library(check="openai:small", prices="tiny=10/20").ask(QUESTION)
    assert answer.cost is None
    assert answer.notes == ("What it cost isn't known: ASKPAPERS_PRICES names no price of openai:small.",)


# What was spent


def test_answers_rewritten_questions_and_checks_are_paid_from_one_purse(
    chat_server: Any, open_library: OpenLibrary, purse: Purse
) -> None:
    chat_server.says("What is late interaction in ColBERT?", to="Last question: ")
    chat_server.says(SAID, to="Question: ")
    chat_server.says("1: supported", to=CHECKING)
    answer = open_library(check="llm", prices="tiny=10/20").ask("And what is it?", history=[Turn(QUESTION, SAID)])
    assert answer.usage["calls"] == 3
    assert purse.spent == pytest.approx(answer.cost)


def test_a_reply_that_was_stopped_is_paid_for_by_estimate(
    chat_server: Any, open_library: OpenLibrary, purse: Purse
) -> None:
    chat_server.says(SAID, 30.0)
    events = open_library(prices="tiny=10/20").stream(QUESTION)
    next(events)
    events.close()
    assert 0.001 < purse.spent < 0.05


def test_a_request_that_failed_costs_nothing(chat_server: Any, open_library: OpenLibrary, purse: Purse) -> None:
    chat_server.fails(401)
    with pytest.raises(Exception, match="401"):
        open_library(prices="tiny=10/20", max_cost=1).ask(QUESTION)
    assert purse.spent == 0
    purse.reserve(1, 1)  # nothing is set aside any more
    purse.settle(1, 0)


# The limit


def test_a_request_that_could_pass_the_limit_is_not_sent(
    chat_server: Any, open_library: OpenLibrary, purse: Purse
) -> None:
    chat_server.says(SAID)
    library, answers = open_library(prices="tiny=10/20", max_cost=0.045), list[Answer]()

    def ask_on() -> None:
        for _ in range(20):
            answers.append(library.ask(QUESTION))

    with pytest.raises(CostLimitError, match=r"ASKPAPERS_MAX_COST=0\.045 stops here: 0\.\d+ is spent.*Raise") as caught:
        ask_on()
    assert "\n" not in str(caught.value)
    assert len(answers) == len(chat_server.asked) > 1
    assert purse.spent == pytest.approx(sum(answer.cost or 0 for answer in answers))
    assert purse.spent <= 0.045


def test_a_limit_without_prices_says_what_to_set(chat_server: Any, open_library: OpenLibrary) -> None:
    with pytest.raises(CostLimitError, match=r"price of openai:tiny isn't known\. .*ASKPAPERS_PRICES=tiny=IN/OUT"):
        open_library(max_cost=1).ask(QUESTION)
    assert chat_server.asked == []


def test_a_check_that_cannot_be_paid_leaves_the_answer(chat_server: Any, open_library: OpenLibrary) -> None:
    chat_server.says(SAID)
    answer = open_library(check="llm", prices="tiny=10/20", max_cost=0.04).ask(QUESTION)
    assert answer.text == SAID
    assert "ASKPAPERS_MAX_COST" in answer.notes[0]
    assert len(chat_server.asked) == 1


def test_a_rewriting_that_cannot_be_paid_is_not_done_otherwise(chat_server: Any, open_library: OpenLibrary) -> None:
    with pytest.raises(CostLimitError):
        open_library(prices="tiny=10/20", max_cost=0.0001).ask("And it?", history=[Turn(QUESTION, SAID)])
    assert chat_server.asked == []


@given(st.lists(st.floats(0.001, 0.2), min_size=1, max_size=40), st.floats(0.1, 1))
def test_no_number_of_threads_passes_the_limit(costs: list[float], limit: float) -> None:
    purse, started = Purse(), threading.Barrier(4)

    def spend(part: int) -> None:
        started.wait()
        for cost in costs[part::4]:
            try:
                purse.reserve(cost, limit)
            except CostLimitError:
                continue
            purse.settle(cost, cost * 0.9)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(spend, range(4)))
    assert purse.spent <= limit


@pytest.mark.parametrize("workers", [1, 3])
def test_an_evaluation_that_the_limit_stops_keeps_what_it_has_and_goes_on(
    chat_server: Any, open_library: OpenLibrary, tmp_path: Path, workers: int
) -> None:
    chat_server.says(SAID)
    questions = [GoldQuestion(str(number), "fact", QUESTION, (), frozenset(), frozenset()) for number in range(8)]
    path, plan = tmp_path / "run.jsonl", Plan(workers=workers)
    with pytest.raises(CostLimitError):
        evaluate(open_library(prices="tiny=10/20", max_cost=0.06), questions, path, plan)
    kept = read_run(path)
    assert 0 < len(kept.rows) < 8
    assert len(kept.rows) == len(chat_server.asked)
    assert kept.counts()["error"] == 0
    whole = evaluate(open_library(prices="tiny=10/20", max_cost=10), questions, path, plan)
    assert [row.id for row in whole.rows] == [question.id for question in questions]
    assert len(chat_server.asked) == 8
    assert whole.rows[0].scores["cost"] == pytest.approx((700 * 10 + 30 * 20) / 1e6)
    assert json.loads(path.read_text().splitlines()[-1])["answer"]["cost"]
