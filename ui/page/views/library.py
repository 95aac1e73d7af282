"""The library as HTML: a shelf of its papers, one paper opened, the report of an ingest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rag.records import IngestReport, Merge, Paper, PaperMarks, Rejection
from rag.text.source_names import short_name
from ui.page.views.evidence import card
from ui.page.views.found import paper_list
from ui.wording import because, merged_titles, place

PAGE = 50  # papers of a page
SHOWN_REJECTIONS = 200
SHOWN_MERGES = 50
ORDERS = (
    ("added", False, "As added"), ("added", True, "Last added first"), ("title", False, "Title A to Z"),
    ("title", True, "Title Z to A"), ("author", False, "Author A to Z"), ("author", True, "Author Z to A"),
    ("year", True, "Newest first"), ("year", False, "Oldest first"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turned:
    """Which page of the papers is shown, in which order, and how many papers a page has."""

    order: str = "added"
    descending: bool = False
    page: int = 0
    size: int = PAGE


def shelf(
    papers: Sequence[Paper], total: int, turned: Turned, marks: Mapping[int, PaperMarks] = {}, *, samples: bool
) -> str:
    """Return a page of papers as a list, with what sorts it, turns its pages and chooses all of it; empty for none."""
    if not total:
        return ""
    first = turned.page * turned.size
    kind = "sample paper" if samples else "paper"
    place = "" if total <= turned.size else f"{first + 1:,}-{first + len(papers):,} of "
    head = (
        '<label class="ap-pick"><input type="checkbox" aria-label="Choose all on this page"></label>'
        f'<p class="ap-count" role="status">{place}{total:,} {kind}{"s" * (total != 1)}</p>{_sorted(turned)}'
    )
    turn = _turn(turned, first + len(papers) >= total) if total > turned.size else ""
    return (
        f'<div class="ap-shelf" data-order="{escape(turned.order)}" '
        f'data-descending="{str(turned.descending).lower()}" data-page="{turned.page}">'
        f'<div class="ap-shelfhead">{head}{turn}</div>{paper_list(papers, marks)}{turn * (turned.size == PAGE)}</div>'
    )


def _sorted(turned: Turned) -> str:
    if turned.size < PAGE:
        return ""
    now = (turned.order, turned.descending)
    options = "".join(
        f'<option value="{order} {str(down).lower()}"{" selected" * ((order, down) == now)}>{name}</option>'
        for order, down, name in ORDERS
    )
    return f'<select class="ap-order" aria-label="Order of the papers">{options}</select>'


def _turn(turned: Turned, is_last: bool) -> str:  # noqa: FBT001
    if turned.size < PAGE:  # only the first few of those with some words
        return '<button type="button" class="ap-act" data-do="named">Show all</button>'
    return (
        f'<span class="ap-turns"><button type="button" class="ap-act" data-do="page" data-page="{turned.page - 1}" '
        f'aria-label="Earlier papers"{" disabled" * (turned.page == 0)}>←</button>'
        f'<button type="button" class="ap-act" data-do="page" data-page="{turned.page + 1}" '
        f'aria-label="Later papers"{" disabled" * is_last}>→</button></span>'
    )


def opened(paper: Paper, *, removable: bool) -> str:
    """Return one paper with what can be done with it."""
    remove = '<button type="button" class="ap-act ap-danger" data-do="remove">Remove</button>'
    return f'<div class="ap-cards">{card(paper, actions=remove * removable)}</div>'


def report(found: IngestReport) -> str:
    """Return what became of the records of an ingest, each rejected one with its line and reason."""
    told = [
        (found.added, "added"), (found.updated, "updated"), (found.merged, "merged into a paper already there"),
        (found.unchanged, "unchanged"), (found.rejections, "rejected"),
    ]  # fmt: skip
    counts = ", ".join(f"{n:,} {what}" for n, what in told if n) or "nothing to read"
    items = "".join(f"<li>{_rejected(one)}</li>" for one in found.rejected[:SHOWN_REJECTIONS])
    more = found.rejections - SHOWN_REJECTIONS
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    rejected = f'<ul class="ap-rejected">{items}{rest}</ul>' if items else ""
    remarks = "".join(f"<p>{_named(one.source)}: {escape(one.text)}</p>" for one in found.remarks)
    return f'<div class="ap-report" role="status"><p>{counts}.</p>{remarks}{rejected}{_merged(found.merges)}</div>'


def _merged(merges: Sequence[Merge]) -> str:
    """Return which records joined a paper and why, folded away."""
    if not merges:
        return ""
    items = "".join(
        f"<li>{escape(merged_titles(one))} ({escape(because(one))}, {escape(place(one))})</li>"
        for one in merges[:SHOWN_MERGES]
    )
    more = len(merges) - SHOWN_MERGES
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    return f"<details><summary>What was merged</summary><ul>{items}{rest}</ul></details>"


def _rejected(one: Rejection) -> str:
    line = f" line {one.line}" if one.line else ""
    return f"{_named(one.source)}{line}: {escape(one.reason)}"


def _named(source: str) -> str:
    return f"<b>{escape(short_name(source))}</b>"


def notice(text: str) -> str:
    """Return a line that tells what was done."""
    return f'<p class="ap-report" role="status">{escape(text)}</p>'


def alert(text: str) -> str:
    """Return a line that tells what went wrong."""
    return f'<p class="ap-alert" role="alert">{escape(text)}</p>'
