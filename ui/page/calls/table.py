"""All calls of the page by name."""

from ui.page.calls import asking, files, papers, shown
from ui.page.calls.base import Call

MADE: tuple[Call, ...] = (
    asking.ask, asking.follow, asking.stop, asking.show, asking.rate,
    papers.found, papers.papers, papers.paper, papers.remove, papers.sources,
    files.exported, files.saved, files.opened_file, files.shared,
    shown.about, shown.map_of_papers, shown.runs, shown.run, shown.reference,
)  # fmt: skip
CALLS = {call.__name__: call for call in MADE}
