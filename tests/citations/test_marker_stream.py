"""A model's text as it is streamed: markers are shown as they will stand, whatever the pieces in which it comes."""

import re
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.citations.model_text.marker_grammar import numbers_in
from rag.citations.model_text.marker_stream import Preview
from rag.citations.model_text.markers import read_markers
from tests.citations.hostile_texts import BITS, MARKERS, PROPERTY, SOURCES, STRANGE, is_plain


def previewed(pieces: list[str]) -> list[str]:
    """Return what is shown after each piece, then the rest, of sources that are 5, 6 and 7 in the conversation."""
    preview = Preview(SOURCES, lambda number: number + 4)
    return [*(preview.feed(piece) for piece in pieces), preview.rest()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is so [1].", "It is so [5]."),
        ("It is so [1, 2].", "It is so [5][6]."),
        ("It is so [1-3] 【2】.", "It is so [5][6][7] [6]."),
        ("It is so [2, 9]. Or [9]?", "It is so [6]. Or ?"),
        ("It is in [0, 1], in [1, 3] or [CLS].", "It is in [0, 1], in [1, 3] or [CLS]."),
        ("It is never closed [1", "It is never closed [1"),
        ("It is on [1\n] two lines.", "It is on [1\n] two lines."),
        ("[9 [9]] it [a [2]] is.", " it [a [6]] is."),
    ],
)
def test_a_stream_shows_markers_as_they_will_stand(text: str, shown: str) -> None:
    assert "".join(previewed([text])) == shown


def test_a_sentence_copied_with_its_label_cites_its_source() -> None:
    text = "1.3: But nothing handles it well today.\n1.5: We show that these spaces form something new.\n9.1: Not so."
    first, second, third = read_markers(text, SOURCES).sentences
    assert (first.text, first.numbers) == ("But nothing handles it well today.", (1,))
    assert (second.text, second.numbers) == ("We show that these spaces form something new.", (1,))
    assert (third.text, third.numbers) == ("9.1: Not so.", ())
    assert read_markers("2.5 times faster than any other.", SOURCES).sentences[0].text.startswith("2.5 times")
    shown = "But nothing handles it well today.\nWe show that these spaces form something new.\n9.1: Not so."
    assert "".join(previewed([text])) == shown


def test_the_head_of_a_source_copied_as_a_marker_is_one() -> None:
    [sentence] = read_markers('It has 13B parameters [source number="2"].', SOURCES).sentences
    assert (sentence.text, sentence.numbers) == ("It has 13B parameters.", (2,))


def test_nothing_is_shown_of_a_marker_before_it_is_whole() -> None:
    assert previewed(["So [", "1", ", ", "2", "]", "."]) == ["So ", "", "", "", "[5][6]", ".", ""]
    assert previewed(["So [", "1", "\n", "2"]) == ["So ", "", "[1\n", "", "2"]


STREAMED = st.lists(
    st.sampled_from([*MARKERS.split("|"), *BITS.split("|"), "N", "S"])
    | st.sampled_from(["9", "1 ", "[9", "9]", "source ", "words of a text ", "x" * 55])
    | STRANGE,
    max_size=40,
).map("".join)


@PROPERTY
@given(STREAMED, st.lists(st.integers(min_value=0, max_value=300), max_size=30))
def test_a_stream_shows_the_same_whatever_its_pieces(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert "".join(previewed(pieces)) == "".join(previewed([text])) == "".join(previewed(list(text)))


@PROPERTY
@given(STREAMED.filter(lambda text: is_plain(text) and "`" not in text and "~~~" not in text))
@example("[9 [9 [9]]] [9[9]]")
def test_a_stream_never_shows_a_number_that_no_source_has(text: str) -> None:
    shown = "".join(previewed([text]))
    for inside in re.findall(r"[\[【]([^\[\]【】\n]{1,60})[\]】]", shown.replace("[1, 3]", "")):
        for first, last in numbers_in(inside) or ():
            assert 5 <= first <= last <= 7


@PROPERTY
@given(STREAMED)
def test_a_stream_holds_back_no_more_than_a_marker(text: str) -> None:
    preview, taken, shown = Preview({}, lambda number: number), 0, 0
    plain = re.sub(r"[\]】]", "", text)  # nothing is ever left out
    for character in plain:
        taken += 1
        shown += len(preview.feed(character))
        assert taken - shown <= Preview.HELD
    assert shown + len(preview.rest()) == taken


@pytest.mark.parametrize("bit", ["[", "[1", "[1] ", "x", "[[1]]", "]"])
def test_a_long_stream_takes_no_time(bit: str) -> None:
    text = (bit * 20_000)[:20_000]
    before = process_time()
    previewed([text[start : start + 3] for start in range(0, len(text), 3)])
    assert process_time() - before < 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("So (Source 1), so（来源2）.", "So [5], so[6]."),  # noqa: RUF001
        ("So [1](http://a.b/c) and [[2]](http://a.b/c).", "So [5] and [6]."),
        ("So <sup>1</sup>, so <cite>[2]</cite>.", "So [5], so [6]."),
        (r"So \cite{1}, so \[2\].", "So [5], so [6]."),
        ("So (Khattab and Zaharia, 2020).", "So [5]."),
        ("So [1, p. 3] and [2: Karpukhin et al., 2020].", "So [5] and [6]."),
        ("So x[1] is in the interval [1, 2] [1].", "So x[1] is in the interval [1, 2] [5]."),
        ("So `a, [1, 2]` is [1].\n```\nx = [1]\n```\nSo [2].", "So `a, [1, 2]` is [5].\n```\nx = [1]\n```\nSo [6]."),
        ("It is < 5 and (so far) good.", "It is < 5 and (so far) good."),
        ('{"answer": "It is so.", "citations": [1]}', "It is so. [5]"),
        ('```json\n{"answer": "It is so [2]."}\n```', "It is so [6]."),
        ("{x} is a set.", "{x} is a set."),
    ],
)
def test_other_forms_are_shown_as_they_will_stand_too(text: str, shown: str) -> None:
    assert "".join(previewed(list(text))) == shown


def test_nothing_is_shown_of_a_reply_in_json_before_it_is_whole() -> None:
    *before, last = previewed(list('{"answer": "It is so [1]."}'))
    assert (set(before), last) == ({""}, "It is so [5].")
