"""All calls of the page by name."""

from ui.page.calls import adding, asking, collecting, comparing, fetching, files, keeping, papers, shown
from ui.page.calls.base import Call

MADE: tuple[Call, ...] = (
    asking.ask, asking.follow, asking.stop, asking.show, asking.rate,
    keeping.keep,
    papers.found, papers.papers, papers.ids, papers.within, papers.paper, papers.paper_reference, papers.sources,
    adding.add, adding.jobs, adding.cancel, adding.take_out_job, adding.take_out, adding.remove_source, adding.put_back,
    fetching.look, fetching.looked, fetching.fetch, fetching.queries, fetching.refresh_query,
    fetching.forget_query,
    collecting.groups, collecting.mark, collecting.unmark, collecting.rename_collection, collecting.delete_collection,
    collecting.note, collecting.marks,
    comparing.columns, comparing.compare, comparing.compared, comparing.stop_comparing, comparing.compared_as,
    files.exported, files.saved, files.opened_file, files.shared,
    shown.about, shown.news, shown.map_of_papers, shown.runs, shown.run, shown.reference,
)  # fmt: skip
CALLS = {call.__name__: call for call in MADE}
# What changes the library, or is there only to change it: not for readers.
WRITING = frozenset(call.__name__ for call in (
    adding.add, adding.cancel, adding.take_out_job, adding.take_out, adding.remove_source, adding.put_back,
    fetching.look, fetching.fetch, fetching.refresh_query, fetching.forget_query,
    collecting.mark, collecting.unmark, collecting.rename_collection, collecting.delete_collection, collecting.note,
))  # fmt: skip
