"""Papers from open indexes on the page: only where it is switched on; looked at, brought in, kept, taken out again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from eval.benchmarks.fetching.index_server import Fault, IndexServer
from eval.benchmarks.fetching.made_papers import made
from rag.errors import QuestionError
from rag.settings import Settings
from tests.page.accessible import violations
from tests.page.browser import OpenTab
from ui.page.calls import CALLS, adding, caller
from ui.page.calls import fetching as calls
from ui.page.calls.adding import OneJob, cancel
from ui.page.calls.base import UNREADABLE, Nothing
from ui.page.calls.fetching import Query, Sought
from ui.page.desk import Desk, desk_of
from ui.page.jobs import looking
from ui.page.jobs.adding import Job
from ui.page.server_state import ServerState

JOB = "#ap-uploads .ap-job"
FIELD = "#ap-fetching"


@pytest.fixture
def desk(tmp_path: Path, indexes: IndexServer) -> Iterator[Desk]:
    """A new reader's desk, on which indexes may be asked."""
    settings = indexes.settings(tmp_path, fetch=True, llm="extractive")
    state = ServerState(settings, tmp_path / "own.library", tmp_path / "demo.library")
    yield desk_of(state)
    state.close()


async def over(desk: Desk) -> list[Job]:
    """Return all jobs once nothing more happens to any."""
    await desk.adding.finished()
    return desk.adding.jobs


