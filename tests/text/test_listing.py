"""Questions that ask for a list, and those that only look so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.questions.listing import listed_in


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("List all papers on differential privacy", "differential privacy"),
        ("list papers about graph kernels.", "graph kernels"),
        ("Which papers use contrastive learning?", "contrastive learning"),
        ("Can you show me the papers that study sparse attention?", "sparse attention"),
        ("Please give me a list of articles on protein folding", "protein folding"),
        ("What papers do I have about solar sails?", "solar sails"),
        ("Which studies in my library deal with sleep?", "sleep"),
        ("How many papers discuss dropout?", "dropout"),
        ("Are there any papers on river deltas?", "river deltas"),
        ("papers on gradient boosting", "gradient boosting"),
        ("What methods are there for pruning neural networks?", "pruning neural networks"),
        ("Which approaches to continual learning exist?", "continual learning"),
        ("What pruning methods have been proposed for language models?", "pruning methods for language models"),
    ],
)
def test_a_question_that_asks_for_a_list_says_what_it_wants_listed(question: str, topic: str) -> None:
    assert listed_in(question) == topic
    assert str(listed_in(f"  {question.upper()} ")).lower() == topic.lower()


@pytest.mark.parametrize(
    "question",
    [
        "What is dropout?",
        "Which paper introduced dropout?",  # one
        "Which papers use dropout and how do they differ?",  # more than a list
        "Which papers use dropout, and what for?",
        "Which papers use it?",  # hangs on an earlier question
        "Which papers are about dropout but not attention?",  # what no topic says
        "Which papers on dropout were published since 2020?",
        "List the datasets that the authors used.",
        "List three results of the dropout paper.",
        "What methods does the paper compare with?",
        "What are the two methods there?",
        "What approaches work best on CIFAR-10?",
        "How many papers does the survey cover?",
        "Which works better, dropout or batch normalisation?",
        "What models are there for comparison in the paper?",
        "papers on ?",
        "List all papers on the",
    ],
)
def test_any_other_question_is_none_of_these(question: str) -> None:
    assert listed_in(question) is None


@given(st.text(max_size=200))
def test_any_text_is_read_and_a_topic_is_part_of_it(text: str) -> None:
    topic = listed_in(text)
    assert topic is None or set(topic.split()) <= {*text.split(), "for"}


def test_a_long_question_is_read_at_once() -> None:
    assert listed_in("list papers " + "that use of the " * 250) is None
