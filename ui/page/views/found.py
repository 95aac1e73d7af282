"""Papers found for a question or words, as HTML: ranked, each with its best sentences."""

from collections.abc import Mapping
from html import escape

from rag.records import Found, Hit
from ui.page.views.evidence import byline
from ui.page.views.markup import prose


def found_list(found: Found, numbers: Mapping[int, int]) -> str:
    """Return the papers found as a list, best first; those in `numbers` (by paper id) are cited under that number."""
    items = "".join(_item(hit, numbers.get(hit.paper.paper_id)) for hit in found.hits)
    notes = "".join(f'<p class="ap-note">{escape(note)}</p>' for note in found.notes)
    return f'{_count(found)}{notes}<ol class="ap-found">{items}</ol>'


def _count(found: Found) -> str:
    """Return how many papers match, with what shows all of them where not all are there."""
    if not found.matching:
        return ""
    least = "at least " * found.more
    papers = "1 paper matches" if found.matching == 1 else f"{least}{found.matching:,} papers match"
    rest = found.matching > len(found.hits)
    every = ' <button type="button" class="ap-act" data-do="all">Show all</button>' * rest
    return f'<p class="ap-count" role="status">{papers}{every}</p>'


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
