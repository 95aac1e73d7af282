"""Numbers and slices: which paper has which number, and where a quote stands in its abstract."""

from collections.abc import Iterable, Sequence

from rag.datatypes import Answer, Citation, Claim, Paper, Turn


def earlier_numbers(history: Sequence[Turn]) -> dict[int, int]:
    """Return the numbers that papers have had in earlier answers, by paper id: they keep them."""
    return {
        citation.paper.paper_id: citation.number
        for turn in history
        if isinstance(turn.answer, Answer)
        for citation in turn.answer.citations
    }


def number_papers(papers: Iterable[Paper], history: Sequence[Turn] = ()) -> dict[int, int]:
    """Return a number for each paper by id: its earlier one, else the next that is free, in the order given."""
    numbers = earlier_numbers(history)
    for paper in papers:
        numbers.setdefault(paper.paper_id, max(numbers.values(), default=0) + 1)
    return numbers


def cite(number: int, paper: Paper, start: int, end: int) -> Citation:
    """Return the citation of `paper.abstract[start:end]`."""
    return Citation(number, paper, paper.abstract[start:end], start, end)


def papers_cited(claims: Iterable[Claim]) -> tuple[Citation, ...]:
    """Return the first citation of every paper that the claims cite, in the order of their numbers."""
    first: dict[int, Citation] = {}
    for claim in claims:
        for citation in claim.citations:
            first.setdefault(citation.number, citation)
    return tuple(first[number] for number in sorted(first))
