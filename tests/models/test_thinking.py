"""Thinking taken off a reply: in whatever form it comes, and nothing else with it."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.llms.thinking.endpoints import thinking_counted, thinking_in
from rag.models.llms.thinking.stream import Unthinking, without_thinking
from rag.records import Anew

A = "ColBERT encodes both apart [1]."
HARMONY = "<|start|>assistant<|channel|>{}<|message|>{}<|end|>"

THOUGHT = [
    f"<think>Is it so?</think>{A}",
    f"<think>\nIs it so?\n</think>\n\n{A}",
    f"<Thinking >Is it so?</thinking>{A}",
    f"< THINK >Is it so?</ THINK >\n{A}",
    f"<thought>Is it so?</thought>{A}",
    f"[THINK]Is it so?[/THINK]{A}",
    f"<seed:think>Is it so?</seed:think>{A}",
    f"<reasoning>Is it so?</reasoning>\n{A}",
    f"<reflection>Is it so?</reflection>\n{A}",
    f"<inner_monologue>Is it so?</inner_monologue>{A}",
    f"<chain-of-thought>Is it so?</chain-of-thought>{A}",
    f"<scratchpad>Is it so?</scratchpad>{A}",
    f"<analysis>Is it so?</analysis>{A}",
    f'<think budget="10">Is it so?</think>{A}',
    f"<antThinking>Is it so?</antThinking>{A}",
    f"<|begin_of_thought|>Is it so?<|end_of_thought|>\n<|begin_of_solution|>{A}<|end_of_solution|>",
    f"<|START_THINKING|>Is it so?<|END_THINKING|><|START_RESPONSE|>{A}<|END_RESPONSE|>",
    f"<|inner_prefix|>Is it so?<|inner_suffix|>{A}",
    f"<|thinking|>Is it so?<|answer|>{A}",
    f"<unused94>thought\nIs it so?<unused95>{A}",
    f"◁think▷Is it so?◁/think▷{A}",
    f"&lt;think&gt;Is it so?&lt;/think&gt;\n{A}",
    f"<think>Is it so?<\\/think>{A}",
    f"<\u601d\u8003>Is it so?</\u601d\u8003>{A}",
    f"Thinking...\nIs it so?\n...done thinking.\n\n{A}",
    f"Thought: is it so?\nFinal Answer: {A}",
    f"<think></think>{A}",
    f"<think/>{A}",
    f"<think>one</think>\n<think>two</think>\n{A}",
    f"<think>one</thinking>{A}",
    f"<thinking>a<reflection>b</reflection>c</thinking><output>{A}</output>",
    f"<think>I must write `</think>` at the end, no </think> tag in it.</think>{A}",
    f"<think>\n```\n</code>\n\nSo.\n</think>\n{A}",
    f"Okay, is it so? </think> {A}",
    f"Okay, is it so\n</think>\n\n{A}",
    f"Okay. [1] says it.</seed:think>{A}",
    f"Is it?</think>Or not?</think>{A}",
    f"<|channel|>analysis<|message|>Is it?<|end|><|start|>assistant<|channel|>final<|message|>{A}<|return|>",
    HARMONY.format("commentary to=none", "x") + HARMONY.format("analysis", "y") + HARMONY.format("final", A),
    f"Is it so?<|end|><|start|>assistant<|channel|>final<|message|>{A}",
    f"analysisWe need to tell.assistantfinal{A}",
    f"We need to tell.assistantfinal{A}",
    f"final{A}",
    f"<|channel>thought\nIs it so?<channel|>{A}",
    f"<answer>{A}</answer>",
    f"<final_answer>\n{A}",
    f"<response>{A}",
    f"<think>Is it so?</think>\n<answer>\n{A}\n</answer>",
    f"<think>Is it so?\n<answer>{A}</answer>",
    f"**Thinking:** Is it so?\n\n**Answer:** {A}",
    f"## Thinking\nIs it so?\n\n## Final Answer\n{A}",
    f"Here is my thought process: hm.\n\nHere is my response: {A}",
    *(f"{A}{end}" for end in ("<|im_end|>", "</s>", "<|eot_id|>\n", "<end_of_turn>", "<|endoftext|>", "<eos>")),
    f"{A} <\uff5cend\u2581of\u2581sentence\uff5c>",
    f"<|im_start|>assistant\n{A}<|im_end|>\n<|im_start|>user\nAnd what else?",
    f"<|start_header_id|>assistant<|end_header_id|>\n\n{A}<|eot_id|>",
]

SAID = [
    "The `<think>` token [1].",
    "Models write `<think>` and `</think>` around it [1].",
    "It is put in <think> and </think> tags [1].",
    "The text in <think></think> tags helps [1].",
    "It is enclosed by <think> and </think>. That helps [1].",
    "<think> tokens mark where it begins [1].",
    "Reasoning ends with </think> [1].",
    'The "<think>" mark [1], the “</think>” mark [1].',
    "A [1]. <think> is a token [1].",
    "The <answer> tag is rewarded [1]; so is `<answer>`.",
    "A reward for a well-formed <answer> and for its length [1].",
    "```\n<think>\nx\n</think>\n```\nSo it is [1].",
    "The tokens <s>, </s> and <|endoftext|> are special [1].",
    "- `<|im_end|>` ends a turn [1].",
    "| `<think>` | begins [1] |",
    "If a < b and c > d, n<m [1].",
    "We think that it is [1].",
    "Analysis of it shows [1].",
    "Final results are better [1].",
    "Thinking tokens help [1].",
    "Thinking: fast and slow [1].",
    "**Reasoning:** A [1].\n\n**Answer:** B [1].",
    "## Reasoning\nA [1].\n\n## Answer\nB [2].",
    "[Thinking] A [1].",
    "[Reflection](http://x.org) is [1].",
    "The assistant finally is [1].",
    "A <b>bold</b> word, R&D and AT&T, x &lt; y [1].",
    "x[1] and [2], [3, 4].",
]


def heard(pieces: Iterable[str], *, whole: bool = True, hidden: bool = False) -> tuple[str, bool, bool]:
    """Return what is left of a streamed reply, whether anything is, and whether it ended while thinking."""
    filtered, said = Unthinking(hidden=hidden), ""
    for piece in pieces:
        for told in filtered.feed(piece):
            said = "" if isinstance(told, Anew) else said + told
    for told in filtered.end(whole=whole):
        said = "" if isinstance(told, Anew) else said + told
    return said, filtered.spoke, filtered.broke_off


@pytest.mark.parametrize("reply", THOUGHT)
@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_only_what_is_said_is_left_of_a_reply(reply: str, size: int) -> None:
    pieces = [reply[start : start + size] for start in range(0, len(reply), size)]
    said, spoke, _ = heard(pieces)
    assert said.strip() == A
    assert spoke


@pytest.mark.parametrize("reply", SAID)
@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_an_answer_that_speaks_of_such_marks_is_left_alone(reply: str, size: int) -> None:
    assert heard(reply[start : start + size] for start in range(0, len(reply), size))[0] == reply


@pytest.mark.parametrize(
    "reply",
    [
        "<think>Is it so? [1] says",
        "[THINK]Is it so?",
        "<|channel|>analysis<|message|>We need",
        "<|channel|>anal",
        "analysisWe need",
        "Okay. </think>",
        "**Thinking:** Is it so?",
        "<thinking>a</thinking><thinking>b",
    ],
)
def test_a_reply_that_is_cut_while_it_thinks_says_nothing(reply: str) -> None:
    assert heard([reply], whole=False) == ("", False, True)


def test_thinking_in_the_middle_goes_and_what_is_around_it_stays() -> None:
    assert without_thinking("A [1]. <think>Or not?</think> B [2].") == "A [1]. B [2]."
    assert without_thinking("A [1].<think>Or not?</think>B [2].") == "A [1]. B [2]."
    assert without_thinking("A [1].\n<think>Or not?\n</think>\n\nB [2].") == "A [1].\n\n\nB [2]."
    assert heard(["A [1].\n<think>Or not?"], whole=False)[0] == "A [1].\n"


def test_an_answer_is_told_as_soon_as_thinking_is_over() -> None:
    filtered = Unthinking()
    assert list(filtered.feed("<think>Is it so? ")) == []
    assert list(filtered.feed("Yes.</think>")) == []
    assert "".join(filtered.feed("\n\nColBERT")) == "ColBERT"
    assert "".join(filtered.feed(" encodes")) == " encodes"
    assert filtered.thought == "Is it so? Yes."


def test_thinking_without_a_beginning_is_taken_back_and_told_to_have_been_some() -> None:
    filtered = Unthinking()
    told = [*filtered.feed("Okay, is it so?\n</think>\n\n"), *filtered.feed(A)]
    place = next(place for place, piece in enumerate(told) if isinstance(piece, Anew))
    assert "".join(told[:place]) == "Okay, is it so?\n"
    assert "".join(told[place + 1 :]) == A
    assert filtered.unopened


def test_thinking_that_is_expected_to_have_no_beginning_is_held_back() -> None:
    filtered = Unthinking(hidden=True)
    assert list(filtered.feed("Okay, is it so?\n</think>\n\n")) == []
    assert "".join(filtered.feed(A)) == A
    assert heard([A], hidden=True)[0] == A
    assert heard([A], hidden=True, whole=False) == ("", False, True)


PIECES = [
    "<think>", "</think>", "<thinking>", "[THINK]", "[/THINK]", "<answer>", "</answer>", "<|channel|>", "analysis",
    "final", "<|message|>", "<|end|>", "<|start|>", "assistant", "assistantfinal", "Okay, ", "A [1]. ", "\n", "\n\n",
    " ", "`", "```\n", "the ", "token ", "tags ", "a < b", "<|im_end|>", "</s>", "<|im_start|>", "user",
    "**Thinking:** ", "**Answer:** ", "## Thinking\n", "Answer:", '"', ".", ",", "X", "◁think▷", "◁/think▷",
    "<details>", '<details type="reasoning">', "<summary>Thought for 5 s</summary>", "<summary>", "</details>",
    "```thinking\n", "```py\n", "~~~", "*Thinking...*\n", "> ", "> q\n", "<ctrl94>", "<ctrl95>", "<tool_call>",
    "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "Here is my thought process:\n", "Here is my response:",
    "<analysis>", "</analysis>", "<", "[", "[1]", "<unused94>", "thought", "<channel|>", "closing ", "<think", "/>",
    "&lt;", "&", "think", "&gt;", "Thinking...\n", "...done thinking.",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14),
    st.lists(st.integers(1, 40), min_size=1, max_size=30),
    st.booleans(),
    st.booleans(),
)
def test_what_is_left_does_not_depend_on_the_pieces(
    parts: list[str],
    sizes: list[int],
    whole: bool,  # noqa: FBT001  (drawn)
    hidden: bool,  # noqa: FBT001
) -> None:
    reply, pieces, start = "".join(parts), list[str](), 0
    while start < len(reply):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(reply[start : start + size])
        start += size
    assert heard(pieces, whole=whole, hidden=hidden) == heard([reply], whole=whole, hidden=hidden)


@given(
    st.lists(st.sampled_from(["A [1]. ", "a < b ", "we think ", "`<think>` ", "\n", "- x[1] ", "**b** "]), max_size=9)
)
def test_an_answer_without_marks_of_thinking_is_not_changed(parts: list[str]) -> None:
    reply = "".join(parts).lstrip()
    assert without_thinking(reply).rstrip() == reply.rstrip()


def test_what_servers_tell_of_thinking_is_read() -> None:
    assert thinking_counted({"completion_tokens_details": {"reasoning_tokens": 7}}) == 7
    assert thinking_counted({"output_tokens_details": {"reasoning_tokens": 8.0}}) == 8
    assert thinking_counted({"reasoning_tokens": 9}) == 9
    assert thinking_counted({"completion_tokens_details": None, "reasoning_tokens": "many"}) == 0
    assert thinking_in({"reasoning": "Hm."}) == "Hm."
    assert thinking_in({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]}) == "Hm."
    assert thinking_in({"content": "A", "reasoning_content": None}) == ""
