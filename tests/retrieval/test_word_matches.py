"""How a search tells what its best paper meets of a question: beside the others that it compared, by importance."""

from pathlib import Path

import pytest

from rag.library import Library
from rag.records import Filters
from rag.retrieval.results import USUAL
from rag.settings import Settings

QUESTION = "How many solar sails do they need?"


def test_a_word_that_one_paper_holds_is_met_better_there_than_elsewhere(five_papers: Path) -> None:
    with Library.open(five_papers, Settings()) as library:
        found = library.retrieve(QUESTION, limit=3)
    matches = {match.word: match for match in found.matches}
    assert "sails" in found.hits[0].paper.title.lower()
    assert matches["sails"].likeness > matches["sails"].elsewhere + 0.2


def test_the_fewer_papers_there_are_the_nearer_elsewhere_is_to_what_is_usual(five_papers: Path) -> None:
    with Library.open(five_papers, Settings()) as library:
        found = library.retrieve(QUESTION, limit=1)
        assert all(abs(match.elsewhere - USUAL) < 5 / 29 for match in found.matches)
        alone = library.retrieve(QUESTION, filters=Filters(papers=(found.hits[0].paper.paper_id,)))
    assert all(match.elsewhere == pytest.approx(USUAL) for match in alone.matches)


def test_what_is_found_elsewhere_does_not_hang_on_how_many_papers_are_asked_for(five_papers: Path) -> None:
    with Library.open(five_papers, Settings()) as library:
        one, other = (library.retrieve(QUESTION, limit=limit) for limit in (1, 40))
    assert one.matches == other.matches
    assert one.cosine == other.cosine


def test_words_that_carry_the_meaning_are_the_important_ones(five_papers: Path) -> None:
    with Library.open(five_papers, Settings()) as library:
        matches = {match.word: match for match in library.retrieve(QUESTION).matches}
    assert max(match.importance for match in matches.values()) == 1.0
    assert matches["sails"].importance > matches["need"].importance > 0


def test_the_cosine_is_that_of_the_best_paper(five_papers: Path) -> None:
    with Library.open(five_papers, Settings()) as library:
        near, far = (library.retrieve(text) for text in ("Solar sails", "The price of tea in a harbour town"))
    assert 0.2 < near.cosine <= 1.0
    assert far.cosine < near.cosine