async def called(desk: Desk, name: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Return what a call tells, as the browser hears it."""
    return await caller(desk, CALLS)([name, sent])


async def look(desk: Desk, **sought: Any) -> tuple[list[str], dict[str, Any]]:
    """Look as the browser does; return what it was told to wait for, and at the end what there is, or the error."""
    name, waits = uuid4().hex, list[str]()
    told = await called(desk, "look", {"look": name, **sought})
    while "said" in told:
        waits.append(told["said"])
        told = await called(desk, "looked", {"look": name, "heard": told["said"]})
    return [one for one in waits if one], told


def at_the_field(tab: Any) -> Any:
    """Open the field in which papers are fetched."""
    tab.tab("Library")
    tab.click(f"{FIELD} summary")
    tab.see(f"{FIELD} .ap-gives", "preprints")
    return tab


def test_with_the_switch_off_no_call_asks_an_index(tmp_path: Path, indexes: IndexServer) -> None:
    state = ServerState(indexes.settings(tmp_path), tmp_path / "own.library", tmp_path / "demo.library")
    desk = desk_of(state)
    sought = {"index": "openalex", "text": "otters"}
    sent: dict[str, dict[str, Any]] = {
        "look": sought | {"look": "l"},
        "looked": {"look": "l"},
        "fetch": sought,
        "queries": {},
        "refresh_query": {"query": 1},
        "forget_query": {"query": 1},
    }
    assert Settings().fetch is False
    for name, what in sent.items():
        told = asyncio.run(called(desk, name, what))
        assert "askpapers chat --fetch" in told["error"]
    assert desk.adding.jobs == []
    assert indexes.asked == []
    state.close()


def test_what_is_looked_at_is_shown_as_text_and_brings_nothing(desk: Desk, indexes: IndexServer) -> None:
    indexes.bare["openalex"] = {1}
    _, told = asyncio.run(look(desk, index="openalex", text="<b>otters", years="2001-2020", limit=5))
    assert "&lt;b&gt;otters" in told["html"]
    assert "at most 5 of 30 papers" in told["html"]
    assert "no abstract there" in told["html"]
    assert "from_publication_date:2001" in indexes.asked[-1].said["filter"]
    assert desk.state.is_samples


@pytest.mark.parametrize(
    "wrong",
    [{"index": "arxiv"}, {"index": "nowhere", "text": "x"}, {"index": "", "text": "x"},
     {"index": "arxiv", "text": "x", "years": "soon"}, {"index": "arxiv", "text": "otter " * 800}],
)  # fmt: skip
def test_what_can_t_be_asked_for_is_told(desk: Desk, wrong: dict[str, Any]) -> None:
    told = asyncio.run(called(desk, "fetch", wrong))
    assert told["error"]
    assert told["error"] != UNREADABLE
    assert desk.adding.jobs == []


def test_hugging_face_papers_are_asked_for_a_day(desk: Desk, indexes: IndexServer) -> None:
    indexes.papers["huggingface"] = made(3)
    _, told = asyncio.run(look(desk, index="huggingface", text=" 2026-11-24 "))
    assert told["papers"] == 3
    assert indexes.asked[-1].said["date"] == "2026-11-24"
    _, told = asyncio.run(look(desk, index="huggingface", text="otters"))
    assert "otters" in told["error"]


def test_a_look_at_an_index_that_is_busy_says_what_it_waits_for_and_ends(
    desk: Desk, indexes: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PATIENCE", 0.5)
    indexes.misbehaves("openalex", Fault(status=429, headers={"Retry-After": "3"}))
    waits, told = asyncio.run(look(desk, index="openalex", text="otters"))
    assert len(waits) == 1
    assert "Asking again in 3 s" in waits[0]
    assert "Asking again in 3 s" in told["error"]
    assert "bring them in" in told["error"]


def test_a_look_of_another_server_is_told_to_be_unknown(desk: Desk) -> None:
    assert "Look again" in asyncio.run(called(desk, "looked", {"look": "gone"}))["error"]


def test_ids_of_no_paper_are_not_counted(desk: Desk) -> None:
    unknown, known = "arxiv:9901.00001", f"arxiv:{made(1)[0].arxiv_id}"
    _, told = asyncio.run(look(desk, index="", text=unknown))
    assert "no paper" in told["html"]
    _, told = asyncio.run(look(desk, index="", text=f"{unknown} {known}"))
    assert "1 paper" in told["html"]
    assert "2 papers" not in told["html"]


def test_a_query_is_kept_refreshed_and_forgotten(desk: Desk, indexes: IndexServer) -> None:
    async def bring() -> None:
        assert (await calls.queries(desk, Nothing()))["html"] == ""
        await calls.fetch(desk, Sought(index="openalex", text="otters", keep=True))
        await over(desk)
        indexes.papers["openalex"] = made(33)
        assert 'data-query="1"' in (await calls.queries(desk, Nothing()))["html"]
        await calls.refresh_query(desk, Query(query=1))
        jobs = await over(desk)
        assert [job.report and job.report.added for job in jobs] == [3, 30]
        await calls.forget_query(desk, Query(query=1))
        assert (await calls.queries(desk, Nothing()))["html"] == ""
        with pytest.raises(QuestionError, match="isn't kept any more"):
            await calls.refresh_query(desk, Query(query=1))

    asyncio.run(bring())
    assert len(desk.library) == 33


def test_a_fetch_that_is_cancelled_keeps_what_came_and_goes_on_later(desk: Desk, indexes: IndexServer) -> None:
    indexes.papers["openalex"] = made(300)
    indexes.misbehaves("openalex", None, Fault(silent=1.0))

    async def bring() -> None:
        wanted = Sought(index="openalex", text="otters", limit=300)
        [job] = (await calls.fetch(desk, wanted))["jobs"]
        while len(indexes.asked) < 2:  # noqa: ASYNC110  (the server tells nobody)
            await asyncio.sleep(0.01)
        await cancel(desk, OneJob(job=job))
        assert [one.state for one in await over(desk)] == ["cancelled"]
        assert desk.adding.jobs[0].fresh == ("openalex: otters",)
        before = len(indexes.asked)
        await calls.fetch(desk, wanted)
        assert [one.state for one in await over(desk)] == ["done", "cancelled"]
        assert len(indexes.asked) == before + 1  # the third page alone

    asyncio.run(bring())
    assert len(desk.library) == 300


# --- in a browser


def test_without_the_switch_nothing_is_offered(open_tab: OpenTab, serve_page: Any) -> None:
    tab = open_tab(serve_page())
    tab.tab("Library")
    tab.see("#ap-uploads .ap-drop")
    assert not tab.seen(FIELD)


def test_papers_are_looked_at_brought_in_kept_and_taken_out(
    open_tab: OpenTab, serve_page: Any, indexes: IndexServer, tmp_path: Path, axe: str
) -> None:
    tab = at_the_field(open_tab(serve_page(settings=indexes.settings(tmp_path, fetch=True, llm="extractive"))))
    tab.run(f"const s = document.querySelector('{FIELD} select'); s.value = 'openalex';"
            "s.dispatchEvent(new Event('change', {bubbles: true}));")  # fmt: skip
    tab.driver.find_element("css selector", f"{FIELD} textarea").send_keys("otters")
    tab.driver.find_element("css selector", f"{FIELD} [name=years]").send_keys("soon")
    tab.click(f"{FIELD} .ap-look")
    tab.see(f"{FIELD} .ap-wrong", "'soon' can't be read")
    tab.driver.find_element("css selector", f"{FIELD} [name=years]").clear()
    tab.driver.find_element("css selector", f"{FIELD} [name=years]").send_keys("2001-2030")
    tab.click(f"{FIELD} [name=keep]")
    tab.click(f"{FIELD} .ap-look")
    tab.see(f"{FIELD} .ap-coming", "30 papers")
    tab.see(f"{FIELD} .ap-coming li", made(1)[0].title)
    assert violations(tab, axe) == []
    tab.see(".ap-what", "40 sample papers")
    tab.click(f'{FIELD} [data-do="bring"]')
    tab.see(f"{JOB}.ap-done", "30 added")
    tab.see("#ap-papers .ap-count", "30 papers")
    tab.see(f"{FIELD} .ap-queries", "openalex: otters, 2001 to 2030")
    indexes.papers["openalex"] = made(31)
    tab.click(f'{FIELD} [data-do="again"]')
    tab.see(f"{JOB}.ap-done", "1 added, 30 unchanged")
    tab.see("#ap-papers .ap-count", "31 papers")
    assert violations(tab, axe) == []
    tab.click(f'{FIELD} [data-do="forget"]')
    tab.see("#ap-toast.ap-on", "kept no longer")
    assert not tab.seen(f"{FIELD} .ap-queries")
    tab.click('[data-do="source"][data-name^="openalex"]')
    tab.see("#ap-papers .ap-empty", "No papers yet")


def test_a_look_shows_what_the_index_makes_it_wait_for(
    open_tab: OpenTab, serve_page: Any, indexes: IndexServer, tmp_path: Path
) -> None:
    tab = at_the_field(open_tab(serve_page(settings=indexes.settings(tmp_path, fetch=True, llm="extractive"))))
    tab.run(f"document.querySelector('{FIELD} select').value = 'openalex'")
    tab.driver.find_element("css selector", f"{FIELD} textarea").send_keys("otters")
    indexes.misbehaves("openalex", Fault(status=429, headers={"Retry-After": "3"}))
    tab.click(f"{FIELD} .ap-look")
    tab.see(f"{FIELD} .ap-waits", "Asking again in 3 s")
    tab.see(f"{FIELD} .ap-coming", "30 papers")
    tab.gone(f"{FIELD} .ap-waits")


def test_what_a_form_can_t_hold_is_told_at_its_field_and_nothing_is_asked(
    open_tab: OpenTab, serve_page: Any, indexes: IndexServer, tmp_path: Path
) -> None:
    tab = at_the_field(open_tab(serve_page(settings=indexes.settings(tmp_path, fetch=True, llm="extractive"))))
    tab.run(f"const s = document.querySelector('{FIELD} select'); s.value = 'huggingface';"
            "s.dispatchEvent(new Event('change', {bubbles: true}));")  # fmt: skip
    tab.see(f"{FIELD} textarea[placeholder^='A day']")
    assert len(tab.seen(f"{FIELD} input:disabled")) == 2
    tab.run(f"const s = document.querySelector('{FIELD} select'); s.value = 'arxiv';"
            "s.dispatchEvent(new Event('change', {bubbles: true}));")  # fmt: skip
    tab.see(f"{FIELD} textarea[placeholder^='Words']")
    tab.driver.find_element("css selector", f"{FIELD} textarea").send_keys("otters")
    limit = tab.driver.find_element("css selector", f"{FIELD} [name=limit]")
    limit.clear()
    limit.send_keys("20000")
    tab.click(f'{FIELD} [data-do="bring"]')
    assert tab.run("return document.activeElement.name") == "limit"
    assert tab.texts(f"{FIELD} .ap-wrong") == []
    assert indexes.asked == []
    tab.run(f"document.querySelector('{FIELD} textarea').value = 'otter '.repeat(833)")
    limit.clear()
    limit.send_keys("50")
    tab.click(f"{FIELD} .ap-look")
    tab.see(f"{FIELD} .ap-wrong", "That has 4,997 characters: at most 4,000 at once.")


def test_a_fetch_that_a_restart_of_the_server_cut_is_told_and_no_card_stays_at_work(
    open_tab: OpenTab, serve_page: Any, indexes: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = at_the_field(open_tab(serve_page(settings=indexes.settings(tmp_path, fetch=True, llm="extractive"))))
    tab.run(f"document.querySelector('{FIELD} select').value = 'openalex'")
    tab.driver.find_element("css selector", f"{FIELD} textarea").send_keys("otters")
    indexes.misbehaves("openalex", Fault(silent=4.0))
    tab.click(f'{FIELD} [data-do="bring"]')
    tab.see(f"{JOB}.ap-working", "openalex: otters")
    monkeypatch.setattr(adding, "job_cards", lambda _: "")  # a new server knows nothing of it
    tab.see("#ap-toast.ap-on", "The server was restarted before openalex: otters was brought in.")
    tab.gone(JOB)
