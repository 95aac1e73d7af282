"""The calls of the library, as the browser asks them: lists, all that matches, filters checked, what is taken out."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.settings import Settings
from ui.page.calls.adding import Papers, Undone, put_back, take_out
from ui.page.calls.asking import Bounds
from ui.page.calls.base import Nothing
from ui.page.calls.collecting import Marked, mark
from ui.page.calls.papers import All, Bounded, Listed, Sought, found, ids, papers, within
from ui.page.calls.shown import about, news
from ui.page.desk import Desk, desk_of
from ui.page.server_state import ServerState


@pytest.fixture
def desk(own_samples: Path, tmp_path: Path) -> Iterator[Desk]:
    state = ServerState(Settings(llm="extractive"), own_samples, tmp_path / "none.library")
    yield desk_of(state)
    state.close()


def shown(html: str) -> list[int]:
    """Return the ids of the papers of a list."""
    return [int(one) for one in re.findall(r'<li class="ap-hit" data-paper="(\d+)"', html)]


def test_all_that_matches_is_named_however_many_are_shown(desk: Desk) -> None:
    query = "language model"
    listed = asyncio.run(found(desk, Sought(query=query, limit=1)))
    every = asyncio.run(ids(desk, All(query=query)))["papers"]
    assert shown(listed["html"]) == every[:1]
    assert len(every) == listed["papers"] > 1
    assert len(set(every)) == len(every)


def test_what_comes_near_without_matching_is_not_among_all_that_match(desk: Desk) -> None:
    told = asyncio.run(found(desk, Sought(query="yellow tulips in cold Dutch gardens")))
    assert told["papers"] == 0
    assert shown(told["html"])
    assert asyncio.run(ids(desk, All(query="yellow tulips in cold Dutch gardens")))["papers"] == []


def test_words_and_filters_name_the_same_papers_as_their_list(desk: Desk) -> None:
    bounds = Bounds(years="2015-2017")
    listed = asyncio.run(papers(desk, Listed(text="learning", bounds=bounds)))
    assert shown(listed["html"]) == asyncio.run(ids(desk, All(text="learning", bounds=bounds)))["papers"]
    assert len(shown(listed["html"])) == listed["papers"] > 0


def test_a_list_tells_how_its_papers_are_marked_as_text(desk: Desk) -> None:
    name = "<img src=x onerror=alert(1)>"
    asyncio.run(mark(desk, Marked(kind="collection", name=name, papers=(1,))))
    asyncio.run(mark(desk, Marked(kind="tag", name="later", papers=(1,))))
    desk.library.note(1, "x" * 200)
    for html in (
        asyncio.run(papers(desk, Listed(bounds=Bounds(tag="later"))))["html"],
        asyncio.run(found(desk, Sought(query=desk.library.papers(limit=1)[0][0].title)))["html"],
    ):
        assert "&lt;img src=x" in html
        assert "<img" not in html
        assert "# later" in html
        assert f"{'x' * 79}…" in html


def test_filters_are_checked_each_by_itself(desk: Desk) -> None:
    told = asyncio.run(within(desk, Bounded(bounds=Bounds(years="soon", collection="none such", title="learning"))))
    assert set(told["wrong"]) == {"years", "collection"}
    assert told["papers"] is None
    assert "soon" in told["wrong"]["years"]
    fine = asyncio.run(within(desk, Bounded(bounds=Bounds(years="2015-2017"))))
    assert fine == {"papers": len(asyncio.run(ids(desk, All(bounds=Bounds(years="2015-2017"))))["papers"]), "wrong": {}}


def test_what_is_taken_out_comes_back_once_and_not_after_a_restart(desk: Desk) -> None:
    undo = asyncio.run(take_out(desk, Papers(papers=(1, 2))))["undo"]
    assert desk.library.papers()[1] == 38
    assert asyncio.run(put_back(desk, Undone(undo=undo))) == {"papers": 2}
    assert desk.library.papers()[1] == 40
    again = asyncio.run(take_out(desk, Papers(papers=(1, 2))))["undo"]
    for later, name in ((desk, undo), (desk_of(desk.state), again)):
        with pytest.raises(QuestionError, match="can't be undone any more"):
            asyncio.run(put_back(later, Undone(undo=name)))


def test_the_stamp_changes_with_the_papers_and_only_then(desk: Desk) -> None:
    before = asyncio.run(about(desk, Nothing()))["stamp"]
    assert asyncio.run(news(desk, Nothing())) == {"stamp": before, "working": False}
    asyncio.run(take_out(desk, Papers(papers=(1,))))
    assert asyncio.run(news(desk, Nothing()))["stamp"] not in {before, None}
