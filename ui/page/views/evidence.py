"""What an answer rests on, as HTML: a card for each cited paper, the cited slices highlighted in its abstract."""

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from rag.records import Answer, Citation, Paper
from rag.text.source_names import short_name
from ui.page.views.markup import link, prose
from ui.wording import place_found

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])")
WORTH_FOLDING = 160  # characters: less than that is shown
REST = "ap-rest"


def evidence(answer: Answer) -> str:
    """Return the cards of an answer: its cited papers, or those nearest to a question that the abstracts leave open."""
    if answer.answered:
        return "".join(
            card(
                one.paper,
                number=one.number,
                slices=_slices(answer, one.number),
                folded=True,
                place=place_found(answer, one.paper),
            )
            for one in answer.citations
        )
    nearest = "".join(card(paper, folded=True) for paper in answer.nearest)
    return nearest or '<p class="ap-empty">No paper comes near.</p>'


def card(  # noqa: PLR0913  (a card tells many things)
    paper: Paper,
    *,
    number: int | None = None,
    slices: Sequence[tuple[int, Citation]] = (),
    folded: bool = False,
    place: str = "",
    actions: str = "",
) -> str:
    """Return one paper: number, title, authors, year, link, and its abstract with `slices` highlighted.

    `slices` are citations with the place of the claim that rests on each. `folded`: of a long abstract, what is far
    from any slice is folded away until the reader wants it whole. `place` tells that among the papers found.
    """
    label = f'<span class="ap-number">[{number}]</span> ' if number else ""
    claims = " ".join(dict.fromkeys(str(claim) for claim, _ in slices))
    abstract = highlighted(paper, slices, folded=folded)
    where = f'<span class="ap-link">{link(paper.link, link_text(paper))}</span>' if paper.link else ""
    origin = escape(", ".join(dict.fromkeys(short_name(one) for one in paper.origins)))
    by = escape(byline(paper))
    told = " · ".join(filter(None, [by, escape(paper.retraction)]))
    found = f'<span class="ap-score">{place}</span>' if place else ""
    return (
        f'<section class="ap-card" id="ap-paper-{paper.paper_id}" data-paper="{paper.paper_id}" data-byline="{told}" '
        f'data-number="{number or ""}" data-claims="{claims}" tabindex="-1" aria-label="{escape(paper.title)}">'
        f"<header><h4>{label}{prose(paper.title)}</h4></header>"
        f'<p class="ap-byline">{by}{retraction(paper)} {where} {found}</p>'
        f'<p class="ap-abstract">{abstract}</p>'
        f'<footer class="ap-feet">{_acts(claims, folded=REST in abstract)}{actions}'
        f'<span class="ap-origin" title="{origin}">{origin}</span></footer></section>'
    )


def _acts(claims: str, *, folded: bool) -> str:
    """Return what can be done with a card: with the abstract that is folded, and the sentences that rest on it."""
    whole = '<button type="button" class="ap-act" data-do="whole" aria-expanded="false">Whole abstract</button>'
    resting = (
        f'<button type="button" class="ap-act" data-do="resting" data-claims="{claims}" '
        'aria-label="Sentences: mark those that rest on this paper">Sentences</button>'
    )
    bibtex = (
        '<button type="button" class="ap-act" data-do="bibtex" aria-label="BibTeX: copy this paper">BibTeX</button>'
    )
    return whole * folded + resting * bool(claims) + bibtex


def retraction(paper: Paper) -> str:
    """Return the badge of a paper that was retracted, with what its source says of that; nothing for any other."""
    told = escape(paper.retraction)
    return f' <span class="ap-retracted" title="{told}">{told}</span>' if told else ""


def byline(paper: Paper) -> str:
    """Return authors, all up to five, and the year."""
    named = ", ".join(paper.authors[:5]) + (" et al." if len(paper.authors) > 5 else "")
    return "\N{NO-BREAK SPACE}· ".join(part for part in (named, str(paper.year or "")) if part)


def highlighted(paper: Paper, slices: Sequence[tuple[int, Citation]], *, folded: bool = False) -> str:
    """Return the abstract with each cited slice marked by the claims that rest on it; slices may overlap."""
    cuts = sorted({0, len(paper.abstract), *(cut for _, one in slices for cut in (one.start, one.end))})
    html = []
    for start, end in pairwise(cuts):
        claims = dict.fromkeys(claim for claim, one in slices if one.start <= start and end <= one.end)
        text, named = paper.abstract[start:end], " ".join(map(str, claims))
        if claims:
            html.append(f'<mark class="ap-slice" data-claims="{named}">{prose(text)}</mark>')
        elif folded:
            html.append(_folded(text, first=not slices or start > 0, last=bool(slices) and end < len(paper.abstract)))
        else:
            html.append(prose(text))
    return "".join(html)


def _folded(text: str, *, first: bool, last: bool) -> str:
    """Return unmarked text with what is far from any slice folded away, if that is much.

    Whole sentences are folded; the `first` and the `last` stay where a slice, or the beginning, is beside them.
    """
    cuts = [0, *(end.end() for end in SENTENCE_END.finditer(text) if _is_even(text[: end.start()])), len(text)]
    start, end = cuts[1 if first else 0], cuts[-2 if last else -1]
    if end - start < WORTH_FOLDING:
        return prose(text)
    rest = f'<span class="{REST}">{prose(text[start:end])}</span>'
    gap = '<button type="button" class="ap-gap" data-do="whole" aria-label="Show what stands between">…</button>'
    return f"{_spaced(text[:start])}{gap}{rest}{_spaced(text[end:])}"


def _is_even(text: str) -> bool:
    """Tell whether no formula or code is open at the end of a text."""
    return text.count("$") % 2 == 0 and text.count("`") % 2 == 0


def _spaced(text: str) -> str:
    return prose(text) if text.strip() else text


def _slices(answer: Answer, number: int) -> list[tuple[int, Citation]]:
    return [
        (place, citation)
        for place, claim in enumerate(answer.claims)
        for citation in claim.citations
        if citation.number == number
    ]


def link_text(paper: Paper) -> str:
    """Return what the link of a paper is called: the id that it leads by."""
    if paper.doi:
        return f"doi:{paper.doi}"
    return f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else "link"
