"""Asking in the terminal: one question, a conversation line by line, a history file, an LLM's text as it is written."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rag.citations.numbering import cite
from rag.citations.reading import read_answer
from rag.citations.rendering import Part, Rendered, quoted, render
from rag.errors import ModelError
from rag.records import Answer, Claim, Difference, Outcome, Paper, Searched
from ui.cli.app import main
from ui.cli.showing.rendering import show_answer, stream_answer
from ui.wording import lacking

QUESTION = "What is late interaction in ColBERT?"
LATE = "Query and passage are encoded separately by BERT, and the score is computed by late interaction"
PAPER = Paper(1, "Bees", "Bees dance near the hive. They find 12 flowers.")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sample_folder: Path) -> Run:
    """Run `askpapers ask` over the sample papers, with lines for it to read; return code, stdout, stderr."""

    def run(*arguments: object, typed: str = "") -> tuple[int, str, str]:
        command = ["askpapers", "ask", *map(str, arguments), "--library", str(sample_folder)]
        monkeypatch.setattr(sys, "argv", command)
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def endpoint(chat_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A language model's endpoint, as the environment names it."""
    monkeypatch.setenv("OPENAI_BASE_URL", chat_server.url)
    monkeypatch.setenv("OPENAI_API_KEY", chat_server.key)
    return chat_server


def test_the_llm_of_the_command_line_writes_the_answer(ask: Run, endpoint: Any) -> None:
    endpoint.says(f"{LATE} [1].")
    code, out, _ = ask(QUESTION, "--llm", "openai:tiny")
    assert code == 0
    assert f"{LATE} [1]. " in out.replace("\n", " ")
    assert "openai:tiny" in out
    assert "tokens" in out


@pytest.mark.parametrize(
    ("given", "calls"),
    [("off --check", 2), ("off", 1), ("llm", 2), ("llm --no-check", 1), ("llm --check", 2)],
)
def test_a_check_is_asked_for_or_forgone_and_its_tokens_are_told(
    ask: Run, endpoint: Any, monkeypatch: pytest.MonkeyPatch, given: str, calls: int
) -> None:
    setting, *options = given.split()
    monkeypatch.setenv("ASKPAPERS_CHECK", setting)
    endpoint.says(f"{LATE} [1].", to="Question: ")
    endpoint.says("1: partly", to="Claim 1")
    code, out, _ = ask(QUESTION, "--llm", "openai:tiny", *options)
    assert (code, len(endpoint.asked)) == (0, calls)
    told = "checked by openai:tiny · openai:tiny · "
    assert (told in out) == ("1,400 + 60 tokens, 700 + 30 of them to check" in out) == (calls == 2)
    assert f"{LATE} [1]. {'◐' if calls == 2 else ''}" in out.replace("\n", " ")


def test_extractive_is_kept_to_even_with_an_endpoint(ask: Run, endpoint: Any) -> None:
    code, out, _ = ask(QUESTION, "--llm", "extractive")
    assert (code, endpoint.asked) == (0, [])
    assert "extractive" in out


def test_an_llm_that_does_not_exist_is_told_in_one_line(ask: Run) -> None:
    code, _, err = ask(QUESTION, "--llm", "gpt")
    assert code == 1
    assert err.startswith("Error: ASKPAPERS_LLM can't be used")
    code, _, err = ask(QUESTION, "--llm", "gguf:none.gguf")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "none.gguf" in err


