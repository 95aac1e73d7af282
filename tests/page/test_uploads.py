"""Papers brought in on the page: one upload after the other, whoever watches; in a browser, and by its calls."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import QuestionError
from rag.settings import Settings
from tests.page.accessible import violations
from tests.page.browser import OpenTab, Tab
from ui.page.calls import adding as calls
from ui.page.calls.adding import OneJob, Uploaded
from ui.page.calls.base import Nothing
from ui.page.desk import Desk, desk_of
from ui.page.jobs.adding import Adding, Job
from ui.page.server_state import ServerState

JOB = "#ap-uploads .ap-job"
Write = Callable[..., Path]


@pytest.fixture
def state(tmp_path: Path) -> Any:
    opened = ServerState(Settings(), tmp_path / "own.library", tmp_path / "demo.library")
    yield opened
    opened.close()


async def over(adding: Adding) -> list[Job]:
    """Return all jobs once nothing more happens to any."""
    while adding.is_working:  # noqa: ASYNC110  (jobs tell nobody: the page looks as well)
        await asyncio.sleep(0.01)
    return adding.jobs


def test_the_samples_make_room_for_the_first_papers_of_ones_own(
    state: ServerState, tmp_path: Path, write_jsonl: Write, paper: Any
) -> None:
    desk = desk_of(state)
    assert state.is_samples
    assert not (tmp_path / "own.library").exists()
    path = write_jsonl(paper(1), "{broken", paper(2), name="mine.jsonl")

    async def add() -> str:
        desk.adding.begin([path], [path.name])
        assert desk.stamp is None
        await over(desk.adding)
        return str((await calls.jobs(desk, Nothing()))["html"])

    html = asyncio.run(add())
    assert "2 added, 1 rejected" in html
    assert "<b>mine.jsonl</b> line 2" in html
    assert not state.is_samples
    assert state.library.papers()[1] == 2
    assert state.library.sources() == [str(tmp_path / "own.library" / "uploads" / "mine.jsonl")]
    assert desk.stamp is not None


def test_two_files_of_one_name_are_both_kept(
    state: ServerState, tmp_path: Path, write_jsonl: Write, paper: Any
) -> None:
    files = []
    for number, folder in ((1, "one"), (2, "two")):
        (tmp_path / folder).mkdir()
        files.append(write_jsonl(paper(number)).rename(tmp_path / folder / "refs.jsonl"))

    async def add() -> list[Job]:
        adding = desk_of(state).adding
        adding.begin(files, [path.name for path in files])
        return await over(adding)

    (job,) = asyncio.run(add())
    assert job.report is not None
    assert job.report.added == 2
    kept = {path.name for path in (state.library.folder / "uploads").iterdir()}
    assert kept == {"refs.jsonl", "refs (2).jsonl"}


def test_uploads_work_in_turn_and_one_that_waits_is_cancelled_at_once(
    state: ServerState, write_jsonl: Write, paper: Any
) -> None:
    paths = [write_jsonl(paper(number), name=f"{number}.jsonl") for number in range(3)]

    async def add() -> list[Job]:
        desk = desk_of(state)
        jobs = [desk.adding.begin([path], [path.name]) for path in paths]
        await calls.cancel(desk, OneJob(job=jobs[1].job_id))
        assert [job.state for job in jobs] == ["waiting", "cancelled", "waiting"]
        return await over(desk.adding)

    assert [job.state for job in asyncio.run(add())] == ["done", "cancelled", "done"]
    assert state.library.papers()[1] == 2
    assert not (state.library.folder / "uploads" / "1.jsonl").exists()


def test_jobs_that_go_on_are_known_however_many_there_are(state: ServerState, write_jsonl: Write, paper: Any) -> None:
    path = write_jsonl(paper(1))

    async def begin() -> tuple[int, list[Job]]:
        adding = desk_of(state).adding
        jobs = [adding.begin([path], [path.name]) for _ in range(60)]
        known = len(adding.jobs)
        for job in jobs[1:]:
            adding.cancel(job.job_id)
        adding.begin([path], [path.name])
        return known, await over(adding)

    known, left = asyncio.run(begin())
    assert known == 60
    assert len(left) <= 51
    assert left[0].state == "done"


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "", "\0", "~/.ssh/id_rsa"])
def test_only_files_that_were_uploaded_can_be_named(state: ServerState, path: str) -> None:
    with pytest.raises(QuestionError, match="isn't there any more"):
        asyncio.run(calls.add(desk_of(state), Uploaded(files=(path,))))


def test_an_upload_of_another_server_is_told_to_be_unknown(state: ServerState) -> None:
    desk: Desk = desk_of(state)
    for call in (calls.cancel, calls.take_out_job):
        with pytest.raises(QuestionError, match="the server was restarted"):
            asyncio.run(call(desk, OneJob(job="never")))


# --- in a browser


def add(tab: Tab, *paths: Path) -> None:
    """Give files to the page, as the chooser of the browser does."""
    field = tab.driver.find_element("css selector", "#ap-uploads input[type=file]")
    field.send_keys("\n".join(map(str, paths)))


def test_the_first_upload_is_followed_by_every_tab_and_taken_out_and_brought_back(
    open_tab: OpenTab, serve_page: Any, write_jsonl: Write, paper: Any, axe: str
) -> None:
    server = serve_page()
    other = open_tab(server)
    tab = open_tab(server)
    tab.tab("Library")
    tab.see("#ap-papers .ap-count", "40 sample papers")
    assert not tab.seen('[data-do="source"]')
    add(tab, write_jsonl(*(paper(number) for number in range(3)), "{broken", name="mine <b>.jsonl"))
    tab.see(f"{JOB}.ap-done", "3 added, 1 rejected")
    tab.see(f"{JOB} .ap-rejected", "line 4")
    tab.see("#ap-papers .ap-count", "3 papers")
    tab.see(".ap-what", "papers · 3 papers")
    tab.see(".ap-group", "mine")
    assert violations(tab, axe) == []
    other.front().see(".ap-what", "papers · 3 papers")
    other.see(".ap-scope", "Asks 3 papers")
    tab.front().driver.refresh()
    tab.ready()
    tab.click(f'{JOB} [data-do="takeout"]')
    tab.see(".ap-what", "0 papers")
    tab.see("#ap-papers .ap-empty", "No papers yet")
    tab.click("#ap-toast.ap-on .ap-undo")
    tab.see("#ap-papers .ap-count", "3 papers")


def test_the_keyboard_stays_where_it_is_while_an_upload_goes_on(
    open_tab: OpenTab, serve_page: Any, write_jsonl: Write, paper: Any
) -> None:
    tab = open_tab(serve_page())
    tab.tab("Library")
    tab.see("#ap-papers .ap-count")
    add(tab, write_jsonl(*(paper(number) for number in range(120))))
    tab.see(f'{JOB} [data-do="cancel"]')
    tab.run("document.querySelector('#ap-uploads [data-do=cancel]').focus()")
    tab.see(f"{JOB}.ap-done", "120 added")
    assert tab.run("return document.activeElement.closest('#ap-uploads') !== null")


def test_a_folder_that_is_dropped_is_walked(open_tab: OpenTab, serve_page: Any) -> None:
    tab = open_tab(serve_page())
    tab.tab("Library")
    tab.see("#ap-uploads .ap-drop")
    # A browser lets no script make a folder to drop: the entries are as the browser's, the files are real.
    script = """
        const line = (n) => JSON.stringify({
          title: `A paper about thing ${n}`, abstract: `Thing ${n} is described here in one whole sentence.`,
        });
        const file = (name, text) => ({ isFile: true, name, file: (done) => done(new File([text], name)) });
        const folder = (name, entries) => {
          const rest = [...entries, null];
          const readEntries = (done) => ((one) => done(one ? [one] : []))(rest.shift());
          return { isFile: false, name, createReader: () => ({ readEntries }) };
        };
        const more = folder("more", [file("a.jsonl", line(2))]);
        const top = folder("refs", [file("a.jsonl", line(1)), file(".DS_Store", "x"), more]);
        const event = new Event("drop", { bubbles: true, cancelable: true });
        event.dataTransfer = { items: [{ webkitGetAsEntry: () => top }], files: [], types: ["Files"] };
        document.querySelector(".ap-drop").dispatchEvent(event);"""
    tab.run(script)
    tab.see(f"{JOB}.ap-done", "2 added.")
    tab.see("#ap-papers .ap-count", "2 papers")
