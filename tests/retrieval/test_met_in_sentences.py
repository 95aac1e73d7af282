"""What a search tells of its hits: how the question's words are met in each sentence, and what any paper scores."""

import pytest

from rag.library import Library
from rag.records import Filters
from rag.retrieval.retriever import Retriever
from rag.text.words import stems

QUESTION = "How much GPU memory does LoRA save?"


@pytest.fixture
def retriever(samples: Library) -> Retriever:
    return samples._retriever()


def test_every_sentence_tells_how_the_words_of_the_question_are_met_in_it(retriever: Retriever) -> None:
    found = retriever.retrieve(QUESTION, limit=3)
    for hit in found.hits:
        met = found.met[hit.paper.paper_id]
        assert met.keys() <= {passage.start for passage in hit.passages}
        for words in met.values():
            assert words.keys() == found.weights.keys()
            assert all(-1.01 <= likeness <= 1.2 for likeness in words.values())


def test_a_word_is_better_met_in_sentences_that_hold_it(retriever: Retriever) -> None:
    found = retriever.retrieve(QUESTION, limit=1, filters=Filters())
    [hit] = found.hits
    with_it, without = list[float](), list[float]()
    for passage in hit.passages:
        met = found.met[hit.paper.paper_id].get(passage.start, {})
        for stem, likeness in met.items():
            (with_it if stem in stems(passage.text) else without).append(likeness)
    assert sum(with_it) / len(with_it) > sum(without) / len(without) + 0.2


def test_the_background_is_what_the_papers_behind_the_first_score(retriever: Retriever) -> None:
    found = retriever.retrieve(QUESTION, limit=3)
    assert 0 <= found.background < found.hits[0].score
    wide = retriever.retrieve(QUESTION, limit=30)
    behind = [hit.score for hit in wide.hits[6:30]]
    assert found.background == pytest.approx(sum(behind) / len(behind))