def test_a_conversation_goes_on_from_command_to_command(ask: Run, tmp_path: Path) -> None:
    history = tmp_path / "talk.jsonl"
    assert ask(QUESTION, "--history", history)[0] == 0
    code, out, _ = ask("How large is its index?", "--history", history, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["rewritten"].startswith(QUESTION)
    assert len(history.read_text("utf-8").splitlines()) == 2


def test_without_a_question_a_line_is_a_question_and_may_follow_up_the_last(ask: Run) -> None:
    code, out, err = ask(typed=f"{QUESTION}\n\nHow large is its index?\n")
    assert (code, err) == (0, "")
    assert out.count(" quoted · 1 paper · 40 papers searched") == 2
    assert f'Searched for "How large is its index?" after "{QUESTION}". (--alone to ask it on its own)' in out


def test_an_error_ends_only_its_own_question(ask: Run) -> None:
    code, out, err = ask(typed=f"?\n{QUESTION}\n")
    assert code == 1
    assert err.startswith("Error: The question '?' is too short")
    assert out.count(" quoted · 1 paper · 40 papers searched") == 1


def test_a_history_that_is_none_is_told_before_anything_is_asked(ask: Run, tmp_path: Path) -> None:
    (tmp_path / "talk.jsonl").write_text("nonsense\n", "utf-8")
    code, out, err = ask(QUESTION, "--history", tmp_path / "talk.jsonl")
    assert (code, out) == (1, "")
    assert "talk.jsonl line 1" in err


def made_up(*claims: Claim, **fields: Any) -> Answer:
    """Return the answer of a model that wrote these claims, each with its lead before it and its markers behind it."""
    shown = render(
        quoted(claim, claim.lead) if claim.citations else Part(claim.lead, (claim.text,), claim) for claim in claims
    )
    return answered(shown, **fields)


def answered(shown: Rendered, **fields: Any) -> Answer:
    known: dict[str, Any] = {"outcome": Outcome.ANSWERED, "nearest": (), "searched": Searched(9, "q")}
    known |= {"text": shown.text, "claims": shown.claims, "citations": shown.citations, "answerer": "openai:tiny"}
    return Answer("q", **known | fields)


def printed(answer: Answer, *, terminal: bool) -> str:
    """Return what is printed of an answer, without colours."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100, record=True)
    show_answer(console, answer)
    return console.export_text(clear=False)


STRUCTURED = """### Two sorts

**Bees** dance near the hive [1].

| Who | Finds |
|---|---|
| Bees | 13 flowers [1] |

- First
  - Bees dance [1]

NOT SAID: The \x1b]0;evil\x07price, <b>and</b> [a](javascript:b)."""


def structured() -> Answer:
    return answered(render(read_answer(STRUCTURED, "q", {1: PAPER}).parts))


def test_on_a_terminal_a_table_is_a_table_and_bold_is_bold() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, record=True)
    show_answer(console, structured())
    assert "\x1b[1mBees\x1b[0m dance near the hive" in console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b]" not in console.file.getvalue()  # type: ignore[attr-defined]
    lines = [" ".join(line.split()) for line in console.export_text().splitlines()]
    start = lines.index("Who Finds")
    assert set(lines[start + 1]) == {"─"}
    assert lines[start + 2] == "Bees 13 flowers [1] ≠"
    assert "Two sorts" in lines
    assert "Bees dance near the hive [1]." in lines
    assert lines[lines.index("• First") + 1] == "• Bees dance [1]"
    assert "The abstracts leave open: The ]0;evilprice, and a." in lines  # HTML is set, addresses go
    assert "\n    • Bees dance" in printed(structured(), terminal=True)


def test_a_pipe_gets_the_lines_as_they_were_written_with_their_marks() -> None:
    shown = printed(structured(), terminal=False)
    assert "### Two sorts\n\n**Bees** dance near the hive [1].\n" in shown
    assert "| Who | Finds |\n|---|---|\n| Bees | 13 flowers [1] ≠ |\n" in shown
    assert "- First\n  - Bees dance [1]\n" in shown


@pytest.mark.parametrize("terminal", [True, False])
def test_a_refusal_of_a_model_says_what_it_leaves_open(*, terminal: bool) -> None:
    silent = answered(
        render([]), outcome=Outcome.NOT_IN_ABSTRACTS, nearest=(PAPER,), left_open="The \x1b[31mprice of honey."
    )
    shown = printed(silent, terminal=terminal)
    assert "The abstracts leave open: The [31mprice of honey.\n" in shown
    assert "The abstracts in this library don't say. The nearest papers:" in shown


def test_on_a_terminal_the_text_is_shown_as_it_comes_and_then_the_answer() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    answer = made_up(Claim("Bees dance near the hive.", (cite(1, PAPER, 0, 25),), 1.0))
    events: list[str | Answer] = ["Bees \x1b]0;evil\x07dance", " near", answer]
    assert stream_answer(console, events) is answer
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Bees ]0;evildance near\n" in shown.replace("\x1b[", "\n")
    assert "\x1b]0;" not in shown
    assert "Bees dance near the hive." in shown


def test_an_answer_that_was_stopped_is_told() -> None:
    with pytest.raises(ModelError, match="stopped before it was whole"):
        stream_answer(Console(file=io.StringIO()), ["Bees"])


def test_a_conversation_as_json_is_a_line_an_answer(ask: Run) -> None:
    code, out, _ = ask("--json", typed=f"{QUESTION}\nHow large is its index?\n")
    assert code == 0
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["answered", "answered"]


def test_what_a_claim_lacks_is_named_below_the_answer() -> None:
    citation = cite(1, PAPER, 0, 25)
    wrong = Claim("Bees find 13 roses.", (citation,), 0.4, ("roses",), ("13",), lead=" ", found=0.4)
    bare, quoted = Claim("Cats purr.", lead="\n- "), Claim("Bees dance.", (citation,), 1.0, verbatim=True)
    console = Console(file=io.StringIO(), width=100)
    show_answer(
        console,
        made_up(quoted, wrong, bare, notes=("It broke off.",), cost=0.5),
    )
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Bees dance. [1] Bees find 13 roses. [1] ◐\n" in shown
    assert "\n- Cats purr. ·\n" in shown
    assert "◐ Bees find 13 roses. (not in the cited abstract: 13, roses)" in shown
    assert "· cites no paper: Cats purr." in shown
    assert "It broke off." in shown
    assert "cost 0.5000" in shown


def test_a_quoted_or_supported_claim_needs_no_look_and_one_in_own_words_is_to_be_compared() -> None:
    own = Claim("Bees dance.", (cite(1, PAPER, 0, 25),), 0.9, ("dance",), found=0.9)
    assert lacking(replace(own, verbatim=True)) == ""
    assert lacking(replace(own, verdict="supported")) == ""
    assert lacking(own) == "Bees dance. (reworded: compare)"
    assert "the check: not" in lacking(replace(own, verdict="not"))
    assert "openai:tiny's check: not" in lacking(replace(own, verdict="not", checker="openai:tiny"))


def test_what_differs_and_what_was_moved_is_told() -> None:
    differs = Claim("90 dance.", (cite(1, PAPER, 0, 25),), differences=(Difference("number", "90", "13"),))
    assert lacking(differs) == "90 dance. (says 90, the abstract 13)"
    assert "cited there: Moss" in lacking(replace(differs, moved_from="Moss"))


MISTYPED = "How does dropuot prevent overfitting?"


def test_what_was_read_otherwise_is_told_with_the_way_to_search_as_written(ask: Run) -> None:
    _, out, _ = ask(MISTYPED)
    assert out.startswith('Read "dropuot" as "dropout". (--as-written to search as written)\n')
    _, out, _ = ask(MISTYPED, "--json")
    assert json.loads(out)["searched"]["readings"] == [{"written": "dropuot", "read": "dropout", "start": 9}]
    _, out, _ = ask(MISTYPED, "--as-written", "--json")
    assert json.loads(out)["searched"]["query"] == MISTYPED


def test_a_question_of_a_conversation_is_asked_on_its_own_by_an_option(ask: Run, tmp_path: Path) -> None:
    history = tmp_path / "talk.jsonl"
    ask(QUESTION, "--history", history)
    _, out, _ = ask("How large is its index?", "--history", history, "--alone", "--json")
    assert json.loads(out)["rewritten"] is None
    _, out, _ = ask("--json", typed=f"{QUESTION}\n--alone How large is its index?\n--as-written {MISTYPED}\n")
    asked = [json.loads(line) for line in out.splitlines()]
    assert [one["question"] for one in asked[1:]] == ["How large is its index?", MISTYPED]
    assert [one["searched"]["query"] for one in asked] == [QUESTION, "How large is its index?", MISTYPED]
