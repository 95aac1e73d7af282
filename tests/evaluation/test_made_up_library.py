"""Made-up papers, the quick embedder, and what is told of a library before it is made."""

import shutil
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.speed.at_size import foretelling
from eval.speed.at_size.foretelling import foretell
from eval.speed.at_size.made_up import FEWEST, MOST, paper, papers, questions
from eval.speed.at_size.making import check_folder
from eval.speed.at_size.quick_embedder import DIMENSION, QuickEmbedder
from eval.speed.at_size.rows import Row, as_markdown
from rag.errors import SourceError, StorageError
from rag.library import Library


@settings(deadline=None)  # the first makes up the words
@given(st.integers(1, 10_000_000))
def test_a_paper_is_made_of_its_number_alone(number: int) -> None:
    assert paper(number) == paper(number)
    assert paper(number) != paper(number + 1)
    assert FEWEST <= len(paper(number).abstract.split()) <= MOST
    assert paper(number).authors


def test_a_larger_library_goes_on_with_the_papers_of_a_smaller_one() -> None:
    assert list(papers(60))[:40] == list(papers(40))


def test_words_are_as_unevenly_frequent_as_those_of_a_language() -> None:
    found = Counter(word.strip(".").lower() for _, one in papers(400) for word in one.abstract.split())
    total, ranked = found.total(), [count for _, count in found.most_common()]
    assert 0.15 < sum(ranked[:10]) / total < 0.45  # of English texts a quarter to a third
    assert sum(count == 1 for count in ranked) / len(ranked) > 0.35  # and about half of all words stand there once


def test_the_nearest_paper_is_of_the_same_topic_and_far_nearer_than_most() -> None:
    found = QuickEmbedder().embed([one.abstract for _, one in papers(300)])
    vectors = np.stack([one.vector for one in found])
    assert vectors.shape == (300, DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    assert np.median(cosines.max(axis=1)) > np.median(cosines) + 0.2


def test_a_state_stands_for_each_word_at_its_place_also_of_an_empty_text() -> None:
    [found, empty] = QuickEmbedder().embed(["Sparse nets, fast.", ""])
    assert ["Sparse nets, fast."[start:end] for start, end in found.offsets] == ["Sparse", "nets", ",", "fast", "."]
    assert found.tokens.shape == (5, DIMENSION)
    assert np.isfinite(empty.vector).all()


def test_questions_are_of_papers_spread_over_the_library() -> None:
    assert len(set(questions(5_000, 20))) == 20


@pytest.mark.parametrize(
    ("what", "value", "size", "limit", "told"),
    [
        ("warm search, p50", 29.0, 100_000, 30.0, "kept"),
        ("warm search, p50", 31.0, 500, 30.0, "**not kept**"),  # no slower for being small
        ("warm search, p50", 80.0, 550_000, 90.0, "kept"),  # half of the way to what a million may take
        ("warm search, p50", 80.0, 2_000_000, None, ""),
        ("on disk, all", 3_700.0, 200_000, 3_600.0, "**not kept**"),
        ("recall@10 of the index against all compared", 0.985, 300_000, 0.99, "**not kept**"),
        ("opening", 9.0, 100_000, None, ""),
    ],
)
def test_a_limit_is_that_of_the_size(what: str, value: float, size: int, limit: float | None, told: str) -> None:
    row = Row(what, value, "ms")
    assert row.limit(size) == pytest.approx(limit)
    assert row.within(size) is {"kept": True, "**not kept**": False, "": None}[told]
    assert as_markdown([row], size).splitlines()[-1].split(" | ")[3] == told


def test_a_disk_that_is_too_small_is_told_in_one_line_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(*_: Any) -> dict[str, Any]:
        return {"rate": 100.0}

    monkeypatch.setattr(foretelling, "run_step", tried)
    monkeypatch.setattr(foretelling, "library_size", lambda folder: 500 * 20_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=10**9))
    with pytest.raises(StorageError) as told:
        foretell(1_000_000, tmp_path / "there")
    assert str(told.value) == (
        f"1,000,000 made-up papers take about 4.2 hours and 22.0 GB of disk in {tmp_path / 'there'}, where 1.0 GB are "
        "free. Make room, ask for fewer, or name another folder with --keep."
    )
    assert not list(tmp_path.iterdir())
    assert foretell(10_000, tmp_path / "there").size == 220_000_000


def test_a_folder_of_somebodys_own_is_left_alone(tmp_path: Path, sample_folder: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, sample_folder, tmp_path / "notes.txt"):
        with pytest.raises(SourceError, match="holds something else than a library of made-up papers"):
            check_folder(folder)
    with Library.open(sample_folder) as library:
        assert len(library)
