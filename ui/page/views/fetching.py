"""Open indexes as HTML: what a fetch would bring, and the queries that are kept."""

from collections.abc import Sequence
from html import escape

from rag.gathering.asking import Preview
from rag.gathering.kept import KeptQuery
from rag.records import Paper
from rag.records.papers import BIBLIOGRAPHY
from ui.page.views.evidence import byline
from ui.page.views.markup import prose
from ui.wording import coming, last_refreshed


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
