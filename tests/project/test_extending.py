"""What docs/extending.md shows works: each of its blocks is run, and the parts it names are there."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from rag.readers import reading
from rag.readers.base import Reader
from rag.records import Record

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"^## (.+?)\n.*?^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
PARTS = ("An embedding model", "A language model", "A reranker", "A claim checker", "A storage")
ROW = re.compile(r"^\| [^|]+ \| `([\w.]+)` \| `([\w/]+)` \| (.+) \|$", re.MULTILINE)


def module_of(*names: str) -> ModuleType:
    module = ModuleType("extending")
    for name in names:
        exec(compile(BLOCKS[name], f"docs/extending.md, {name}", "exec"), module.__dict__)
    return module


EXTENSIONS: Any = module_of(*PARTS)
TestPickledStorage = EXTENSIONS.TestPickledStorage  # the contract of all storages is kept by the one shown


def test_each_part_of_the_table_has_its_protocol_its_room_and_the_place_that_names_it() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) == 10
    for protocol, room, place in rows:
        module, _, name = protocol.rpartition(".")
        assert hasattr(import_module(module), name)
        assert (ROOT / room).is_dir()
        for file in re.findall(r"`([\w/]+\.py)`", place):
            assert (ROOT / file).is_file() or (ROOT / room / file).is_file(), file


def test_a_reader_of_one_file_and_one_line_is_asked_like_the_others(
    monkeypatch: pytest.MonkeyPatch, read_bytes: Any
) -> None:
    reader: Any = module_of("A reader")
    shown: Reader = reader
    monkeypatch.setattr(reading, "READERS", (shown, *reading.READERS))
    found = read_bytes(
        b"START_RECORD\nFIELD Title:Dunes\nFIELD Author:Lee, Ann; Okafor, Bram\nFIELD Abstract:They\nwander.\n"
        b"FIELD Publication Year:2019\nEND_RECORD\nSTART_RECORD\nFIELD Title:No abstract\nEND_RECORD\n"
    )
    assert found.records == [Record("Dunes", "They wander.", 1, authors=("Ann Lee", "Bram Okafor"), year=2019)]
    assert [rejection.line for rejection in found.rejections] == [8]


def test_an_embedding_model_gives_vectors_of_length_one() -> None:
    embedder = EXTENSIONS.HashedWords()
    a, b, c = (found.vector for found in embedder.embed(["Wandering dunes", "dunes wander", "a solar sail"]))
    assert np.linalg.norm(a) == pytest.approx(1.0, abs=1e-6)
    assert a @ b > 0.9
    assert a @ c < 0.5


def test_the_parts_put_together_answer_with_citations() -> None:
    space = dict(EXTENSIONS.__dict__)
    exec(compile(BLOCKS["Put together"], "docs/extending.md, Put together", "exec"), space)
    answer = space["answer"]
    assert space["report"].added == 40
    assert answer.answerer == "first sentence"
    assert answer.answered
    assert [claim.support for claim in answer.claims] == [1.0]
    assert [(claim.verdict, claim.checker) for claim in answer.claims] == [("supported", "copied")]
    assert "ColBERT" in answer.citations[0].paper.title
