"""The library as HTML: a table of its papers, one paper opened, the progress and the report of an ingest."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rag.records import IngestReport, Merge, Paper, Rejection
from ui.page.views.evidence import card
from ui.page.views.markup import prose
from ui.wording import because, merged_titles, place

PAGE = 50  # papers of a page
SHOWN_REJECTIONS = 200
SHOWN_MERGES = 50
COLUMNS = (("title", "Title"), ("author", "Authors"), ("year", "Year"), ("added", "Source"))


@dataclass(frozen=True, slots=True)
class Turned:
    """Which page of the papers is shown, in which order."""

    order: str = "added"
    descending: bool = False
    page: int = 0


def table(papers: Sequence[Paper], total: int, turned: Turned, *, samples: bool) -> str:
    """Return a page of papers as a table whose heads sort and whose titles open."""
    heads = "".join(_head(column, name, turned) for column, name in COLUMNS)
    page = turned.page
    rows = "".join(map(_row, papers))
    first = page * PAGE + 1 if papers else 0
    shelf = " · sample papers" if samples else ""
    turn = (
        f'<button type="button" class="ap-act" data-do="page" data-page="{page - 1}" '
        f'aria-label="Earlier papers"{" disabled" * (page == 0)}>←</button>'
        f'<button type="button" class="ap-act" data-do="page" data-page="{page + 1}" '
        f'aria-label="Later papers"{" disabled" * (first + len(papers) > total)}>→</button>'
    )
    return (
        f'<div class="ap-shelf" data-order="{escape(turned.order)}" '
        f'data-descending="{str(turned.descending).lower()}" data-page="{page}">'
        f'<p class="ap-count" role="status">{first:,}-{page * PAGE + len(papers):,} of {total:,} papers{shelf} {turn}'
        '</p><div class="ap-scroll" tabindex="0" role="region" aria-label="Papers">'
        '<table><thead><tr><th class="ap-pick"><input type="checkbox" aria-label="Choose all on this page"></th>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _head(column: str, name: str, turned: Turned) -> str:
    chosen, descending = turned.order == column, turned.descending
    way = ("descending" if descending else "ascending") if chosen else "none"
    arrow = (" ↓" if descending else " ↑") if chosen else ""
    return (
        f'<th scope="col" aria-sort="{way}"><button type="button" data-do="sort" data-order="{column}" '
        f'data-descending="{str(chosen and not descending).lower()}">{name}{arrow}</button></th>'
    )


def _row(paper: Paper) -> str:
    names = paper.authors[0] + (" et al." if len(paper.authors) > 1 else "") if paper.authors else ""
    origin = ", ".join(dict.fromkeys(one.rsplit("/", 1)[-1] for one in paper.origins))
    return (
        f'<tr data-paper="{paper.paper_id}"><td class="ap-pick"><input type="checkbox" value="{paper.paper_id}" '
        f'aria-label="Choose {escape(paper.title)}"></td>'
        f'<td><button type="button" class="ap-paper" data-do="open" data-paper="{paper.paper_id}">'
        f"{prose(paper.title)}</button></td><td>{escape(names)}</td><td>{paper.year or ''}</td>"
        f'<td class="ap-origin">{escape(origin)}</td></tr>'
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
    return f"<b>{escape(source.rsplit('/', 1)[-1])}</b>"


def notice(text: str) -> str:
    """Return a line that tells what was done."""
    return f'<p class="ap-report" role="status">{escape(text)}</p>'


def alert(text: str) -> str:
    """Return a line that tells what went wrong."""
    return f'<p class="ap-alert" role="alert">{escape(text)}</p>'
