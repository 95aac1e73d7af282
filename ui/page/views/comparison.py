"""Rows of a table of papers as HTML: each cell with its standing, the abstract below it with the slices lit."""

from html import escape
from typing import Any

from rag.records import Cell, Citation, ComparedPaper
from rag.records.comparisons import UNSAID
from ui.page.views.answer_text import STYLES, tooltip
from ui.page.views.evidence import byline, highlighted, retraction
from ui.page.views.markup import prose


def row(compared: ComparedPaper) -> dict[str, Any]:
    """Return one row for the browser: what stands in it as HTML, and as text to sort and filter by."""
    paper = compared.paper
    slices: list[tuple[int, Citation]] = [
        (place, citation)
        for place, cell in enumerate(compared.cells)
        for claim in cell.claims
        for citation in claim.citations
    ]
    return {
        "number": compared.number,
        "paper": paper.paper_id,
        "title": prose(paper.title),
        "byline": escape(byline(paper)) + retraction(paper),
        "sort": [paper.title.casefold(), paper.year or 0],
        "cells": [_cell(cell, place) for place, cell in enumerate(compared.cells)],
        "texts": [cell.text for cell in compared.cells],
        "abstract": f'<p class="ap-abstract">{highlighted(paper, slices)}</p>',
        "note": escape(compared.note),
    }


def _cell(cell: Cell, place: int) -> str:
    if not cell.said:
        return f'<span class="ap-unsaid">{UNSAID}</span>'
    if not cell.claims:
        return f"<span>{prose(cell.text)}</span>"
    tips = " ".join(dict.fromkeys(tooltip(claim) for claim in cell.claims))
    worst = max(cell.claims, key=lambda claim: list(STYLES).index(claim.standing))
    return (
        f'<button type="button" class="ap-cell ap-{STYLES[worst.standing]}" data-do="cell" data-cell="{place}" '
        f'aria-expanded="false" data-tip="{escape(tips)}">{prose(cell.text)}</button>'
    )
