"""The map for the page: made in the background once a version, and told how far it is meanwhile."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from rag.errors import StorageError
from rag.library import Library
from rag.mapping import PaperMap
from rag.settings import Settings
from ui.page.jobs.maps import Maps


async def until_made(made: Maps, library: Library) -> dict[str, Any]:
    while "expected" in (told := await made.look(library)):
        assert told["expected"] >= 1
    return told


def test_a_map_tells_how_far_it_is_and_then_its_groups(samples: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    go, made_map = threading.Event(), samples.map

    def held() -> PaperMap:
        go.wait(20)
        return made_map()

    monkeypatch.setattr(samples, "map", held)

    async def looked() -> tuple[dict[str, Any], dict[str, Any]]:
        made = Maps()
        early = await made.look(samples)
        go.set()
        return early, await until_made(made, samples)

    early, whole = asyncio.run(looked())
    assert early["papers"] == len(samples)
    assert 0 <= early["elapsed"] < 60
    ids = [paper_id for cluster in whole["clusters"] for paper_id in cluster["ids"]]
    assert sorted(ids) == sorted(paper.paper_id for paper in samples.selected())


def test_readers_who_look_at_the_same_time_have_one_map_made(samples: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []

    def counted() -> PaperMap:
        times.append(1)
        return PaperMap()

    monkeypatch.setattr(samples, "map", counted)

    async def looked() -> None:
        made = Maps()
        await asyncio.gather(*(made.look(samples) for _ in range(5)))

    asyncio.run(looked())
    assert len(times) == 1


def test_a_library_without_papers_says_so_in_place_of_a_map(tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty.library", Settings(llm="extractive")) as library:
        told = asyncio.run(until_made(Maps(), library))
    assert "holds no papers yet" in told["error"]


def test_a_map_that_failed_is_tried_again_by_the_next_who_looks(
    samples: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Maps()

    def full() -> PaperMap:
        msg = "The disk is full. Make room."
        raise StorageError(msg)

    async def looked() -> tuple[dict[str, Any], dict[str, Any]]:
        with monkeypatch.context() as patched:
            patched.setattr(samples, "map", full)
            failed = await until_made(made, samples)
        return failed, await until_made(made, samples)

    failed, whole = asyncio.run(looked())
    assert failed == {"error": "The disk is full. Make room."}
    assert whole["clusters"]
