"""Lists of papers as HTML, each to be chosen and opened: those found for a question or words, and those of a shelf."""

from collections.abc import Mapping, Sequence
from html import escape

from rag.records import Found, Paper, PaperMarks, Passage
from rag.text.source_names import short_name
from ui.page.views.evidence import byline, retraction
from ui.page.views.markup import prose

MORE = 100  # papers that one press on 'show more' adds
NOTE = 80  # characters of a note that are shown


def found_list(found: Found, numbers: Mapping[int, int], marks: Mapping[int, PaperMarks] = {}) -> str:
    """Return the papers found as a list, best first; those in `numbers` (by paper id) are cited under that number."""
    items = "".join(_item(hit.paper, marks, numbers.get(hit.paper.paper_id), hit.passages) for hit in found.hits)
    notes = "".join(f'<p class="ap-note">{escape(note)}</p>' for note in found.notes)
    return f'{_count(found)}{notes}<ol class="ap-found">{items}</ol>'


def paper_list(papers: Sequence[Paper], marks: Mapping[int, PaperMarks]) -> str:
    """Return papers as a list, in the order given."""
    return f'<ol class="ap-found">{"".join(_item(paper, marks) for paper in papers)}</ol>'


def _count(found: Found) -> str:
    """Return how many papers match, with what shows more of them where not all are there."""
    if not found.matching:
        return ""
    least = "At least " * found.more
    papers = "1 paper matches" if found.matching == 1 else f"{least}{found.matching:,} papers match"
    rest = found.matching - len(found.hits)
    text = "Show all" if rest <= MORE else f"Show {MORE} more"
    every = f' <button type="button" class="ap-act" data-do="all">{text}</button>' * (rest > 0)
    return f'<p class="ap-count" role="status">{papers}{every}</p>'


def _item(
    paper: Paper, marks: Mapping[int, PaperMarks], number: int | None = None, passages: Sequence[Passage] = ()
) -> str:
    cited = f'<span class="ap-number">[{number}]</span> ' if number else ""
    quotes = "".join(f"<blockquote>{prose(one.text)}</blockquote>" for one in passages)
    return (
        f'<li class="ap-hit" data-paper="{paper.paper_id}"><label class="ap-pick"><input type="checkbox" '
        f'value="{paper.paper_id}" aria-label="Choose {escape(paper.title)}"></label><div>'
        f'<button type="button" class="ap-paper" data-do="open" data-paper="{paper.paper_id}">{cited}'
        f"{prose(paper.title)}</button>"
        f'<p class="ap-byline">{_byline(paper)}{retraction(paper)}{_marks(marks.get(paper.paper_id))}</p>'
        f"{quotes}</div></li>"
    )


def _byline(paper: Paper) -> str:
    """Return authors, year and source, of what there is."""
    origin = ", ".join(dict.fromkeys(short_name(one) for one in paper.origins))
    return " · ".join(escape(part) for part in (byline(paper), origin) if part)


def _marks(marks: PaperMarks | None) -> str:
    """Return the collections, the tags and the beginning of the note of a paper."""
    if not marks:
        return ""
    note = marks.note if len(marks.note) <= NOTE else f"{marks.note[: NOTE - 1].rstrip()}…"
    labels = [
        *(f'<span class="ap-label">{escape(name)}</span>' for name in marks.collections),
        *(f'<span class="ap-label"># {escape(name)}</span>' for name in marks.tags),
        *([f'<span class="ap-label ap-noted">{escape(note)}</span>'] if note else []),
    ]
    return f' <span class="ap-labels">{" ".join(labels)}</span>'
