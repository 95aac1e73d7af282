"""What the command line shows of open indexes: what would come, the queries that are kept, what was filled in."""

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from rag.gathering.asking import Preview
from rag.gathering.kept import KeptQuery
from rag.records import Paper
from rag.records.enrichments import Change, EnrichReport
from rag.records.papers import BIBLIOGRAPHY
from ui.cli.showing.lines import print_wrapped, reference
from ui.cli.showing.rendering import show_remarks
from ui.wording import coming, last_refreshed, printable

SHOWN_CHANGES = 100
LONGEST_VALUE = 120  # characters of a value that is shown of a change


def show_previews(console: Console, previews: Iterable[Preview]) -> None:
    """Print how many papers would come of each index, and the first ones, one a line."""
    for preview in previews:
        print_wrapped(console, Text(f"{printable(preview.source)}: {coming(preview)}", "bold"))
        for place, record in enumerate(preview.papers, start=1):
            paper = Paper(place, **{name: getattr(record, name) for name in BIBLIOGRAPHY})
            without = "" if record.abstract else "  (no abstract there)"
            print_wrapped(console, reference(f"{place:>3}", paper).append(without, "dim"), indent=4)


def show_queries(console: Console, queries: Sequence[KeptQuery]) -> None:
    """Print the queries that are kept, one a line, each with the number that `refresh` takes."""
    if not queries:
        console.print("No query is kept. Keep one with: askpapers fetch INDEX QUERY --watch")
    for query in queries:
        show_query(console, query)


def show_query(console: Console, query: KeptQuery) -> None:
    """Print a query that is kept on one line."""
    text = Text(f"{query.query_id:>4} ", "cyan").append(printable(query.source), "default")
    print_wrapped(console, text.append(f"  {last_refreshed(query)}", "dim"), indent=5)


def show_enriched(console: Console, errors: Console, report: EnrichReport, *, undone: bool, dry_run: bool) -> None:
    """Print what was filled in, or would be, or was taken back: each change on a line, and how many there are."""
    show_remarks(errors, report.remarks)
    for change in report.changes[:SHOWN_CHANGES]:
        print_wrapped(console, Text(_shown(change)), indent=4)
    if len(report.changes) > SHOWN_CHANGES:
        console.print(f"… and {len(report.changes) - SHOWN_CHANGES:,} more; see them all with --json")
    papers = len({(change.paper_id, change.title) for change in report.changes})
    fields = f"{len(report.changes):,} field{'s' * (len(report.changes) != 1)} of {papers:,} paper{'s' * (papers != 1)}"
    if undone:
        console.print(
            f"{fields} taken back."
            if report.changes
            else "Nothing to take back: nothing in this library was filled in."
        )
        return
    done = "would be filled in" if dry_run else "filled in"
    without = f", {report.without_id:,} have no id to look up by" if report.without_id else ""
    print_wrapped(console, Text(f"{fields} {done}; {report.asked:,} looked up, {report.known:,} known{without}."))
    if report.changes and not dry_run:
        console.print("Take it back with: askpapers enrich --undo")


def _shown(change: Change) -> str:
    text = printable(str(change))
    return text if len(text) < 2 * LONGEST_VALUE else textwrap.shorten(text, 2 * LONGEST_VALUE, placeholder=" …")
