"""In which language a question is asked; English ones are never taken for others."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.library import Library
from rag.text.languages import SCRIPTS, little_words
from rag.text.questions.languages import NAMES, question_language
from rag.text.word_lists import word_lists

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    json.loads(line)
    for line in (ROOT / "eval" / "data" / "languages" / "questions.jsonl").read_text("utf-8").splitlines()
]
ENGLISH = [row["question"] for row in ROWS if row["language"] == "en"]


@pytest.mark.parametrize("question", ENGLISH)
def test_an_english_question_is_never_taken_for_another_whatever_names_are_in_it(question: str) -> None:
    assert question_language(question) == ""


@pytest.mark.parametrize("question", ["Was ist Deep Sets?", "Was ist ColBERT", "was sind Graph Kernels?"])
def test_a_question_for_a_name_is_german_though_english_asks_with_its_first_word(question: str) -> None:
    assert question_language(question) == "de"


@pytest.mark.parametrize("question", ["Was LoRA tuned?", "Was Kan right?", "Who wrote IST papers?"])
def test_was_alone_tells_no_german(question: str) -> None:
    assert question_language(question) == ""


@pytest.mark.parametrize("code", sorted({row["language"] for row in ROWS} - {"en"}))
def test_most_questions_of_a_language_are_seen_and_called_by_its_name(code: str) -> None:
    told = [question_language(row["question"]) for row in ROWS if row["language"] == code]
    assert told.count("") <= len(told) * 0.2
    assert told.count(code) >= len(told) * 0.75


def test_every_language_that_can_be_told_has_a_name() -> None:
    assert set(NAMES) == (set(little_words()) | set(SCRIPTS.values())) - {"en"}
    assert set(word_lists("asking")) - {"names"} == set(little_words())


@pytest.mark.parametrize(
    "question",
    [
        "Che Guevara poster", "Men, women and bias", "van der Waals forces", "la la la", "non-iid data in FedAvg",
        "What does 注意力机制 mean?", "WAS IST DAS", "die", "Kan Extensions", "u-μP", "Where does Äpfel come from?", "",
    ],
)  # fmt: skip
def test_names_titles_and_quoted_words_make_no_question_foreign(question: str) -> None:
    assert question_language(question) == ""


@given(st.text())
def test_any_text_has_a_language_with_a_name_or_none(text: str) -> None:
    assert question_language(text) in {"", *NAMES}


@given(st.sampled_from(ENGLISH), st.sampled_from(["Müller", "São Paulo", "El Niño", "Wie", "Größe", "模型"]))
def test_a_foreign_name_behind_an_english_question_changes_nothing(question: str, name: str) -> None:
    assert question_language(f"Why does {question} {name} work?") == ""


def test_an_answer_to_it_says_what_the_bundled_model_reads_and_what_to_set(samples: Library) -> None:
    for question, name in (
        ("Was ist Late Interaction bei ColBERT?", "German"),
        ("什么是ColBERT的延迟交互", "Chinese"),
    ):
        [note] = samples.ask(question).notes
        assert note.startswith(f"The bundled model reads English; this question looks {name}. Ask in English, or set")
        assert "ASKPAPERS_EMBEDDING=hf:" in note
        assert "askpapers rebuild" in note
        assert samples.retrieve(question).notes == (note,)
    assert samples.ask("What is late interaction in ColBERT?").notes == ()
