"""What heads a text, wraps it or stands in front of it claims nothing, and what it holds is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.model_text.headings import front_matter, is_heading
from rag.citations.reading import read_answer
from tests.citations.papers import BEES, MOSS

PROPERTY = settings(deadline=None, max_examples=100)
SOURCES = {1: BEES, 2: MOSS}
DANCED = "Bees dance near the hive to tell where flowers stand"
GROWN = "Moss covers the northern side of old trees"


def cited(text: str) -> list[tuple[str, list[int]]]:
    """Return what the claims of a text say, and the papers that each cites."""
    read = read_answer(text, "What do they do?", SOURCES)
    return [(part.claim.text, [one.paper.paper_id for one in part.citations]) for part in read.parts if part.claim]


@pytest.mark.parametrize(
    "frame",
    [
        "**Old trees**\n", "1. **Old trees**\n   ", "- **Old trees**\n  ", "*Old trees*\n\n", "__Old trees__\n\n",
        "1. Old trees\n", "1. Old trees\n   - ", "Old trees\n\n", "Old trees\n===\n", "**Step 2: Old trees**\n\n",
        "---\ntitle: Water from rain and fog\ntags: moss\n---\n", "Okay, so I need to answer how moss drinks water. ",
    ],
)  # fmt: skip
def test_what_stands_above_a_text_gets_no_citation(frame: str) -> None:
    assert cited(f"{frame}{DANCED} [1].") == [(f"{DANCED}.", [3])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- water from rain and fog [2]\n- dances near the hive [1]", [[5], [3]]),
        ("- water from rain and fog\n- dances near the hive [1]", [[5], [3]]),
        ("Moss covers the northern side\nof old trees [2].", [[5], [5]]),
        ("water from rain and fog\n[2]", [[5]]),
    ],
)
def test_a_short_line_that_cites_or_is_one_of_a_list_or_goes_on_is_a_claim(text: str, said: list[list[int]]) -> None:
    assert [papers for _, papers in cited(text)] == said


def test_a_number_says_something_though_it_stands_alone() -> None:
    assert not is_heading(["**71.5 points**", "", f"{DANCED} [1]."], 0)
    assert is_heading(["**2.1 Points**", "", f"{DANCED} [1]."], 0)


def test_a_line_that_denies_is_no_heading() -> None:
    assert not is_heading(["The sources do not say why", f"{DANCED} [1]."], 0)


def test_a_question_that_follows_an_answer_gets_no_citation() -> None:
    assert len(cited(f"{DANCED} [1].\n\n**Related questions**\n- Why does moss cover old trees?")) == 1


@pytest.mark.parametrize("kind", ["markdown", "md", "text", ""])
@pytest.mark.parametrize("before", ["", "Here is the answer:\n\n"])
def test_an_answer_in_a_fence_is_read(kind: str, before: str) -> None:
    assert len(cited(f"{before}```{kind}\n{DANCED} [1].\n- {GROWN} [2].\n```")) == 2


@pytest.mark.parametrize("code", ["```\nx = a[1]\nprint(x)\n```", f"It says [1]:\n```\n{GROWN} it is\n```"])
def test_a_fence_of_code_stays(code: str) -> None:
    assert [part.written[0] for part in read_answer(code, "Why?", SOURCES).parts].count("```") == 2


@pytest.mark.parametrize(
    "marker",
    [
        "[Sentence 2.1]", "(sentence 2.1)", "(2.1)", "\\[2.1\\]", "【2:0†Moss】", "##2$$", "⟦2⟧", "[2️⃣]", "[2 ↗]",
        "[🔗2]", '[2: "a quoted phrase"]', '[Source 2: "a quoted phrase"]', "[sentences 2.1 and 2.2]", "[2, 'a']",
    ],
)  # fmt: skip
def test_a_marker_of_a_sentence_a_tool_or_a_quote_is_read(marker: str) -> None:
    [claim] = read_answer(f"It is so {marker}.", "Why?", SOURCES).parts
    assert claim.written == ("It is so ", (5,), ".")


@pytest.mark.parametrize("text", ["[Section 2.1]", "(2.9)", "[Table 2.1]", "\\[1.2, 2.4\\]", "##7$$"])
def test_what_only_looks_like_one_stays(text: str) -> None:
    [part] = read_answer(f"It is so {text}.", "Why?", SOURCES).parts
    assert part.written == (f"It is so {text}.",)


@PROPERTY
@given(st.lists(st.sampled_from(["---", "a: b", "", "**A**", "- A", "1. A", "A [1]", "```", "A.", "a"]), max_size=9))
def test_any_lines_are_told_apart(lines: list[str]) -> None:
    assert 0 <= front_matter(lines) <= len(lines)
    assert all(is_heading(lines, place) in (True, False) for place in range(len(lines)))
