"""Comparisons: a table of papers by columns, each cell what one abstract says to one column."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from rag.records.answers import EXTRACTIVE, text_html
from rag.records.claims import Citation, Claim, citation_dict, claims_of
from rag.records.papers import Paper, reference_html
from rag.records.showing import boxed, said, tagged
from rag.text.labels import one_line

UNSAID = "not said"  # what is shown in the place of an empty cell


@dataclass(frozen=True, slots=True)
class Cell:
    """What one abstract says to one column: the words shown, and what they rest on.

    `text` is empty when the abstract doesn't say. Each of `claims` is a span of it (`start`, `end`), and cites slices
    of the row's paper. Without claims it comes from the paper's record (its year, its authors), or nobody could tell
    what it claims.
    """

    text: str = ""
    claims: tuple[Claim, ...] = ()

    @property
    def said(self) -> bool:
        """True when there is anything in the cell."""
        return bool(self.text)

    @property
    def shown(self) -> str:
        """The words to show: the text, or that nothing is said."""
        return self.text or UNSAID

    @property
    def quote(self) -> Citation | None:
        """The slice that the cell is, word for word; None for own words, for several slices, and for nothing."""
        cited = [citation for claim in self.claims for citation in claim.citations]
        return cited[0] if len(self.claims) == len(cited) == 1 and cited[0].quote == self.text else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-ready values; a citation names its paper by `paper_id`."""
        quote = self.quote
        return {
            "text": self.text,
            "said": self.said,
            "quote": None if quote is None else citation_dict(quote),
            "claims": [claim.to_dict() for claim in self.claims],
        }


@dataclass(frozen=True, slots=True)
class ComparedPaper:
    """A row: a paper, its number in the table (what `[n]` stands for), and a cell for each column.

    `answerer` is who filled it. `note` says why that isn't the language model that was to, or what it left out; it is
    empty when there is nothing to say.
    """

    number: int
    paper: Paper
    cells: tuple[Cell, ...]
    answerer: str = EXTRACTIVE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Papers compared by columns: rows in the order in which the papers were given, cells in that of the columns.

    `answerer` is who filled the cells; `notes`, `usage`, `cost`, `prompts` and `timings` are as in an Answer. Timings
    don't count when two are compared.
    """

    columns: tuple[str, ...]
    rows: tuple[ComparedPaper, ...]
    answerer: str = EXTRACTIVE
    notes: tuple[str, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: float | None = None
    prompts: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """Return each paper with its cells, a line each, and the notes."""
        rows = (
            "\n".join(
                [
                    f"[{row.number}] {row.paper.reference}",
                    *(
                        f"    {one_line(name)}: {one_line(cell.shown)}"
                        for name, cell in zip(self.columns, row.cells, strict=True)
                    ),
                ]
            )
            for row in self.rows
        )
        return "\n\n".join([*rows, *map(one_line, self.notes)])

    def _repr_html_(self) -> str:
        head = "".join(tagged("th", said(name)) for name in ("Paper", *self.columns))
        rows = (
            tagged("td", reference_html(row.paper, f"[{row.number}]")) + "".join(map(_cell_html, row.cells))
            for row in self.rows
        )
        notes = "".join(tagged("p", said(note), "quiet") for note in self.notes)
        table = (
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(tagged('tr', row) for row in rows)}</tbody></table>"
        )
        return boxed(table, notes)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole comparison as plain JSON-ready values; rows and citations name papers by `paper_id`."""
        return {
            "columns": list(self.columns),
            "rows": [
                {
                    "number": row.number,
                    "paper_id": row.paper.paper_id,
                    "cells": [cell.to_dict() for cell in row.cells],
                    "answerer": row.answerer,
                    "note": row.note,
                }
                for row in self.rows
            ],
            "papers": [dataclasses.asdict(row.paper) for row in self.rows],
            "answerer": self.answerer,
            "notes": list(self.notes),
            "usage": dict(self.usage),
            "cost": self.cost,
            "prompts": list(self.prompts),
            "timings": dict(self.timings),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Return the comparison that `to_dict` gave.

        Raises KeyError, TypeError or ValueError for anything else, also when a row hasn't a cell for each column, a
        claim isn't in its cell, or a citation is no slice of the row's own abstract.
        """
        papers = {one["paper_id"]: _paper(one) for one in value["papers"]}
        columns = tuple(map(_text, value["columns"]))
        return cls(
            columns=columns,
            rows=tuple(_row(one, papers, len(columns)) for one in value["rows"]),
            answerer=_text(value["answerer"]),
            notes=tuple(map(_text, value["notes"])),
            usage={_text(name): int(count) for name, count in value["usage"].items()},
            cost=None if value["cost"] is None else float(value["cost"]),
            prompts=tuple(map(_text, value["prompts"])),
            timings={_text(name): float(seconds) for name, seconds in value["timings"].items()},
        )


def _cell_html(cell: Cell) -> str:
    if not cell.said:
        return tagged("td", tagged("span", said(cell.shown), "quiet"))
    html = text_html(cell.text, cell.claims)
    return tagged("td", tagged("mark", html) if cell.quote else html)


def _paper(value: Mapping[str, Any]) -> Paper:
    lists = {name: tuple(map(_text, value[name])) for name in ("authors", "origins")}
    return Paper(**{**value, **lists})


def _row(value: Mapping[str, Any], papers: Mapping[int, Paper], columns: int) -> ComparedPaper:
    paper = papers[value["paper_id"]]
    cells = tuple(_cell(one, paper) for one in value["cells"])
    if len(cells) != columns:
        msg = f"{len(cells)} cells for {columns} columns"
        raise ValueError(msg)
    return ComparedPaper(int(value["number"]), paper, cells, _text(value["answerer"]), _text(value["note"]))


def _cell(value: Mapping[str, Any], paper: Paper) -> Cell:
    """Return a cell whose claims are spans of it, and whose citations are slices of its row's abstract."""
    cell = Cell(_text(value["text"]), claims_of(value["claims"], {paper.paper_id: paper}))
    for claim in cell.claims:
        if not 0 <= claim.start <= claim.end <= len(cell.text):
            msg = "a claim is no span of its cell"
            raise ValueError(msg)
        for one in claim.citations:
            if not 0 <= one.start < one.end or paper.abstract[one.start : one.end] != one.quote:
                msg = "a citation is no slice of its abstract"
                raise ValueError(msg)
    return cell


def _text(value: object) -> str:
    if not isinstance(value, str):
        msg = f"no text: {value!r}"
        raise TypeError(msg)
    return value
