"""What happens on the tab that shows the library: plain functions without gradio, so that a test can call each.

Every expected error becomes a line on the page.
"""

from dataclasses import replace
from pathlib import Path

from rag.records import Filters
from ui.page.server_state import ServerState
from ui.page.views import library as library_view

REFRESH = 0.08  # seconds between two sights of an upload's progress


def table(
    state: ServerState,
    text: str = "",
    turned: library_view.Turned = library_view.Turned(),
    filters: Filters = Filters(),
) -> tuple[str, int]:
    """Return a page of the library's papers with every word of `text` as a table, and how many they are in all.

    Raises QuestionError for an unknown source, collection or tag.
    """
    page = replace(turned, page=max(0, turned.page))
    papers, total = state.library.papers(
        text,
        filters=filters,
        order=page.order,
        descending=page.descending,
        limit=library_view.PAGE,
        offset=page.page * library_view.PAGE,
    )
    return library_view.table(papers, total, page, samples=state.is_samples), total


def paper(state: ServerState, paper_id: int, *, removable: bool = True) -> str:
    """Return one paper, opened, with what can be done with it."""
    found = state.library.paper(paper_id)
    if found is None:
        return library_view.alert("This paper is no longer in the library.")
    return library_view.opened(found, removable=removable)


def sources(state: ServerState) -> list[tuple[str, str]]:
    """Return (name, path) of every source that papers came from, after one for all of them."""
    return [("All sources", ""), *((Path(source).name, source) for source in state.library.sources())]
