"""Damaged files of every format: a record or a rejection with its reason, never an exception."""

from pathlib import Path
from random import Random

import pytest

from eval.benchmarks.readers.fuzz_seeds import SEEDS
from eval.benchmarks.readers.fuzzing import broken_promises, damaged, try_reader
from rag.readers import read_file
from rag.readers.formats import markdown_note
from rag.readers.reading import BINARY_READERS, NAMES, READERS
from rag.records import Record, Rejection

PAPERS_OF = {markdown_note.NAME: 1}  # of the sound files that hold less than three
INPUTS = 120  # a format; eval.benchmarks fuzz tries a thousand


def test_every_reader_has_a_sound_file_to_be_damaged() -> None:
    assert {name.partition(": ")[0] for name in SEEDS} == set(NAMES)


@pytest.mark.parametrize("name", SEEDS)
def test_a_sound_file_is_read_whole_by_its_own_reader(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sound"
    path.write_bytes(SEEDS[name])
    text = SEEDS[name].decode("utf-8", "surrogateescape")
    binary = [one.NAME for one in BINARY_READERS if one.recognises(SEEDS[name])]
    readers = iter([*binary, *(one.NAME for one in READERS if one.sniff(text))])
    assert next(readers) == name.partition(": ")[0]
    found = [one for _, one in read_file(path)]
    assert len([one for one in found if isinstance(one, Record)]) >= PAPERS_OF.get(name, 3)
    assert not [one for one in found if isinstance(one, Rejection)]


@pytest.mark.parametrize("name", SEEDS)
def test_no_damage_is_an_exception_or_breaks_a_promise(tmp_path: Path, name: str) -> None:
    tally = try_reader(name, INPUTS, tmp_path / "damaged")
    assert tally.faults == []
    assert tally.records > (INPUTS / 10 if PAPERS_OF.get(name, 3) else -1)
    assert tally.rejections > INPUTS / 10


def test_the_same_seed_gives_the_same_damage() -> None:
    seed = SEEDS["JSON"]
    assert damaged(seed, Random(5)) == damaged(seed, Random(5)) != damaged(seed, Random(6))


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (Record("?", "We rest.", 1), "without words"),
        (Record("T" * 1_001, "We rest.", 1), "too long"),
        (Record("T", "We\nrest.", 1), "several lines"),
        (Record("T", "We rest.", 1, authors=("",)), "empty id or name"),
        (Record("T", "We rest.", 1, year=1), "a year"),
        (Record("T", "We rest.", 0), "a line"),
        (Record("T", "We rest.", 1, url="\ud800"), "half a character"),
        (Rejection("here", 1, ""), "a reason that is none"),
        (Rejection("here", 0, "why"), "line 0"),
        (Rejection("there", 1, "why"), "another source"),
    ],
)
def test_a_broken_promise_is_noticed(found: Record | Rejection, what: str) -> None:
    assert any(what in one for one in broken_promises("here", found))
    assert not list(broken_promises("here", Record("T", "We rest.", 1)))
