"""Papers on their way into the library, as HTML: how far they are, what became of them; of indexes what would come."""

from collections.abc import Sequence
from html import escape

from rag.gathering.asking import Preview
from rag.gathering.kept import KeptQuery
from rag.records import Paper
from rag.records.papers import BIBLIOGRAPHY
from ui.page.jobs.adding import Job
from ui.page.views.evidence import byline
from ui.page.views.library import report
from ui.page.views.markup import prose
from ui.wording import coming, last_refreshed

STAGES = {"read": "Reading records", "embed": "Indexing papers", "fetch": "Fetching records"}
SAID = {"waiting": "Waiting for what is brought in before it", "cancelled": "Cancelled", "failed": "Not brought in"}


LATEST = 3  # uploads that stand open


def job_cards(jobs: Sequence[Job]) -> str:
    """Return all that is brought in, the latest first; the earlier ones that are over are folded away."""
    open_ones = [job for place, job in enumerate(jobs) if place < LATEST or not job.over]
    earlier = [job for job in jobs if job not in open_ones]
    shown = "".join(map(job_card, open_ones))
    if not earlier:
        return shown
    return (
        f'{shown}<details class="ap-older"><summary>Earlier uploads ({len(earlier)})</summary>'
        f"{''.join(map(job_card, earlier))}</details>"
    )


def job_card(job: Job) -> str:
    """Return one job."""
    names = escape(", ".join(job.names))
    return (
        f'<section class="ap-job ap-{job.state}" data-job="{job.job_id}" aria-label="{names}">'
        f"<header><b>{names}</b>{_actions(job)}</header>{_body(job)}</section>"
    )


def _actions(job: Job) -> str:
    if not job.over:
        wanted = ' disabled aria-disabled="true"' if job.cancelled else ""
        text = "Cancelling …" if job.cancelled else "Cancel"
        return f'<button type="button" class="ap-act" data-do="cancel"{wanted}>{text}</button>'
    if job.fresh:
        return '<button type="button" class="ap-act" data-do="takeout">Take these papers out again</button>'
    return ""


def _body(job: Job) -> str:
    if job.report is not None:
        return report(job.report)
    if job.state == "failed":
        return f'<p class="ap-alert" role="alert">{escape(job.error)}</p>'
    if job.state == "working":
        return _progress(job)
    again = "fetch it again" if job.fetches else "add the files again"
    stays = (
        f" What came before is in the library: take it out, or {again} to go on."
        if job.state == "cancelled" and job.fresh
        else ""
    )
    return f'<p class="ap-progress">{SAID[job.state]}.{stays}</p>'


def _progress(job: Job) -> str:
    done = job.progress
    if done is None:
        return f'<p class="ap-progress">{escape(job.said) or ("Asking …" if job.fetches else "Reading …")}</p>'
    share = f"{done.done:,}" if done.total is None else f"{done.done:,} of {done.total:,}"
    said = f"<br>{escape(job.said)}" if job.said else ""
    left = "" if job.left is None else f" · {_time(job.left)} left"
    bar = (
        ""
        if done.total is None
        else f'<progress max="{done.total}" value="{done.done}" aria-label="Progress"></progress>'
    )
    return f'<p class="ap-progress">{STAGES[done.stage]}: {share}{left}{said}{bar}</p>'


def _time(seconds: float) -> str:
    """Return a time to wait, as coarse as it can be known.

    >>> _time(4), _time(72), _time(5000)
    ('4 s', '1 min', '1 h 23 min')
    """
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def previews(found: Sequence[Preview]) -> str:
    """Return how many papers would come, and the first of them."""
    return "".join(map(_preview, found))


def _preview(found: Preview) -> str:
    items = "".join(f"<li>{_paper(one)}</li>" for one in (_as_paper(record) for record in found.papers))
    return (
        f'<section class="ap-coming"><p class="ap-count" role="status"><b>{escape(found.source)}</b>: '
        f"{escape(coming(found))}</p>{f'<ol>{items}</ol>' if items else ''}</section>"
    )


def _as_paper(record: object) -> Paper:
    return Paper(0, **{name: getattr(record, name) for name in BIBLIOGRAPHY})


def _paper(paper: Paper) -> str:
    lacking = "" if paper.abstract else " · no abstract there"
    return f'<b>{prose(paper.title)}</b><span class="ap-byline">{escape(byline(paper))}{lacking}</span>'


def queries(known: Sequence[KeptQuery]) -> str:
    """Return the queries that are kept, each with what can be done with it; empty for none."""
    items = "".join(map(_query, known))
    return f'<h4>Kept queries</h4><ul class="ap-queries">{items}</ul>' if items else ""


def _query(query: KeptQuery) -> str:
    name = escape(query.source)
    return (
        f'<li data-query="{query.query_id}"><span><b>{name}</b><span class="ap-byline">{last_refreshed(query)}</span>'
        f'</span><button type="button" class="ap-act" data-do="again" aria-label="Refresh: {name}">Refresh</button>'
        f'<button type="button" class="ap-act" data-do="forget" '
        f'aria-label="Keep no longer: {name}">&times;</button></li>'
    )
