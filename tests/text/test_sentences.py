"""Abstracts to sentences: whatever the text, nothing is lost and nothing stands twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.sentences import LONGEST, SHORTEST, sentence_spans

PROPERTY = settings(deadline=None, max_examples=150)
# Bits that sentence rules stumble over: ends of sentences, quotes, odd white space, other scripts, loose accents.
BITS = "We prune it|e.g.|et al.|Fig. 3|3.14|A|. |?! |...|…|\n\n|\r\n|\t| |\xa0|\u2028|\x85|\x1c|\u200b"
MORE_BITS = '"|”|(|[1]|http://x.org/a.b|。|模型|e\u0301|😀|\0|-----|1,000'
AWKWARD = st.lists(st.sampled_from(f"{BITS}|{MORE_BITS}".split("|")), max_size=60).map("".join)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def check_spans(text: str) -> None:
    position = 0
    for start, end in sentence_spans(text):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert end - start <= LONGEST
        position = end
    assert not text[position:].strip()


@PROPERTY
@given(st.text(max_size=500))
def test_spans_of_any_text_are_in_order_and_leave_out_only_white_space(text: str) -> None:
    check_spans(text)


@PROPERTY
@given(AWKWARD)
def test_spans_of_awkward_text_are_in_order_and_leave_out_only_white_space(text: str) -> None:
    check_spans(text)


@PROPERTY
@given(st.lists(st.integers(min_value=0, max_value=1_500), max_size=6))
def test_long_words_are_cut_without_losing_a_character(lengths: list[int]) -> None:
    check_spans(" ".join("x" * length for length in lengths))


def test_an_abstract_falls_into_its_sentences() -> None:
    text = "We propose a new way to prune. It needs no labels at all! Does it help on large models?"
    assert sentences(text) == [
        "We propose a new way to prune.",
        "It needs no labels at all!",
        "Does it help on large models?",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The accuracy rises by 3.5 points over the baseline.",
        "Following Vaswani et al. 2017, we stack attention layers.",
        "Some tasks, e.g. translation and summarisation, gain more.",
        "As Fig. 3 shows, the error falls with the model's size.",
        "The U.S. patents of the last decade make up our corpus.",
    ],
    ids=["decimal point", "et al.", "e.g.", "Fig.", "U.S."],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [text]


def test_white_space_around_sentences_is_in_no_span() -> None:
    text = "  The first sentence stands here alone.\n\n\t The second one follows after a gap.  \n"
    assert sentences(text) == ["The first sentence stands here alone.", "The second one follows after a gap."]


@pytest.mark.parametrize("text", ["", " ", "\n\t\u2028 "])
def test_a_text_without_words_has_no_sentence(text: str) -> None:
    assert sentence_spans(text) == []


def test_a_scrap_joins_the_sentence_before_it() -> None:
    text = "We compare it with every earlier method. See below. It wins on all of the five tasks."
    assert sentences(text) == [
        "We compare it with every earlier method. See below.",
        "It wins on all of the five tasks.",
    ]


def test_a_scrap_at_the_beginning_joins_the_sentence_after_it() -> None:
    text = "Background. Large models are slow to train on small machines."
    assert len("Background.") < SHORTEST
    assert sentences(text) == [text]


def test_text_without_punctuation_is_cut_between_words() -> None:
    text = " ".join(["pruning"] * 600)
    found = sentences(text)
    assert len(found) > 1
    assert {word for sentence in found for word in sentence.split()} == {"pruning"}
    assert sum(len(sentence.split()) for sentence in found) == 600


def test_a_word_longer_than_any_sentence_is_cut_anywhere() -> None:
    assert [len(sentence) for sentence in sentences("x" * (2 * LONGEST + 500))] == [LONGEST, LONGEST, 500]
