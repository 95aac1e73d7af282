"""The language of a text, as far as little words and letters tell."""

import pytest

from rag.text.languages import is_foreign, language
from rag.text.word_lists import FOLDER, any_of, word_lists


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Die Methode erreicht die besten Werte.", "de"), ("La méthode atteint les meilleurs résultats.", "fr"),
        ("El método alcanza los mejores valores.", "es"), ("O método não atinge os melhores valores.", "pt"),
        ("Il metodo raggiunge i valori migliori della serie.", "it"), ("De methode wordt het meest gebruikt.", "nl"),
        ("Metoda jest szybka i nie wymaga etykiet.", "pl"), ("Bu yöntem daha hızlı ve çok iyi.", "tr"),  # noqa: RUF001
        ("Метод быстрый.", "ru"), ("这个方法很快。", "zh"), ("この方法は速い。", "ja"), ("이 방법은 빠르다.", "ko"),
        ("هذه الطريقة سريعة", "ar"), ("यह विधि तेज़ है", "hi"), ("השיטה מהירה", "he"), ("วิธีนี้เร็ว", "th"),
        ("The method is the fastest of all.", "en"), ("BERT在GLUE上达到92.8分", "zh"),
    ],
)  # fmt: skip
def test_a_sentence_tells_its_language(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text", ["", "SparseCut", "GPT-4, BERT", "71.5", "LoRA adapts weights", "Cross-attention layers"]
)
def test_what_has_no_little_words_is_of_no_language(text: str) -> None:
    assert language(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "BiP is a general endoplasmic reticulum stress marker.",
        "Alirocumab treatment reduces apo(a) fractional clearance rate in vivo.",
        "α and β control γ in the de novo design of Die Casting.",  # noqa: RUF001
        "The term 模型 is used for models in this paper.",
        "Poincaré and Schrödinger maps are used.",
    ],
)
def test_english_with_words_of_other_languages_is_english(text: str) -> None:
    assert language(text) == "en"


def test_two_texts_are_foreign_to_each_other_only_when_both_are_known() -> None:
    assert is_foreign("Die Methode ist die schnellste.", "It is the fastest of all.")
    assert not is_foreign("SparseCut", "It is the fastest of all.")
    assert not is_foreign("It is fast and small.", "It is the fastest of all.")


def test_word_lists_are_files_each_with_a_comment_that_says_what_they_are() -> None:
    for path in FOLDER.glob("*.toml"):
        assert path.read_text("utf-8").startswith("# ")
        assert word_lists(path.stem)
    assert any_of(["a", "b"]) == "(?:a|b)"
