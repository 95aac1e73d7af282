"""Forms of markers and replies brought to the one that is read: whatever is written, nothing but markers changes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citations.model_text.forms.marker_contents import pointed_at
from rag.citations.model_text.forms.other_markers import plain_markers
from rag.citations.model_text.forms.shielding import SIGNS, shielded, shown
from rag.citations.model_text.forms.surroundings import ends_clause, is_index, needs_values
from rag.citations.model_text.forms.unwrapping import as_markdown
from rag.citations.model_text.reference_lists import split_references
from rag.citations.model_text.tables import with_cited_columns
from rag.records import Paper

PROPERTY = settings(deadline=None, max_examples=200)
SOURCES = {
    1: Paper(
        11, "One Shot Pruning", "We prune.", authors=("Elias Frantz", "Dana Alister"), year=2023, doi="10.1000/abcdef"
    ),
    2: Paper(12, "Bees", "Bees dance.", authors=("Karla Frisk",), year=1999),
}
PIECES = (
    "[1]", "[2, 1]", "(1)", "(2023)", "Frantz et al. (2023)", "[Frantz, 2023]", "<sup>1</sup>", "</sup>",
    "<cite id=2>", "\\cite{1}", "\\[", "\\]",
    "$x[1]$", "$", "`a[1]`", "`", "```\n", "^1", "²", "¹", "{1}", "}", "(", ")", "【", "】", "［1］", "（来源1）",  # noqa: RUF001
    "Source: 1\n", "https://a.org/b ",
    "[a](http://b.c)", "in the interval [1, 2]", "x[1][2]", "[1", "|", "\n", ". ", " and ", "word",
    '{"answer": "so"', "<p>", "&amp;", "Quelle 2",
)  # fmt: skip
WRITTEN = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


@pytest.mark.parametrize(
    ("inside", "ranges", "named", "in_words"),
    [
        ("1", ((1, 1),), (), False),
        ("1, p. 3", ((1, 1),), (), False),
        ("Quelle 1; Quelle 2", ((1, 1), (2, 2)), (), True),
        ("来源1和2", ((1, 1), (2, 2)), (), True),
        ("1-2", ((1, 2),), (), False),
        ("4:1†source", ((1, 1),), (), False),
        ("Frantz et al., 2023", (), (1,), True),
        ("frantz2023; frisk1999", (), (1, 2), True),
        ("One Shot Pruning", (), (1,), True),
        ("doi:10.1000/abcdef", (), (1,), True),
        ("٢", ((2, 2),), (), False),
    ],
)
def test_a_bracket_of_which_nothing_is_left_unexplained_points_at_sources(
    inside: str, ranges: tuple[tuple[int, int], ...], named: tuple[int, ...], *, in_words: bool
) -> None:
    pointed = pointed_at(inside, SOURCES)
    assert pointed is not None
    assert (pointed.ranges, pointed.named, pointed.in_words) == (ranges, named, in_words)


@pytest.mark.parametrize(
    "inside",
    "|CLS|n = 1|0, 1|-1, 1|2020|p < 0.05|1 of 3|Tokyo, 1999|Frantz, 1999|Fig. 1|a, b|1%|512".split("|"),
)
def test_a_bracket_with_something_else_in_it_is_text(inside: str) -> None:
    assert pointed_at(inside, SOURCES) is None


def test_words_that_nothing_explains_may_stand_behind_a_number_in_square_brackets_alone() -> None:
    assert pointed_at("1: A Title From Memory", SOURCES, tolerant=True) is not None
    assert pointed_at("1: A Title From Memory", SOURCES) is None
    assert pointed_at("IQR 1-2", SOURCES, tolerant=True) is None


@PROPERTY
@given(WRITTEN)
def test_what_is_put_aside_comes_back_as_it_was(text: str) -> None:
    aside = shielded(text, SOURCES)
    assert len(aside) == len(text)
    assert shown(aside) == text or any(0xE000 <= ord(sign) < 0xE080 for sign in text)


def test_only_signs_are_put_aside() -> None:
    text = "In `x[1]` and $y_1$, y[2] is in the interval [1, 2]."
    changed = [sign for sign, other in zip(text, shielded(text, SOURCES), strict=True) if sign != other]
    assert set(changed) <= set(SIGNS)
    assert changed.count("[") == 3


@PROPERTY
@given(
    st.lists(
        st.sampled_from(["so", "It is 5.", "a < b", "x > 3", "{", "[", '"', "is", "&", "n.", "\n"]), max_size=20
    ).map(" ".join)
)
def test_text_without_json_and_tags_stays_as_it_is(text: str) -> None:
    assert as_markdown(text) == text


@PROPERTY
@given(WRITTEN)
def test_whatever_is_written_is_unwrapped_without_an_error(text: str) -> None:
    for whole in (text, f'{{"answer": "{text}", "citations": [1]}}', f"<p>{text}</p>", f"[{text}"):
        assert isinstance(as_markdown(whole), str)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            '{"answer": "It is so for all of them. Thus it is for these too.", "citations": [1]}',
            "It is so for all of them. [1] Thus it is for these too. [1]",
        ),
        ('{"answer": "It is so for all of them. Thus it is for these.", "citations": [1, 2]}', "[1][2]"),
        ('{"answer": "So [2].", "citations": [1]}', "So [2]."),
        ('[{"claim": "So.", "source": 1}, {"claim": "Thus.", "source": 2}]', "- So. [1]\n- Thus. [2]"),
        ('{"answer": "So [1].", "not_said": "why"}', "So [1].\nNOT SAID: why"),
        ('{"answer": "So [1]. It goes o', "So [1]. It goes o"),
        ("[1]", "[1]"),
        ("[1] It is so.", "[1] It is so."),
        ("{x} is a set.", "{x} is a set."),
    ],
)
def test_a_reply_in_json_is_what_it_says(written: str, said: str) -> None:
    assert as_markdown(written).endswith(said)


def test_json_in_a_reply_of_words_stays() -> None:
    text = 'It writes this:\n```json\n{"a": [1]}\n```\nas its result [1].'
    assert as_markdown(text) == text


def test_tags_in_code_stay() -> None:
    text = "Write `<b>x</b>`:\n```html\n<p>so</p>\n```"
    assert as_markdown(text) == text


def test_a_footnote_with_a_name_is_the_source_that_it_gives() -> None:
    text = "It is so[^late]. Or not[^2].\n\n[^late]: Bees, 1999\n"
    assert split_references(text, SOURCES).text.startswith("It is so[2]. Or not[^2].")


def test_a_column_of_sources_holds_markers() -> None:
    table = "| What | n | Source |\n|---|---|---|\n| so | 1 | 2 |\n| thus | 2 | 7 |\n\n| n | 1 |"
    assert with_cited_columns(table, SOURCES).splitlines()[2:] == [
        "| so | 1 | [2] |",
        "| thus | 2 | 7 |",
        "",
        "| n | 1 |",
    ]


@pytest.mark.parametrize(
    ("before", "after"), [("x", ""), ("a_1", ""), ("\\sqrt", "{2}"), ("f(x)", ""), ("", "catenane")]
)
def test_a_bracket_glued_to_a_sign_of_code_or_chemistry_is_an_index(before: str, after: str) -> None:
    assert is_index(before, after)


@pytest.mark.parametrize("before", ["of large networks", "of BERT", "of GPT-4", "of 92 %", "的准确率", "it is", ""])
def test_a_bracket_glued_to_a_word_is_a_marker(before: str) -> None:
    assert not is_index(before, ".")


@pytest.mark.parametrize("before", ["the range ", "95% CI ", "x ∈ ", "values in ", "y = ", "the vector ", "在区间"])
def test_an_interval_is_called_for_by_what_stands_before(before: str) -> None:
    assert needs_values(before, "", several=True)


@pytest.mark.parametrize("before", ["the models ", "as shown in ", "It is fast ", "token vectors ", "-> "])
def test_markers_are_not_called_for(before: str) -> None:
    assert not needs_values(before, "", several=True)


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("It is fast ", ".", True), ("It is fast ", "", True), ("It is fast. ", "", True),
        ("It is fast ", " and small", True),
        ("它很快", "。", True), ("we ", " prune", False), ("First: ", " prune", False), ("by Eq. ", ".", False),
        ("", " It is", False), ("f", ".", False), ("SU", ".", False), ("in ", ", it is", False),
    ],
)  # fmt: skip
def test_a_number_in_round_brackets_is_a_marker_only_at_the_end_of_a_clause(
    before: str, after: str, *, ends: bool
) -> None:
    assert ends_clause(before, after) == ends


@PROPERTY
@given(WRITTEN)
def test_only_sources_are_ever_written_as_markers_of_other_forms(text: str) -> None:
    before = set(map(int, re.findall(r"\d+", text)))
    plain, _ = plain_markers(text, SOURCES)
    assert set(map(int, re.findall(r"\[(\d+)\]", plain))) <= before | SOURCES.keys() | {2, 3}
