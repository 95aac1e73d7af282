"""Whatever text a model writes: only sources come out, nothing of it is lost, and what is shown is what is cited."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from rag.citations.model_text.marker_grammar import numbers_in
from rag.citations.model_text.markers import read_markers
from tests.citations.hostile_texts import (
    FIRST,
    HOSTILE,
    MARKERS,
    PROPERTY,
    SECOND,
    SOURCES,
    claiming,
    is_plain,
    rendered,
)


@PROPERTY
@given(HOSTILE)
@example("source " + "1" * 5_000)
@example("[" + "1  " * 19 + "x]")
def test_only_numbers_of_sources_ever_come_out_and_each_once(text: str) -> None:
    for sentence in claiming(text):
        assert set(sentence.numbers) <= SOURCES.keys()
        assert len(set(sentence.numbers)) == len(sentence.numbers)
        assert any(character.isalnum() for character in sentence.text)


@PROPERTY
@given(HOSTILE.filter(is_plain))
@example(f"{FIRST} [9 [9]] [9 [9 [9 [9 [9 [9 [9 [9]]]]]]]]")
def test_no_marker_is_left_in_a_sentence(text: str) -> None:
    said = "[1, 3]"  # a source says that
    for sentence in read_markers(text, SOURCES).sentences:
        for inside in re.findall(r"[\[【]([^\[\]【】\n]{1,60})[\]】]", sentence.text.replace(said, "")):
            assert numbers_in(inside) is None


# Sentences that are told apart without doubt, between markers of every kind and line breaks.
SENTENCES = [FIRST, SECOND, "Why is the ranking done as late as this?", "In 2020 it won by 3.5 points over all others!"]
OPENINGS = [
    "According to source 2, ",
    "Source 3 says: ",
    "Sources 1 and 2 agree. ",
    "In [1], ",
    "(Khattab et al., 2020)",
]
SEPARATORS = [" ", ".", "\n", "\n\n", "\n- ", "\n2. ", "**"]
WRITTEN = st.lists(st.sampled_from([*MARKERS.split("|"), *SENTENCES, *OPENINGS, *SEPARATORS]), max_size=30).map("".join)

# An opening that nothing follows opens nothing: in front of a marker that goes it is read as words, alone as none.
NOTHING_OPENED = re.compile(r"(?:According to source 2, |Source 3 says: |In \[1\], )[\W\d]*(?:\n|\Z)")


def cited_in(text: str) -> set[int]:
    return {number for sentence in read_markers(text, SOURCES).sentences for number in sentence.numbers}


@PROPERTY
@given(WRITTEN.filter(lambda text: is_plain(text) and not NOTHING_OPENED.search(text)))
def test_what_was_read_and_rendered_cites_the_same_when_read_again(text: str) -> None:
    assert cited_in(rendered(text)) == cited_in(text)


@PROPERTY
@given(HOSTILE.filter(is_plain))
def test_an_answer_shows_the_markers_of_what_it_cites_and_no_others(text: str) -> None:
    said = rendered(text).replace("[1, 3]", "")
    assert {int(number) for number in re.findall(r"\[(\d+)\]", said)} == cited_in(text)


LETTERS = st.text(st.characters(codec="utf-8", categories=["L", "M", "P", "S", "Zs"]), max_size=8)


@PROPERTY
@given(
    st.lists(st.tuples(LETTERS, st.sampled_from([" ", ", ", ". ", "; ", "\n", "\n- ", " [", "] ", " (", ") ", "-"])))
)
def test_text_without_markers_keeps_all_its_letters_and_digits(parts: list[tuple[str, str]]) -> None:
    # Each word is there once; marks of headings and of introductions are another test's.
    clean = [re.sub(r"[:#*\d]|answer|source|reference", "", word, flags=re.IGNORECASE) for word, _ in parts]
    text = "".join(f"{word}w{n}x{end}" for n, (word, (_, end)) in enumerate(zip(clean, parts, strict=True)))
    for said in ("".join(sentence.text for sentence in read_markers(text, SOURCES).sentences), rendered(text)):
        assert [c for c in said if c.isalnum()] == [c for c in text if c.isalnum()]
