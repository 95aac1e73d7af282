"""Mistyped words are read as words of the library; what is right, a name or nobody's business stays as it is."""

import random
from dataclasses import replace

import pytest

from rag.library import Library
from rag.models.embedders.base import Embedder
from rag.retrieval.spelling import plain_words, readings
from rag.text.questions.readings import as_read

QUESTION = "How does dropout prevent overfitting?"


def read(library: Library, question: str) -> str:
    return as_read(question, library._retriever().readings(question))


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("How does dropuot prevent overfitting?", QUESTION),  # swapped
        ("How does dropot prevent overfitting?", QUESTION),  # dropped
        ("How does droppout prevent overfitting?", QUESTION),  # doubled
        ("How does dropput prevent overfitting?", QUESTION),  # replaced
        ("How are large language modles trained?", "How are large language models trained?"),
        ("What is self-supervsied learning?", "What is self-supervised learning?"),
        ("What do neural netwroks and langauge models share?", "What do neural networks and language models share?"),
    ],
)
def test_a_mistyped_word_is_read_as_the_word_of_the_papers(samples: Library, mistyped: str, meant: str) -> None:
    assert read(samples, mistyped) == meant


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "What is TaylorSeer?",  # inner capitals
        "What does Dropuot do?",  # a name
        'What is "dropuot"?',  # quoted
        "What is “dropuot” or 'dropuot' or `dropuot`?",
        "What is dropuot2 or drop_puot or dropuot.py or ml/dropuot?",  # identifiers
        "Who mailed me@dropuot.org about arXiv:1706.03762?",
        "什么是dropuot",
        "Which wine goes with grilled salmon?",  # English that no paper holds
        "Does splicing of histones need morphine?",
        "Is a pretrained multiphysics model cheaper?",  # made of words that are known
        "Wie verhindert dropuot Überanpassung und warum?",  # in another language
        "lroa",  # short
    ],
)
def test_everything_else_stays_as_it_is(samples: Library, question: str) -> None:
    assert read(samples, question) == question


def test_two_mistakes_are_found_in_long_words_only(samples: Library) -> None:
    assert read(samples, "What does a trnasfomer do?") == "What does a Transformer do?"  # as the papers write it
    assert read(samples, "Which modsel?") == "Which model?"
    assert read(samples, "Which msodsel?") == "Which msodsel?"


def test_what_is_shown_is_a_word_of_a_paper_and_no_stem(samples: Library) -> None:
    texts = " ".join(f"{paper.title} {paper.abstract}" for paper in samples.selected())
    draw = random.Random(4)
    found = 0
    for _, word in draw.sample(sorted(set(plain_words(texts)), key=lambda one: one[1]), 60):
        at = draw.randrange(1, len(word) - 1)
        for one in samples._retriever().readings(f"about {word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"):
            assert one.read in texts
            found += 1
    assert found > 30


def test_a_model_that_tells_no_vocabulary_reads_nothing_otherwise(samples: Library) -> None:
    class Silent:
        """An embedding model behind an endpoint."""

        name = "openai:any"

    assert readings("What is dropuot?", Silent(), samples._collection.storage.catalog) == ()


def test_the_bundled_model_knows_whole_entries_alone(embedder: Embedder) -> None:
    assert embedder.knows("attention")  # type: ignore[attr-defined]
    assert not embedder.knows("dropuot")  # type: ignore[attr-defined]


def test_a_search_reads_mistyped_words_and_tells_so_unless_it_is_as_written(samples: Library) -> None:
    assert samples.search("dropuot") == samples.search("dropout")
    found = samples.find("dropuot")
    assert 'Read "dropuot" as "dropout".' in found.notes
    assert found.query == "dropuot"
    assert samples.retrieve("dropuot").notes[0] == 'Read "dropuot" as "dropout".'
    assert samples.find("dropuot", as_written=True).notes == samples.find("zzgrxq", as_written=True).notes


def test_an_answer_tells_what_was_read_and_is_that_of_the_question_meant(samples: Library) -> None:
    mistyped = " How does dropuot prevent overfitting?"
    answer, meant = samples.ask(mistyped), samples.ask(QUESTION)
    assert [(one.written, one.read, one.start) for one in answer.searched.readings] == [("dropuot", "dropout", 9)]
    assert answer.text == meant.text
    assert replace(answer.searched, readings=()) == meant.searched
    assert answer.rewritten is None
    assert answer.question == mistyped
    assert answer.read == 'Read "dropuot" as "dropout".'
    assert answer.read in str(answer)
    assert answer.read in answer._repr_html_().replace("&quot;", '"')
    assert list(answer.to_dict()["searched"]["readings"]) == [{"written": "dropuot", "read": "dropout", "start": 9}]


def test_asked_as_written_nothing_is_read_otherwise(samples: Library) -> None:
    answer = samples.ask("How does dropuot prevent overfitting?", as_written=True)
    assert answer.searched.readings == ()
    assert answer.searched.query == "How does dropuot prevent overfitting?"


def test_a_list_is_of_what_was_meant(samples: Library) -> None:
    mistyped, meant = samples.ask("List all papers on dropuot"), samples.ask("List all papers on dropout")
    assert mistyped.matching == meant.matching
    assert mistyped.text == meant.text
