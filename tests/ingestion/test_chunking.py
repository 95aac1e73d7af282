"""Abstracts to chunks: whole sentences under their title, never more than the model's window holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingestion.chunking import Chunk, chunk
from rag.text.sentences import sentence_spans

PROPERTY = settings(deadline=None, max_examples=100)
SENTENCES = [f"Sentence {name} has exactly seven words here." for name in ("one", "two", "three", "four")]
ABSTRACT = " ".join(SENTENCES)
TEXTS = st.lists(
    st.lists(st.sampled_from(["pruning", "3.5", "of", "e.g.", "GPT-4"]), min_size=1, max_size=40).map(
        lambda words: f"We study {' '.join(words)} here."
    ),
    min_size=1,
    max_size=8,
).map("  ".join)


def words(text: str) -> int:
    return len(text.split())


def test_an_abstract_that_fits_is_one_chunk_under_its_title() -> None:
    assert chunk("A title", ABSTRACT, words, 100) == [Chunk(f"A title. {ABSTRACT}", 9, 0, len(ABSTRACT))]


@pytest.mark.parametrize("title", ["Why prune?", "We prune.", "Prune!"])
def test_a_title_that_ends_a_sentence_gets_no_second_full_stop(title: str) -> None:
    [one] = chunk(title, ABSTRACT, words, 100)
    assert one.text.startswith(f"{title} Sentence one")


def test_a_long_abstract_is_split_between_sentences_as_late_as_the_window_allows() -> None:
    chunks = chunk("Title", ABSTRACT, words, 1 + 7 * 2 + 1)
    assert [one.text for one in chunks] == [
        f"Title. {SENTENCES[0]} {SENTENCES[1]}",
        f"Title. {SENTENCES[2]} {SENTENCES[3]}",
    ]


def test_a_text_as_long_as_the_window_is_split_for_the_model_may_have_cut_it() -> None:
    assert len(chunk("Title", ABSTRACT, words, 1 + 7 * 4)) == 2
    assert len(chunk("Title", ABSTRACT, words, 1 + 7 * 4 + 1)) == 1


def test_a_sentence_longer_than_the_window_is_a_chunk_by_itself() -> None:
    long = "This sentence goes on and on " + "for ever " * 20 + "until it ends."
    chunks = chunk("Title", f"{SENTENCES[0]} {long} {SENTENCES[1]}", words, 12)
    assert [one.text.removeprefix("Title. ") for one in chunks] == [SENTENCES[0], long, SENTENCES[1]]


@PROPERTY
@given(st.sampled_from(["Title", "On pruning large models?", "A study."]), TEXTS, st.integers(5, 80))
def test_chunks_of_any_abstract_are_its_sentences_in_order_within_the_window(
    title: str, abstract: str, window: int
) -> None:
    chunks = chunk(title, abstract, words, window)
    starts, ends = zip(*sentence_spans(abstract), strict=True)
    position = 0
    for text, prefix, start, end in chunks:
        assert text[prefix:] == abstract[start:end]
        assert text[:prefix].startswith(title)
        assert not abstract[position:start].strip()
        assert start in starts
        assert end in ends
        alone = starts.index(start) == ends.index(end)
        assert words(text) < window or alone
        position = end
    assert not abstract[position:].strip()
