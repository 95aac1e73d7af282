"""Thinking that has no tags around it, or is folded away, and calls of tools: taken off, and nothing else with it."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.llms.exchange.chunks import piece_of
from rag.models.llms.thinking.stream import Unthinking, without_thinking
from tests.models.test_thinking import A, heard

THOUGHT = [
    f'<details type="reasoning"><summary>Thought for 5 seconds</summary>Is it so [1]?</details>{A}',
    f'<details type="reasoning" done="true" duration="5">\n<summary>Thought</summary>\n> Is it?\n</details>\n{A}',
    f"<details type='thinking' open>\nIs it so\n</details>\n\n{A}",
    f"<details><summary>Thinking...</summary>Is it so?</details>{A}",
    f"<details open>\n<summary><b>Show reasoning</b></summary>\n\nIs it so\n\n</details>\n\n{A}",
    f"```thinking\nIs it [1]?\n```\n{A}",
    f"```think\nSo:\n```python\nx = 1\n```\nYes.\n```\n\n{A}",
    f"````reasoning\nA fence:\n```\nx\n```\n````\n{A}",
    f"~~~ Thoughts\nIs it so?\n~~~\n{A}",
    f"*Thinking...*\n\n> Is it [1]?\n> \n> Yes.\n\n{A}",
    f"> *Thinking\u2026*\n> Is it so?\n\n{A}",
    f"**Thought for 5 seconds**\n> Is it so?\n{A}",
    f"Thinking...\n> Is it so?\n\n> Yes.\n\n{A}",
    f"<ctrl94>thought\nIs it so?\n<ctrl95>{A}",
    f"Here is my thought process:\nSource [1] says so.\nHere is my response:\n{A}",
    f"Here's my thought process:\nSource [2] says:\nAnswer: not [2].\nHere's my answer: {A}",
    f'<tool_call>{{"name": "find", "arguments": {{"ids": [1]}}}}</tool_call>\n{A}',
    f"{A}\n<tool_call>\n<function=find>\n<parameter=q>\nx\n</parameter>\n</function>\n</tool_call>",
    f"<function_calls>find(x)</function_calls>{A}",
    f"<function=find>{{}}</function>{A}",
    f'{A}<|python_tag|>find("x")<|eom_id|>',
    f'{A}[TOOL_CALLS][{{"name": "find"}}]',
    f"{A}<\uff5ctool\u2581calls\u2581begin\uff5c>find",
    f"{A}</tool_call>",
]

SAID = [
    "<details><summary>More</summary>B [2].</details> A [1].",
    "A [1].\n</details>\nB [2].",
    "A [1]. <details> and <summary> are elements [2].",
    "```python\nthinking = 1\n```\nA [1].",
    "```\nthink\n```\nA [1].",
    "`thinking` is a mode [1].",
    "A [1].\n```thinking\nx\n```\nB [2].",
    "```thinking\nA [1].",
    "> A quote [1].\n\nA [1].",
    "*Thinking* is a word [1].\n> It is [2].",
    "**Reasoning:**\n> It is so [1].\n\nA [1].",
    "Thinking... is what it shows [1].\n> x",
    "A [1].\n*Thinking...*\n> B [2].",
    "Here is my thought process:\nA [1].\n**Answer:** B [1].",
    "Here is my thought process:\nA [1].",
    "The `<tool_call>` token and <tool_call> tags [1].",
    "A call begins with <|python_tag|>, which is a token [1].",
    "Models write [TOOL_CALLS] before calls [1].",
]


@pytest.mark.parametrize("reply", THOUGHT)
@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_only_what_is_said_is_left_of_a_reply(reply: str, size: int) -> None:
    said, spoke, _ = heard(reply[start : start + size] for start in range(0, len(reply), size))
    assert said.strip() == A
    assert spoke


@pytest.mark.parametrize("reply", SAID)
@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_an_answer_that_looks_like_it_is_left_alone(reply: str, size: int) -> None:
    assert heard(reply[start : start + size] for start in range(0, len(reply), size))[0] == reply


@pytest.mark.parametrize(
    "reply", ["```thinking\nIs it [1]", "*Thinking...*\n> Is it", "<details><summary>Thinking</summary>x"]
)
def test_a_reply_that_is_cut_while_it_thinks_says_nothing(reply: str) -> None:
    assert heard([reply], whole=False) == ("", False, True)


OPENINGS = [
    "```thinking\n", "```", "```thinking ", "~~~cot\n", "*Thinking...*\n", "> *Thinking...*\n", "Thinking\u2026",
    "Thinking...\n",
    "**Thought for 5 seconds**\n\n", "Here is my thought process:", "Here's my reasoning:\n", "<details>\n<summary>",
    '<details type="reasoning">', "<tool_call>", "**Thinking:**\n", "\n ",
]  # fmt: skip
PARTS = [
    "> q [1]\n", "> ", "\n", " ", "A [1]. ", "```\n", "```py\n", "```", "~~~\n", "x\n", "Here is my response:\n",
    "\nAnswer:", "...done thinking.\n", "</details>", "</summary>", "Thinking", "<summary>", "</tool_call>", "</think>",
    "for ",
    "*", "...\n", "<details>", "<|python_tag|>",
]  # fmt: skip


@given(
    st.sampled_from(OPENINGS),
    st.lists(st.sampled_from(PARTS), max_size=9),
    st.lists(st.integers(1, 12), min_size=1, max_size=9),
    st.booleans(),
)
def test_what_is_left_does_not_depend_on_the_pieces(
    opening: str,
    parts: list[str],
    sizes: list[int],
    whole: bool,  # noqa: FBT001  (drawn)
) -> None:
    reply, pieces, start = opening + "".join(parts), list[str](), 0
    while start < len(reply):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(reply[start : start + size])
        start += size
    assert heard(pieces, whole=whole) == heard([reply], whole=whole)


def test_what_follows_a_quote_of_thinking_is_told_at_once() -> None:
    filtered = Unthinking()
    assert list(filtered.feed("*Thinking...*\n\n> Is it so?\n\n")) == []
    assert "".join(filtered.feed("Col")) == "Col"
    assert filtered.thought.endswith("> Is it so?\n\n")


@pytest.mark.parametrize(
    "part",
    [
        "<details ",
        "<details>\n",
        "<summary>",
        "> ",
        "```thinking\n",
        "*Thinking...*\n",
        "Answer:\n[1]",
        " ",
        "<tool_call>",
    ],
)
@pytest.mark.parametrize("start", ["", "Here is my thought process:\n", "```thinking\n", "*Thinking...*\n> "])
def test_a_long_reply_takes_no_longer_than_it_must(start: str, part: str) -> None:
    began = time.perf_counter()
    without_thinking(start + part * (60_000 // len(part)))
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("said", ["delta", "message"])
def test_what_gemini_marks_as_a_thought_is_none_of_the_answer(said: str) -> None:
    def piece(thought: Any) -> Any:
        return piece_of({"choices": [{said: {"content": "Is it?", "extra_content": {"google": {"thought": thought}}}}]})

    assert (piece(True).text or piece(True).whole, piece(True).thought) == ("", "Is it?")
    assert piece(False).text or piece(False).whole == "Is it?"
