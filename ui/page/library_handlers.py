"""What happens on the tab that shows the library: plain functions without gradio, so that a test can call each.

Every expected error becomes a line on the page.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from rag.errors import RagError, StorageError
from rag.records import IngestReport
from rag.records.progress import Progress
from rag.utils.files import replacing
from ui.page.server_state import ServerState
from ui.page.views import library as library_view

REFRESH = 0.08  # seconds between two sights of an upload's progress


async def add_files(state: ServerState, uploaded: Sequence[str | Path]) -> AsyncIterator[str]:
    """Bring uploaded files into the reader's own library; yield the progress, then the report, as HTML."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Progress | None] = asyncio.Queue()

    def watch(progress: Progress) -> None:
        loop.call_soon_threadsafe(told.put_nowait, progress)

    try:
        library = state.own()
        files = await asyncio.to_thread(_keep, [Path(path) for path in uploaded], library.folder / "uploads")
        work = asyncio.create_task(asyncio.to_thread(library.ingest, files, watch))
        work.add_done_callback(lambda _: told.put_nowait(None))
        yield library_view.progress(None)
        shown = 0.0
        while (progress := await told.get()) is not None:
            if monotonic() - shown >= REFRESH:
                yield library_view.progress(progress)
                shown = monotonic()
        report: IngestReport = await work
    except RagError as error:
        yield library_view.alert(str(error))
        return
    state.settle()
    yield library_view.report(report)


def _keep(uploaded: Sequence[Path], folder: Path) -> list[Path]:
    """Copy uploads into the library, so that where a paper came from has a name that lasts. Raises StorageError."""
    kept = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in uploaded:
            target = folder / path.name
            with replacing(target) as partial:
                shutil.copyfile(path, partial)
            kept.append(target)
    except OSError as error:
        msg = f"The upload can't be kept in {folder} ({error.strerror}). Make room and add the file again."
        raise StorageError(msg) from error
    return kept


def table(state: ServerState, text: str = "", turned: library_view.Turned = library_view.Turned()) -> str:
    """Return a page of the library's papers with every word of `text` as a table."""
    page = replace(turned, page=max(0, turned.page))
    try:
        papers, total = state.library.papers(
            text,
            order=page.order,
            descending=page.descending,
            limit=library_view.PAGE,
            offset=page.page * library_view.PAGE,
        )
    except RagError as error:
        return library_view.alert(str(error))
    return library_view.table(papers, total, page, samples=state.is_samples)


def paper(state: ServerState, paper_id: int, *, removable: bool = True) -> str:
    """Return one paper, opened, with what can be done with it."""
    found = state.library.paper(paper_id)
    if found is None:
        return library_view.alert("This paper is no longer in the library.")
    return library_view.opened(found, removable=removable)


def remove(state: ServerState, paper_id: int) -> str:
    """Remove a paper from the library; return what to say of it."""
    found = state.library.paper(paper_id)
    try:
        state.library.remove([paper_id])
    except RagError as error:
        return library_view.alert(str(error))
    return library_view.notice(f"Removed: {found.title}" if found else "It was gone already.")


def sources(state: ServerState) -> list[tuple[str, str]]:
    """Return (name, path) of every source that papers came from, after one for all of them."""
    return [("All sources", ""), *((Path(source).name, source) for source in state.library.sources())]
