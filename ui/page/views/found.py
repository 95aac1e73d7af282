"""Papers found for a question or words, as HTML: ranked, each with its best sentences."""

from collections.abc import Mapping, Sequence
from html import escape

from rag.records import Hit
from ui.page.views.evidence import byline
from ui.page.views.markup import prose


def found_list(hits: Sequence[Hit], numbers: Mapping[int, int]) -> str:
    """Return papers as a list, best first; those in `numbers` (by paper id) are cited under that number."""
    if not hits:
        return '<p class="ap-empty">No paper was found.</p>'
    return f'<ol class="ap-found">{"".join(_item(hit, numbers.get(hit.paper.paper_id)) for hit in hits)}</ol>'


def _item(hit: Hit, number: int | None) -> str:
    paper = hit.paper
    cited = f'<span class="ap-number">[{number}]</span> ' if number else ""
    passages = "".join(f"<blockquote>{prose(one.text)}</blockquote>" for one in hit.passages)
    return (
        f'<li class="ap-hit" data-paper="{paper.paper_id}"><label class="ap-pick"><input type="checkbox" '
        f'value="{paper.paper_id}" aria-label="Choose {escape(paper.title)}"></label><div>'
        f'<button type="button" class="ap-paper" data-do="open" data-paper="{paper.paper_id}">{cited}'
        f"{prose(paper.title)}</button>"
        f'<p class="ap-byline">{escape(byline(paper))}</p>{passages}</div></li>'
    )
