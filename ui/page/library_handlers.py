"""What the tab of the library shows: plain functions without gradio, so that a test can call each."""

from dataclasses import replace
from functools import partial

from rag.records import Filters
from rag.text.source_names import short_name
from ui.page.server_state import ServerState
from ui.page.views import library as library_view


def shelf(
    state: ServerState,
    text: str = "",
    turned: library_view.Turned = library_view.Turned(),
    filters: Filters = Filters(),
) -> tuple[str, int]:
    """Return a page of the library's papers with every word of `text` as a list, and how many they are in all.

    A page that isn't there any more is the last one. Raises QuestionError for an unknown source, collection or tag.
    """
    read = partial(
        state.library.papers,
        text,
        filters=filters,
        order=turned.order,
        descending=turned.descending,
        limit=turned.size,
    )
    papers, total = read(offset=turned.page * turned.size)
    if not papers and total:
        turned = replace(turned, page=(total - 1) // turned.size)
        papers, total = read(offset=turned.page * turned.size)
    marks = state.library.marks([paper.paper_id for paper in papers])
    return library_view.shelf(papers, total, turned, marks, samples=state.is_samples), total


def paper(state: ServerState, paper_id: int) -> str:
    """Return one paper, opened, with what can be done with it."""
    found = state.library.paper(paper_id)
    if found is None:
        return library_view.alert("This paper is no longer in the library.")
    return library_view.opened(found, removable=not state.is_samples)


def sources(state: ServerState) -> list[tuple[str, str]]:
    """Return (name, path) of every source that papers came from, after one for all of them."""
    return [("All sources", ""), *((short_name(source), source) for source in state.library.sources())]
