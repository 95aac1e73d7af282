"""What counts as a word, a stem, a telling word and a name."""

import sqlite3

import pytest

from rag.text.words import content_words, names, stem, stems, words


def test_words_are_runs_of_letters_and_digits_with_their_places() -> None:
    text = "GPT-3's naïve_x²"
    assert [(word.text, text[word.start : word.end]) for word in words(text)] == [
        ("GPT", "GPT"), ("3", "3"), ("s", "s"), ("naïve", "naïve"), ("x²", "x²"),
    ]  # fmt: skip


def test_a_word_may_hold_letters_as_latex_writes_them() -> None:
    text = r"Poincar\'e and Schr{\"o}dinger's \emph{maps}"
    assert [word.text for word in words(text)] == [r"Poincar\'e", "and", r"Schr{\"o}dinger", "s", "emph", "maps"]
    assert stems(text)[:2] == stems("Poincaré Schrödinger") == stems("poincare schrodinger")


def test_content_words_leave_out_stop_words_and_single_letters_but_no_digits() -> None:
    assert [word.text for word in content_words("What is the k of A 3 model?")] == ["3", "model"]


def test_stems_come_once_in_order() -> None:
    assert stems("Forests, forest and pruning; pruned forests") == ["forest", "prune"]


@pytest.mark.parametrize(
    "word", ["generalisation", "pruning", "networks", "studies", "agreed", "relational", "hopping"]
)
def test_a_stem_is_the_one_of_full_text_search(word: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'porter unicode61')")
    database.execute("CREATE VIRTUAL TABLE v USING fts5vocab ('t', 'row')")
    database.execute("INSERT INTO t VALUES (?)", (word,))
    assert database.execute("SELECT term FROM v").fetchall() == [(stem(word),)]
    database.close()


def test_names_are_told_by_capitals_and_digits() -> None:
    found = [word.text for word in names("Does Adam beat LAMB on cifar10? Which Sets are used in deep nets?")]
    assert found == ["Adam", "LAMB", "cifar10", "Sets"]
