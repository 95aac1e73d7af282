"""Numbers and slices: which paper has which number, where a quote stands, what opens a paragraph."""

from collections.abc import Iterable, Sequence

from rag.records import Answer, Citation, Paper, Turn

Piece = str | tuple[int, ...]  # of what is written: text, or the numbers or ids of the papers that a marker stands for


def number_papers(papers: Iterable[Paper], history: Sequence[Turn] = ()) -> dict[int, int]:
    """Return a number for each paper by id: its earlier one, else the next that is free, in the order given.

    No two papers share a number, not even when answers of different conversations are put together as history.
    """
    numbers: dict[int, int] = {}
    for turn in history:
        for citation in turn.answer.citations if isinstance(turn.answer, Answer) else ():
            taken = citation.number in numbers.values()
            numbers.setdefault(citation.paper.paper_id, _next(numbers) if taken else citation.number)
    for paper in papers:
        number_of(paper, numbers)
    return numbers


def number_of(paper: Paper, numbers: dict[int, int]) -> int:
    """Return the number of a paper, which gets the next free one in `numbers` when it has none."""
    return numbers.setdefault(paper.paper_id, _next(numbers))


def kept_leads(leads: Sequence[str], kept: Sequence[bool]) -> list[str]:
    r"""Return the leads of the pieces of a text that are kept: who comes first in a paragraph takes over its lead.

    >>> kept_leads(["", "\n- ", " ", " "], [False, False, True, True])
    ['- ', ' ']
    """
    found: list[str] = []
    opening = ""  # lead of a paragraph or list item of which nothing is kept yet
    for lead, keep in zip(leads, kept, strict=True):
        opening = lead if lead.strip(" ") else opening
        if keep:
            found.append(opening or lead)
            opening = ""
    return [found[0].lstrip(), *found[1:]] if found else []


def _next(numbers: dict[int, int]) -> int:
    return max(numbers.values(), default=0) + 1


def cite(number: int, paper: Paper, start: int, end: int) -> Citation:
    """Return the citation of `paper.abstract[start:end]`."""
    return Citation(number, paper, paper.abstract[start:end], start, end)
