"""What an answer rests on, as HTML: a card for each cited paper, the cited slices highlighted in its abstract."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from rag.records import Answer, Citation, Paper
from ui.page.views.markup import link, prose
from ui.wording import place_found


def evidence(answer: Answer) -> str:
    """Return the cards of an answer: its cited papers, or those nearest to a question that the abstracts leave open."""
    if answer.answered:
        head = f"{_count(len(answer.citations))} behind this answer"
        cards = [
            card(
                citation.paper,
                number=citation.number,
                slices=_slices(answer, citation.number),
                place=place_found(answer, citation.paper),
            )
            for citation in answer.citations
        ]
    else:
        head = "The nearest papers" if answer.nearest else "No paper comes near"
        cards = [card(paper) for paper in answer.nearest]
    return f"<h3>{head}</h3>{''.join(cards)}"


def card(
    paper: Paper,
    *,
    number: int | None = None,
    slices: Sequence[tuple[int, Citation]] = (),
    place: str = "",
    actions: str = "",
) -> str:
    """Return one paper: number, title, authors, year, link, and its abstract with `slices` highlighted.

    `slices` are citations with the number of the claim that rests on each, `place` tells that among the papers found.
    """
    label = f'<span class="ap-number">[{number}]</span> ' if number else ""
    found = f'<span class="ap-score">{place}</span>' if place else ""
    claims = " ".join(dict.fromkeys(str(claim) for claim, _ in slices))
    resting = (
        f'<button type="button" class="ap-act" data-do="resting" data-claims="{claims}" '
        'aria-label="Mark the sentences that rest on this paper">Sentences</button>'
        if claims
        else ""
    )
    where = f'<span class="ap-link">{link(paper.link, _host(paper))}</span>' if paper.link else ""
    origin = escape(", ".join(dict.fromkeys(one.rsplit("/", 1)[-1] for one in paper.origins)))
    return (
        f'<section class="ap-card" id="ap-paper-{paper.paper_id}" data-paper="{paper.paper_id}" '
        f'data-number="{number or ""}" data-claims="{claims}" tabindex="-1" aria-label="{escape(paper.title)}">'
        f"<header><h4>{label}{prose(paper.title)}</h4>{found}</header>"
        f'<p class="ap-byline">{escape(byline(paper))}{where}</p>'
        f'<p class="ap-abstract">{highlighted(paper, slices)}</p>'
        f'<footer class="ap-feet">{resting}'
        '<button type="button" class="ap-act" data-do="bibtex" aria-label="Copy this paper as BibTeX">BibTeX</button>'
        f'{actions}<span class="ap-origin">{origin}</span></footer></section>'
    )


def byline(paper: Paper) -> str:
    """Return authors, all up to five, and the year."""
    named = ", ".join(paper.authors[:5]) + (" et al." if len(paper.authors) > 5 else "")
    return "\N{NO-BREAK SPACE}· ".join(part for part in (named, str(paper.year or "")) if part)


def highlighted(paper: Paper, slices: Sequence[tuple[int, Citation]]) -> str:
    """Return the abstract with each cited slice marked by the claims that rest on it; slices may overlap."""
    cuts = sorted({0, len(paper.abstract), *(cut for _, one in slices for cut in (one.start, one.end))})
    html = []
    for start, end in pairwise(cuts):
        claims = dict.fromkeys(claim for claim, one in slices if one.start <= start and end <= one.end)
        text = prose(paper.abstract[start:end])
        named = " ".join(map(str, claims))
        html.append(f'<mark class="ap-slice" data-claims="{named}">{text}</mark>' if claims else text)
    return "".join(html)


def _slices(answer: Answer, number: int) -> list[tuple[int, Citation]]:
    return [
        (place, citation)
        for place, claim in enumerate(answer.claims)
        for citation in claim.citations
        if citation.number == number
    ]


def _host(paper: Paper) -> str:
    if paper.doi:
        return f"doi:{paper.doi}"
    return f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else "link"


def _count(papers: int) -> str:
    return f"{papers} paper" if papers == 1 else f"{papers} papers"
